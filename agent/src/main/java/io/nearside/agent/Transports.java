package io.nearside.agent;

import io.nearside.config.TransportKind;
import io.vertx.core.transport.Transport;
import org.jspecify.annotations.Nullable;

/** The event loops' transport: what was asked for, or the best that loads here. */
final class Transports {
  private Transports() {}

  /**
   * @throws IllegalStateException when the one that was asked for does not load here
   */
  static Transport of(TransportKind kind, boolean unixSockets, boolean postgres) {
    return switch (kind) {
      case AUTO -> {
        // io_uring takes the least CPU; Vert.x has no unix sockets on it, and many containers may
        // not use it.
        // Under the PostgreSQL face it was seen to miss that clients have left.
        if (!unixSockets && !postgres && isAvailable(Transport.IO_URING)) {
          yield Transport.IO_URING;
        }
        yield isAvailable(Transport.EPOLL) ? Transport.EPOLL : Transport.NIO;
      }
      case EPOLL -> required(Transport.EPOLL, "epoll");
      case IO_URING -> {
        if (unixSockets) {
          throw new IllegalStateException(
              "runtime.transport: io_uring (expected auto or epoll, as a unix socket is configured)");
        }
        if (postgres) {
          throw new IllegalStateException(
              "runtime.transport: io_uring (expected auto or epoll, as the PostgreSQL face is enabled)");
        }
        yield required(Transport.IO_URING, "io_uring");
      }
      case NIO -> Transport.NIO;
    };
  }

  private static Transport required(@Nullable Transport transport, String name) {
    if (transport == null || !transport.available()) {
      throw new IllegalStateException(
          "runtime.transport: "
              + name
              + " (expected one that this machine has: it does not load here)");
    }
    return transport;
  }

  private static boolean isAvailable(@Nullable Transport transport) {
    return transport != null && transport.available();
  }
}
