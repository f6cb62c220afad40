package io.nearside.tests.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.cache.Key;
import io.nearside.agent.redis.PinReason;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Commands about a connection or about all keys, and writers that bypass the sidecar. */
@SuppressWarnings("NullAway.Init") // set before every test
final class ClientCommandsTest {
  private static final Duration MAX_STALENESS = Duration.ofSeconds(1);

  private static RedisServer redis;
  private static InProcessSidecar sidecar;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
    sidecar = InProcessSidecar.inFrontOf(redis.url(), Map.of("redis.cache.touchSample", "10"));
  }

  @AfterAll
  static void stop() {
    sidecar.close();
    redis.close();
  }

  @Test
  void clientTracking_ofTheClientItself_bringsItsPushes() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      client.ask("HELLO", "3");
      assertEquals("+OK\r\n", client.ask("CLIENT", "TRACKING", "ON"));
      assertEquals(1, sidecar.pinned(PinReason.CLIENT_TRACKING));
      client.ask("GET", "tracked");
      redis.command("SET", "tracked", "v");
      assertEquals(
          ">2\r\n$10\r\ninvalidate\r\n*1\r\n$7\r\ntracked\r\n", text(client.read(1).getFirst()));
      assertEquals("+OK\r\n", client.ask("CLIENT", "TRACKING", "OFF"));
      assertEquals(0, sidecar.pinned());
    }
  }

  @Test
  void clientReply_offAndSkip_shiftNothing() throws IOException {
    try (RawRedis client = sidecar.connect();
        RawRedis other = sidecar.connect()) {
      sidecar.askUntilHit(other, "GET", "silent");
      client.send(RawRedis.encode("CLIENT", "REPLY", "SKIP"));
      client.send(RawRedis.encode("SET", "silent", "1"));
      assertEquals("$1\r\n1\r\n", client.ask("GET", "silent"));
      client.send(RawRedis.encode("CLIENT", "REPLY", "OFF"));
      client.send(RawRedis.encode("SET", "silent", "2"));
      client.send(RawRedis.encode("GET", "silent"));
      assertEquals("+OK\r\n", client.ask("CLIENT", "REPLY", "ON"));
      assertEquals("$1\r\n2\r\n", client.ask("GET", "silent"));
      assertEquals("$1\r\n2\r\n", other.ask("GET", "silent"));
      assertEquals(0, sidecar.pinned());
    }
  }

  @Test
  void wait_afterWritesOnTheSharedConnection_countsTheReplica() throws IOException {
    try (RedisServer replica =
            RedisServer.start("--replicaof", "127.0.0.1", Integer.toString(redis.port()));
        RawRedis client = sidecar.connect()) {
      Eventually.holds(
          "the replica is in step", () -> "up".equals(replica.info().get("master_link_status")));
      for (int i = 0; i < 20; i++) {
        client.ask("SET", "waited", Integer.toString(i));
        assertEquals(":1\r\n", client.ask("WAIT", "1", "5000"));
        assertTrue(replica.command("GET", "waited").endsWith("\r\n" + i + "\r\n"));
      }
      assertEquals(0, sidecar.pinned());
    }
  }

  @Test
  void monitor_showsWhatOthersDo() throws IOException {
    try (RawRedis client = sidecar.connect();
        RawRedis other = sidecar.connect()) {
      assertEquals("+OK\r\n", client.ask("MONITOR"));
      other.ask("ECHO", "seen-by-monitor");
      Eventually.holds(
          "it is seen", () -> text(client.read(1).getFirst()).contains("seen-by-monitor"));
    }
  }

  @Test
  void hashes_offOrOn_decidesAboutReadsOfHashes() throws IOException {
    redis.command("HSET", "h", "f", "1");
    redis.command("SET", "s", "v");
    try (InProcessSidecar off =
            InProcessSidecar.inFrontOf(redis.url(), Map.of("redis.cache.hashes", "off"));
        RawRedis client = off.connect();
        RawRedis on = sidecar.connect()) {
      off.askUntilHit(client, "GET", "s");
      assertTrue(off.neverHits(client, "HGET", "h", "f"));
      assertTrue(off.neverHits(client, "HGETALL", "h"));
      off.set("redis.cache.hashes", "on");
      assertEquals(200, off.post("/config/reload").statusCode());
      off.askUntilHit(client, "HGET", "h", "f");
      // Redis 7.0 has no expiry of fields: auto caches.
      sidecar.askUntilHit(on, "HGET", "h", "f");
    }
  }

  @Test
  void hits_asManyAsTouchSample_touchTheKeyUpstream() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      sidecar.askUntilHit(client, "GET", "touched");
      long before = UpstreamClients.calls(redis, "touch");
      Eventually.holds(
          "a TOUCH",
          () -> {
            client.ask("GET", "touched");
            return UpstreamClients.calls(redis, "touch") > before;
          });
    }
  }

  @Test
  void sameKeyInTwoDatabases_isCachedApartAndInvalidatedInBoth() throws IOException {
    try (RawRedis zero = sidecar.connect();
        RawRedis one = sidecar.connect()) {
      one.ask("SELECT", "1");
      zero.ask("SET", "db", "0");
      one.ask("SET", "db", "1");
      assertEquals("$1\r\n0\r\n", sidecar.askUntilHit(zero, "GET", "db"));
      assertEquals("$1\r\n1\r\n", sidecar.askUntilHit(one, "GET", "db"));
      try (RawRedis around = redis.connect()) {
        around.ask("SELECT", "1");
        around.ask("SET", "db", "2");
      }
      Eventually.holds("seen", MAX_STALENESS, () -> one.ask("GET", "db").equals("$1\r\n2\r\n"));
      assertEquals("$1\r\n0\r\n", zero.ask("GET", "db"));
      one.ask("SELECT", "0");
      assertEquals("$1\r\n0\r\n", one.ask("GET", "db"), "SELECT changes what is served");
    }
  }

  @Test
  void swapdb_throughTheSidecar_changesWhatBothDatabasesServe() throws IOException {
    try (RawRedis four = sidecar.connect();
        RawRedis five = sidecar.connect()) {
      four.ask("SELECT", "4");
      five.ask("SELECT", "5");
      four.ask("SET", "swap", "4");
      five.ask("SET", "swap", "5");
      sidecar.askUntilHit(four, "GET", "swap");
      sidecar.askUntilHit(five, "GET", "swap");
      try (RawRedis admin = sidecar.connect()) {
        assertEquals("+OK\r\n", admin.ask("SWAPDB", "4", "5"));
      }
      assertEquals("$1\r\n5\r\n", four.ask("GET", "swap"));
      assertEquals("$1\r\n4\r\n", five.ask("GET", "swap"));
    }
  }

  @Test
  void flushall_throughAndAround_emptiesMemory() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      client.ask("SET", "flushed", "v");
      sidecar.askUntilHit(client, "GET", "flushed");
      assertEquals("+OK\r\n", client.ask("FLUSHALL"));
      assertEquals("$-1\r\n", client.ask("GET", "flushed"));
      client.ask("SET", "flushed", "w");
      sidecar.askUntilHit(client, "GET", "flushed");
      redis.command("FLUSHALL");
      Eventually.holds("seen", MAX_STALENESS, () -> client.ask("GET", "flushed").equals("$-1\r\n"));
    }
  }

  @Test
  void writesAround_areSeenWithinMaxStaleness() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      for (int i = 0; i < 50; i++) {
        sidecar.askUntilHit(client, "GET", "around");
        String value = Integer.toString(i);
        redis.command("SET", "around", value);
        Eventually.holds(
            "the value " + value,
            MAX_STALENESS,
            () -> client.ask("GET", "around").endsWith("\r\n" + value + "\r\n"));
      }
    }
  }

  @Test
  void hit_afterAMissInOnePipeline_waitsItsTurn() throws IOException {
    redis.command("SET", "held", "held");
    redis.command("SET", "other", "other");
    try (RawRedis client = sidecar.connect()) {
      for (int i = 0; i < 50; i++) {
        sidecar.askUntilHit(client, "GET", "held");
        sidecar.agent().redis().cache().invalidate(key("other"), "test");
        client.send(RawRedis.encode("GET", "other"));
        client.send(RawRedis.encode("GET", "held"));
        client.send(RawRedis.encode("GET", "other"));
        List<byte[]> replies = client.read(3);
        assertEquals("$5\r\nother\r\n", text(replies.get(0)));
        assertEquals("$4\r\nheld\r\n", text(replies.get(1)));
        assertEquals("$5\r\nother\r\n", text(replies.get(2)));
      }
    }
  }

  private static Key.Probe key(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return new Key.Probe().set(0, bytes, 0, bytes.length);
  }

  @Test
  void hit_afterABlockedCommandInOnePipeline_waitsItsTurn() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      sidecar.askUntilHit(client, "GET", "held");
      client.send(RawRedis.encode("BLPOP", "nothing", "0.2"));
      client.send(RawRedis.encode("GET", "held"));
      assertTrue(!client.hasBytesWithin(Duration.ofMillis(100)), "the hit does not overtake");
      assertEquals("*-1\r\n", text(client.read(1).getFirst()));
      assertTrue(text(client.read(1).getFirst()).startsWith("$"));
    }
  }

  @Test
  void get_afterSetInOnePipeline_seesTheWrite() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      for (int i = 0; i < 100; i++) {
        String value = Integer.toString(i);
        client.send(RawRedis.encode("GET", "own"));
        client.send(RawRedis.encode("SET", "own", value));
        client.send(RawRedis.encode("GET", "own"));
        assertTrue(text(client.read(3).get(2)).endsWith("\r\n" + value + "\r\n"), value);
      }
    }
  }

  private static String text(byte[] reply) {
    return new String(reply, StandardCharsets.UTF_8);
  }
}
