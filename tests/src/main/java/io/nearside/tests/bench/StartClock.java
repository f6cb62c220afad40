package io.nearside.tests.bench;

import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.ProcFigures;
import io.nearside.tests.stack.RawPostgres;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.SidecarProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures how long a sidecar takes from its exec to its first answers. Made just before the exec;
 * three threads ask from then on, each a few hundred times a second until it is answered.
 */
final class StartClock implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(2);

  /** The peer is asked less often: it lives on the processors that the new one starts on. */
  private static final Duration PEER_PAUSE = Duration.ofMillis(10);

  private final long start = System.nanoTime();
  private final ExecutorService threads = Executors.newFixedThreadPool(3);
  private final CompletableFuture<Double> answer;
  private final CompletableFuture<Double> query;
  private final CompletableFuture<Double> joined;

  /**
   * Starts to ask.
   *
   * @param nodeId of the sidecar that starts
   * @param peer the sidecar that is there already
   */
  StartClock(String nodeId, int redisPort, int postgresPort, SidecarProcess peer) {
    answer = when(PAUSE, () -> answers(redisPort));
    query = when(PAUSE, () -> queries(postgresPort));
    joined = when(PEER_PAUSE, () -> lists(peer.adminPort(), nodeId));
  }

  /**
   * Waits for all three.
   *
   * @throws IllegalStateException with the sidecar's log when one does not come
   */
  Map<FootprintFigure, Double> await(SidecarProcess sidecar) {
    try {
      Map<FootprintFigure, Double> times = new EnumMap<>(FootprintFigure.class);
      times.put(FootprintFigure.FIRST_ANSWER_MS, answer.join());
      times.put(FootprintFigure.FIRST_ANSWER_CPU_MS, ProcFigures.cpuSeconds(sidecar.pid()) * 1_000);
      times.put(FootprintFigure.FIRST_QUERY_MS, query.join());
      times.put(FootprintFigure.JOINED_MS, joined.join());
      return times;
    } catch (CompletionException failed) {
      throw new IllegalStateException(sidecar.log(), failed);
    }
  }

  private CompletableFuture<Double> when(Duration pause, Callable<Boolean> question) {
    return CompletableFuture.supplyAsync(
        () -> {
          long deadline = start + PATIENCE.toNanos();
          while (System.nanoTime() < deadline && !Thread.currentThread().isInterrupted()) {
            try {
              if (question.call()) {
                return (System.nanoTime() - start) / 1e6;
              }
            } catch (Exception notYet) {
              // it is starting: asked again until the deadline
            }
            LockSupport.parkNanos(pause.toNanos());
          }
          throw new IllegalStateException("no answer within " + PATIENCE);
        },
        threads);
  }

  private static boolean answers(int port) throws IOException {
    try (RawRedis client = RawRedis.connect(port)) {
      return client.ask("GET", FootprintLoad.key(0)).startsWith("$");
    }
  }

  /** Asks over a bare socket: an HTTP client of its own would take the processor from the start. */
  private static boolean lists(int adminPort, String nodeId) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), adminPort)) {
      socket
          .getOutputStream()
          .write("GET /cluster HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
          .contains("\"" + nodeId + "\"");
    }
  }

  private static boolean queries(int port) throws IOException {
    try (RawPostgres client =
        RawPostgres.login(
            port,
            PostgresServer.DATABASE,
            PostgresServer.USER,
            PostgresServer.password(PostgresServer.USER))) {
      return client.rows("SELECT 1").size() == 1;
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
