package io.nearside.tests.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.coherence.InProcessFleet;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Requests larger than the buffer of a client are streamed; long keys are keys like others. */
@SuppressWarnings("NullAway.Init") // set before every test
final class LargeRequestTest {
  private static final String LARGE = "x".repeat(200 * 1024);

  private static RedisServer redis;
  private static InProcessSidecar sidecar;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
    sidecar =
        InProcessSidecar.inFrontOf(
            redis.url(), Map.of("redis.clients.requestBufferBytes", "64KiB"));
  }

  @AfterAll
  static void stop() {
    sidecar.close();
    redis.close();
  }

  @Test
  void set_of64MiB_arrivesWholeAndInvalidates() throws IOException {
    int bytes = 64 * 1024 * 1024;
    try (RawRedis client = sidecar.connect();
        RawRedis other = sidecar.connect()) {
      sidecar.askUntilHit(other, "STRLEN", "big");
      client.send(RawRedis.encode("SET", "big", "y".repeat(bytes)));
      assertEquals("+OK\r\n", text(client.read(1, Duration.ofSeconds(30)).getFirst()));
      assertEquals(":" + bytes + "\r\n", other.ask("STRLEN", "big"));
      assertEquals(0, sidecar.pinned());
      assertEquals(":1\r\n", client.ask("DEL", "big"));
    }
  }

  @Test
  void mset_ofLargeValues_invalidatesAllItsKeys() throws IOException {
    try (RawRedis client = sidecar.connect();
        RawRedis other = sidecar.connect()) {
      for (String key : new String[] {"m1", "m2", "m3"}) {
        sidecar.askUntilHit(other, "STRLEN", key);
      }
      assertEquals("+OK\r\n", client.ask("MSET", "m1", "1", "m2", LARGE, "m3", LARGE));
      assertEquals(":1\r\n", other.ask("STRLEN", "m1"));
      assertEquals(":" + LARGE.length() + "\r\n", other.ask("STRLEN", "m2"));
      assertEquals(":" + LARGE.length() + "\r\n", other.ask("STRLEN", "m3"));
    }
  }

  @Test
  void set_ofLargeValueInMulti_isQueuedAndInvalidates() throws IOException {
    try (RawRedis client = sidecar.connect();
        RawRedis other = sidecar.connect()) {
      sidecar.askUntilHit(other, "STRLEN", "tx");
      assertEquals("+OK\r\n", client.ask("MULTI"));
      assertEquals("+QUEUED\r\n", client.ask("SET", "tx", LARGE));
      sidecar.askUntilHit(other, "STRLEN", "tx");
      assertEquals("*1\r\n+OK\r\n", client.ask("EXEC"));
      assertEquals(":" + LARGE.length() + "\r\n", other.ask("STRLEN", "tx"));
    }
  }

  @Test
  void set_ofLargeValueThenGet_pipelined_seesIt() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      sidecar.askUntilHit(client, "STRLEN", "pipe");
      client.send(RawRedis.encode("SET", "pipe", LARGE));
      client.send(RawRedis.encode("STRLEN", "pipe"));
      assertEquals("+OK\r\n", text(client.read(1).getFirst()));
      assertEquals(":" + LARGE.length() + "\r\n", text(client.read(1).getFirst()));
    }
  }

  @Test
  void subscribe_largerThanTheBuffer_isRefusedClearly() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      client.send(RawRedis.encode("SUBSCRIBE", LARGE));
      String refused = text(client.readToEnd(Duration.ofSeconds(5)));
      assertTrue(refused.startsWith("-ERR nearside: 'subscribe' may not be larger"), refused);
      assertTrue(refused.contains("redis.clients.requestBufferBytes (65536 bytes)"), refused);
    }
  }

  @Test
  void set_cutByItsClientHalfWay_changesNothing() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      byte[] whole = RawRedis.encode("SET", "cut", LARGE);
      client.send(Arrays.copyOf(whole, whole.length - 10));
    }
    Eventually.holds("its connection is given up", () -> sidecar.pinned() == 0);
    assertEquals("$-1\r\n", redis.command("GET", "cut"));
  }

  @Test
  void longKey_isCachedAndInvalidated_byWritesThroughAndAround() throws IOException {
    String key = "long:" + "k".repeat(2_000);
    String sibling = key + "2";
    try (RawRedis client = sidecar.connect();
        RawRedis other = sidecar.connect()) {
      sidecar.askUntilHit(other, "GET", key);
      sidecar.askUntilHit(other, "GET", sibling);
      client.ask("SET", key, "1");
      assertEquals("$1\r\n1\r\n", sidecar.askUntilHit(other, "GET", key));
      assertTrue(sidecar.hit(other, "GET", sibling), "another key");
      redis.command("SET", key, "2");
      Eventually.holds(
          "the write around is seen",
          Duration.ofSeconds(1),
          () -> other.ask("GET", key).equals("$1\r\n2\r\n"));
    }
  }

  @Test
  void longKey_writtenThroughAnotherSidecar_isInvalidated() throws IOException {
    String key = "long:" + "k".repeat(2_000);
    try (InProcessFleet fleet = InProcessFleet.start(2, false, 1);
        RawRedis one = RawRedis.connect(fleet.address(0));
        RawRedis two = RawRedis.connect(fleet.address(1))) {
      one.ask("SET", key, "0");
      for (int i = 1; i < 20; i++) {
        String value = "$" + Integer.toString(i).length() + "\r\n" + i + "\r\n";
        two.ask("GET", key);
        two.ask("GET", key);
        assertEquals("+OK\r\n", one.ask("SET", key, Integer.toString(i)));
        Eventually.holds(
            "the value " + i, Duration.ofSeconds(1), () -> two.ask("GET", key).equals(value));
      }
    }
  }

  private static String text(byte[] reply) {
    return new String(reply, StandardCharsets.UTF_8);
  }
}
