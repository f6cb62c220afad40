package io.nearside.tests.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.redis.TrackingReport;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that does not let us track: entries live for a capped time. */
final class TrackingRefusedTest {
  private final RedisServer redis = RedisServer.start();

  @BeforeEach
  void refuse() {
    assertEquals("+OK\r\n", redis.command("ACL", "SETUSER", "default", "-client|tracking"));
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  @Test
  void writeAround_isSeenWhenTheCappedTimeEnds() throws IOException {
    try (InProcessSidecar sidecar =
            InProcessSidecar.inFrontOf(
                redis.url(), Map.of("redis.tracking.unsupportedTtlMillis", "300"));
        RawRedis client = sidecar.connect()) {
      redis.command("SET", "k", "old");
      sidecar.askUntilHit(client, "GET", "k");
      redis.command("SET", "k", "new");
      Eventually.holds("the new value", () -> client.ask("GET", "k").equals("$3\r\nnew\r\n"));
    }
  }

  @Test
  void report_saysThatItIsRefusedAndWhy() throws IOException {
    try (InProcessSidecar sidecar = InProcessSidecar.inFrontOf(redis.url())) {
      Eventually.holds("refused", () -> !sidecar.agent().redis().tracksWriters());
      TrackingReport report = report(sidecar);
      assertTrue(report.unsupported());
      assertTrue(report.detail().contains("NOPERM"), report.detail());
    }
  }

  @Test
  void rightsGivenLater_writersAreSeenAgain() throws IOException {
    try (InProcessSidecar sidecar = InProcessSidecar.inFrontOf(redis.url());
        RawRedis client = sidecar.connect()) {
      Eventually.holds("refused", () -> !sidecar.agent().redis().tracksWriters());
      redis.command("ACL", "SETUSER", "default", "+client|tracking");
      Eventually.holds("tracked", () -> report(sidecar).tracking());
      redis.command("SET", "k", "old");
      sidecar.askUntilHit(client, "GET", "k");
      redis.command("SET", "k", "new");
      Eventually.holds("the new value", () -> client.ask("GET", "k").equals("$3\r\nnew\r\n"));
      assertTrue(sidecar.agent().redis().tracksWriters());
    }
  }

  private static TrackingReport report(InProcessSidecar sidecar) {
    return Objects.requireNonNull(sidecar.agent().redis().tracking());
  }
}
