package io.nearside.agent.postgres;

import io.nearside.agent.net.RawSocket;
import io.vertx.core.Future;
import io.vertx.core.net.NetSocket;

/** TLS towards clients, where the listener has a certificate. */
final class ClientTls {
  boolean isEnabled() {
    return false;
  }

  /**
   * Says 'S' and turns TLS on, or, direct, takes what came for its beginning.
   *
   * @return what SCRAM can be bound to
   */
  Future<byte[]> upgrade(NetSocket connected, RawSocket socket, boolean direct, byte[] hello) {
    return Future.failedFuture("no certificate");
  }
}
