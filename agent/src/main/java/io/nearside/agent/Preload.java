package io.nearside.agent;

import io.nearside.agent.redis.command.CommandTable;
import io.vertx.core.transport.Transport;
import java.util.List;

/**
 * What every start of a sidecar needs, whatever its configuration, made ready on another core while
 * the command line and the configuration are read. Only a help: what is missing is made when it is
 * needed.
 */
final class Preload {
  private static final List<String> CLASSES =
      List.of(
          "io.netty.buffer.PooledByteBufAllocator",
          "io.vertx.core.impl.VertxImpl",
          "io.vertx.core.net.impl.NetServerImpl",
          "io.nearside.agent.redis.RedisFace");

  private Preload() {}

  static void begin() {
    Thread.ofPlatform().daemon().name("nearside-preload").start(Preload::run);
  }

  static void run() {
    for (String name : CLASSES) {
      initialize(name);
    }
    // Loads what is native, and finds out what the kernel lets us use.
    if (Transport.EPOLL != null) {
      var _ = Transport.EPOLL.available();
    }
    if (Transport.IO_URING != null) {
      var _ = Transport.IO_URING.available();
    }
    CommandTable.bundled();
  }

  private static void initialize(String name) {
    try {
      Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new LinkageError("renamed", e);
    }
  }
}
