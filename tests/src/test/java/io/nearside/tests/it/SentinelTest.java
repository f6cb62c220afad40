package io.nearside.tests.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SentinelGroup;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A sidecar follows the primary that real sentinels name. */
@SuppressWarnings("NullAway.Init") // set before every test
final class SentinelTest {
  private static final Duration RECOVERED_WITHIN = Duration.ofSeconds(20);
  private static final int WRITES_AFTER = 50;

  private SentinelGroup group;
  private InProcessSidecar sidecar;

  @BeforeEach
  void start() {
    group = SentinelGroup.start();
    sidecar =
        InProcessSidecar.inFrontOf(
            "redis://127.0.0.1:1",
            Map.of(
                "redis.upstream.mode",
                "sentinel",
                "redis.upstream.sentinel.master",
                SentinelGroup.MASTER,
                "redis.upstream.sentinel.nodes",
                group.nodes()));
  }

  @AfterEach
  void stop() {
    sidecar.close();
    group.close();
  }

  @Test
  void start_sentinelsNameThePrimary_servedFromItAndFromMemory() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      assertEquals("+OK\r\n", client.ask("SET", "k", "v"));
      assertEquals("$1\r\nv\r\n", sidecar.askUntilHit(client, "GET", "k"));
      assertEquals("127.0.0.1:" + group.primary().port(), sidecar.agent().redis().upstreamName());
    }
  }

  @Test
  void failover_inOrder_writesGoOnAndNobodyReadsWhatIsOld() throws Exception {
    group.killSentinel(2);
    RedisServer before = group.primary();
    try (RawRedis subscriber = sidecar.connect()) {
      subscriber.ask("SUBSCRIBE", "news");
      writeAcross(CompletableFuture.runAsync(group::failover));
      assertNotEquals(before.port(), group.primary().port());
      // A subscription at a server that is no primary any more would be deaf: it ends.
      subscriber.readToEnd(RECOVERED_WITHIN);
    }
    writersAroundAreSeen();
  }

  @Test
  void failover_primaryKilledInMidWrite_recoversAndKeepsToTheNewOne() throws Exception {
    RedisServer before = group.primary();
    writeAcross(
        CompletableFuture.runAsync(
            () -> {
              before.kill();
              group.awaitPrimaryOtherThan(before);
            }));
    before.restart();
    writersAroundAreSeen();
    assertEquals("127.0.0.1:" + group.primary().port(), sidecar.agent().redis().upstreamName());
  }

  /**
   * Writes and reads through the sidecar until the failover is over and writes are acknowledged
   * again; who has an acknowledged write reads it, unless the new primary itself has not got it.
   */
  private void writeAcross(CompletableFuture<Void> failover) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    long overNanos = 0;
    int acknowledgedAfter = 0;
    try (RawRedis writer = sidecar.connect();
        RawRedis reader = sidecar.connect()) {
      for (int n = 0; acknowledgedAfter < WRITES_AFTER; n++) {
        assertTrue(System.nanoTime() < deadline, "no writes again, failover " + failover);
        boolean over = failover.isDone();
        String wrote = writer.ask("SET", "k", Integer.toString(n));
        String read = reader.ask("GET", "k");
        if (over && overNanos == 0) {
          overNanos = System.nanoTime();
        }
        if (over && !wrote.equals("+OK\r\n")) {
          assertTrue(System.nanoTime() - overNanos < RECOVERED_WITHIN.toNanos(), "still " + wrote);
        } else if (over && read.equals(bulk(Integer.toString(n)))) {
          acknowledgedAfter++;
        } else if (over) {
          // Acknowledged by the old primary after the other was promoted, and lost with it.
          assertEquals(group.primary().command("GET", "k"), read);
          acknowledgedAfter = 0;
        }
      }
    }
    failover.get(1, TimeUnit.SECONDS);
  }

  private static String bulk(String value) {
    return "$" + value.length() + "\r\n" + value + "\r\n";
  }

  /** Memory answers again, and what is written at the new primary itself reaches it. */
  private void writersAroundAreSeen() throws IOException {
    try (RawRedis client = sidecar.connect();
        RawRedis direct = group.primary().connect()) {
      for (int n = 0; n < 3; n++) {
        sidecar.askUntilHit(client, "GET", "k");
        String value = "around-" + n;
        assertEquals("+OK\r\n", direct.ask("SET", "k", value));
        Eventually.holds(value + " is seen", () -> client.ask("GET", "k").equals(bulk(value)));
      }
    }
  }
}
