package io.nearside.agent.net;

import io.vertx.core.Future;
import io.vertx.core.net.SocketAddress;

/** A listener can not be opened; says where, which what the kernel answered does not. */
public final class ListenException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private ListenException(String where, Throwable cause) {
    super("can not listen on " + where + ": " + cause.getMessage(), cause);
  }

  /** The same, failing with where it was. */
  public static <T> Future<T> at(SocketAddress address, Future<T> listening) {
    return listening.recover(
        failure -> Future.failedFuture(new ListenException(address.toString(), failure)));
  }
}
