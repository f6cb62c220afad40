package io.nearside.tests.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.nearside.tests.stack.FreePort;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.PostgresYaml;
import io.nearside.tests.stack.RawPostgres;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarYaml;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A Deployment is rolled out again and again for a minute: no request fails, no acknowledged write
 * is lost, none happens twice.
 */
final class RollingReplacementTest {
  private static final Duration LASTS =
      Duration.ofSeconds(Long.getLong("nearside.rollout.seconds", 60));
  private static final int PODS = 3;
  // The fleet knows its members by their ports.
  private static final int PODS_MAX = 32;

  private final Books books = new Books();
  private final List<Integer> clusterPorts =
      Stream.generate(FreePort::next).limit(PODS_MAX).toList();
  private final Deque<Pod> pods = new ArrayDeque<>();
  private int started;

  @Test
  @Timeout(600)
  void pods_replacedOneByOneUnderLoad_failNoRequestAndLoseNoWrite() throws Exception {
    try (RedisServer redis = RedisServer.start();
        PostgresServer primary = PostgresServer.start();
        PostgresServer replica = PostgresServer.replicaOf(primary);
        RawPostgres postgres =
            RawPostgres.login(
                primary.port(),
                PostgresServer.DATABASE,
                PostgresServer.USER,
                PostgresServer.password(PostgresServer.USER))) {
      postgres.query(App.TABLE);
      try {
        for (int i = 0; i < PODS; i++) {
          startPod(redis, primary, replica);
        }
        long end = System.nanoTime() + LASTS.toNanos();
        int replaced = 0;
        while ((System.nanoTime() - end < 0 || replaced < PODS) && started < PODS_MAX) {
          startPod(redis, primary, replica);
          try (Pod oldest = pods.removeFirst()) {
            if (replaced++ % 2 == 0) {
              oldest.endNative();
            } else {
              oldest.endClassic();
            }
          }
          assertEquals(List.of(), books.failures());
        }
        while (!pods.isEmpty()) {
          try (Pod last = pods.removeFirst()) {
            last.endNative();
          }
        }
        System.out.printf(
            "rollout: %d pods replaced, %d rounds of requests, %d writers%n",
            replaced, books.requests(), books.writes().size());
      } finally {
        pods.forEach(Pod::close);
      }
      assertEquals(List.of(), books.failures());
      assertEquals(started * 4, books.writes().size());
      for (Map.Entry<String, Long> writer : books.writes().entrySet()) {
        assertEquals(writer.getValue(), written(writer.getKey(), redis, postgres), writer::getKey);
      }
    }
  }

  private void startPod(RedisServer redis, PostgresServer primary, PostgresServer replica) {
    String name = "pod-" + started;
    PostgresYaml face = PostgresYaml.inFrontOf(primary, replica).with("pool.mode", "transaction");
    SidecarYaml yaml =
        SidecarYaml.alone(redis.url())
            .withPostgres(face)
            .member(name, FreePort.next(), clusterPorts.get(started), clusterPorts);
    started++;
    pods.addLast(Pod.start(name, yaml, face, books));
  }

  /** How many writes of a writer there are; rows that are there twice count twice. */
  private static long written(String writer, RedisServer redis, RawPostgres postgres)
      throws IOException {
    if (writer.contains("redis")) {
      return Long.parseLong(redis.command("GET", "count:" + writer).lines().toList().get(1));
    }
    List<String> row =
        postgres
            .rows(
                "SELECT count(*), count(DISTINCT n), max(n) FROM rollout WHERE worker = '"
                    + writer
                    + "'")
            .getFirst()
            .stream()
            .map(String::valueOf)
            .toList();
    assertEquals(1, row.stream().distinct().count(), () -> writer + " " + row);
    return Long.parseLong(row.getFirst());
  }
}
