package io.nearside.cluster.hazelcast;

import io.nearside.cluster.PeerTransport.TransportMember;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the machine of a vanished member whether its process is still there, by connecting to the
 * port on which it listened. Refused: it has ended. Accepted: it is there, but stopped or cut off
 * from the cluster; the kernel accepts for a stopped process too. No answer: nobody knows.
 */
final class Inquiry {
  private static final Logger LOG = LoggerFactory.getLogger(Inquiry.class);
  private static final int CONNECT_MILLIS = 1_000;
  private static final long PAUSE_MILLIS_MIN = 250;

  /** Seldom enough not to fill the backlog of a process that accepts nothing. */
  private static final long PAUSE_MILLIS_MAX = 5_000;

  private static final int TRIES_MAX = 200;

  private final TransportMember former;
  private final CountDownLatch stopping;
  private final Consumer<String> ended;

  /**
   * About one former member.
   *
   * @param stopping ends the inquiry
   * @param ended is told the member's id when its process has ended
   */
  Inquiry(TransportMember former, CountDownLatch stopping, Consumer<String> ended) {
    this.former = former;
    this.stopping = stopping;
    this.ended = ended;
  }

  /** On a thread of its own. */
  void start() {
    Thread.ofVirtual().name("nearside-inquiry").start(this::run);
  }

  private void run() {
    long pauseMillis = PAUSE_MILLIS_MIN;
    try {
      InetSocketAddress address = address(former.address());
      for (int i = 0; i < TRIES_MAX; i++) {
        if (isRefused(address)) {
          ended.accept(former.id());
          return;
        }
        if (stopping.await(pauseMillis, TimeUnit.MILLISECONDS)) {
          return;
        }
        pauseMillis = Math.min(2 * pauseMillis, PAUSE_MILLIS_MAX);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IllegalArgumentException e) {
      LOG.warn("cluster: cannot inquire after {}: {}", former.address(), e.getMessage());
    }
  }

  private static boolean isRefused(InetSocketAddress address) {
    try (Socket socket = new Socket()) {
      socket.connect(address, CONNECT_MILLIS);
      return false;
    } catch (ConnectException e) {
      return String.valueOf(e.getMessage()).contains("refused");
    } catch (IOException e) {
      return false;
    }
  }

  private static InetSocketAddress address(String hostAndPort) {
    int colon = hostAndPort.lastIndexOf(':');
    return new InetSocketAddress(
        InetAddress.ofLiteral(hostAndPort.substring(0, colon)),
        Integer.parseInt(hostAndPort.substring(colon + 1)));
  }
}
