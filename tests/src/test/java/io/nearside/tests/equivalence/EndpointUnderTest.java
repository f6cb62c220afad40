package io.nearside.tests.equivalence;

import io.nearside.tests.stack.RedisServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Something that clients can connect to as if it were the Redis server behind it. */
interface EndpointUnderTest extends AutoCloseable {
  /** Where clients connect: a TCP or a unix socket address. */
  SocketAddress address();

  @Override
  void close();

  /** The server itself: what every other endpoint is measured by. */
  static EndpointUnderTest direct(RedisServer server) {
    return new EndpointUnderTest() {
      @Override
      public SocketAddress address() {
        return loopback(server.port());
      }

      @Override
      public void close() {
        // whoever started the server ends it
      }
    };
  }

  static SocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }
}
