package io.nearside.tests.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * TCP ports of the loopback address that nobody listens on. They are taken below the range that the
 * kernel uses for outgoing connections (32768 and up), so that a port handed out here is not lost
 * to somebody's client socket before its server binds it. A port is handed out once per process.
 * Thread-safe.
 */
public final class FreePort {
  private static final int LOWEST = 16_000;
  private static final int HIGHEST_EXCLUSIVE = 32_000;
  private static final int ATTEMPTS_MAX = 1_000;
  private static final Set<Integer> TAKEN = ConcurrentHashMap.newKeySet();

  private FreePort() {}

  /**
   * A port that could be bound a moment ago. Another process may still be faster: who starts a
   * server on it should be ready to try the next one.
   *
   * @throws IllegalStateException when no port was free in a thousand attempts
   */
  public static int next() {
    for (int i = 0; i < ATTEMPTS_MAX; i++) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST_EXCLUSIVE);
      if (TAKEN.add(port) && isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port in " + LOWEST + ".." + HIGHEST_EXCLUSIVE);
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
