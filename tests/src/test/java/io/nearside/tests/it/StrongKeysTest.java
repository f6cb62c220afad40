package io.nearside.tests.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.cluster.EpochReason;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Strongly consistent keys ({@code s:*}): whatever way a write takes, once its reply is there no
 * sidecar answers what was before it, and where that can not be had the write is refused.
 */
@SuppressWarnings("NullAway.Init") // set before every test
final class StrongKeysTest {
  private static final int WRITER = 0;
  private static final int READER = 1;
  private static final int ROUNDS = 10;
  private static final Duration A_MOMENT = Duration.ofMillis(20);
  private static final Map<String, String> STRONG =
      Map.of("redis.cache.policies", "[{match: 's:*', consistency: strong}, {match: '*'}]");

  private static StrongFleet fleet;

  @BeforeAll
  static void start() throws IOException {
    fleet = StrongFleet.start(2);
  }

  @AfterAll
  static void stop() {
    fleet.close();
  }

  private static String bulk(String value) {
    return "$" + value.length() + "\r\n" + value + "\r\n";
  }

  private static String text(byte[] reply) {
    return new String(reply, StandardCharsets.UTF_8);
  }

  private static byte[] pipeline(String... commands) {
    var bytes = new java.io.ByteArrayOutputStream();
    for (String command : commands) {
      bytes.writeBytes(RawRedis.encode(command.split(" ")));
    }
    return bytes.toByteArray();
  }

  @Test
  void set_ofAKeyThatAllHold_replyComesWhenNobodyAnswersTheOldValue() throws IOException {
    try (RawRedis writer = fleet.connect(WRITER);
        RawRedis reader = fleet.connect(READER)) {
      for (int i = 1; i <= ROUNDS; i++) {
        fleet.askUntilHit(READER, reader, "GET", "s:k");
        assertEquals("+OK\r\n", writer.ask("SET", "s:k", "v" + i));
        assertEquals(bulk("v" + i), reader.ask("GET", "s:k"));
        assertEquals(bulk("v" + i), writer.ask("GET", "s:k"));
      }
    }
  }

  /** One write, on a connection of its own. */
  private record Case(String key, String command, int replies) {}

  /** A peer that neither acks nor hears: every kind of write waits until its lease is over. */
  @Test
  void write_ofEveryKindWhileAPeerHangs_waitsForItsLease() throws IOException {
    String large = "new" + "x".repeat(2 << 20);
    List<Case> cases =
        List.of(
            new Case("s:set", "SET s:set new", 1),
            new Case("s:mset", "MSET other 1 s:mset new", 1),
            new Case("s:exec", "MULTI|SET other 1|SET s:exec new|EXEC", 4),
            new Case("s:script", "EVAL redis.call('set',KEYS[1],'new') 1 s:script", 1),
            new Case("s:hidden", "EVAL redis.call('set','s:hidden','new') 0", 1),
            new Case("s:move", "SET from new|RENAME from s:move", 2),
            new Case("s:large", "SET s:large " + large, 1),
            new Case("s:blocking", "LPUSH from2 new|BLMOVE from2 s:blocking LEFT LEFT 0", 2),
            new Case("s:all", "SWAPDB 3 4", 1));
    List<RawRedis> clients = new ArrayList<>();
    try (RawRedis reader = fleet.connect(READER);
        RawRedis bystander = fleet.connect(WRITER)) {
      for (Case one : cases) {
        clients.add(fleet.connect(WRITER));
        fleet.askUntilHit(READER, reader, "EXISTS", one.key());
      }
      fleet.hub.pause(StrongFleet.name(READER));
      for (int i = 0; i < cases.size(); i++) {
        clients.get(i).send(pipeline(cases.get(i).command().split("\\|")));
      }
      assertEquals("+OK\r\n", bystander.ask("SET", "eventual", "1"), "other keys do not wait");
      for (int i = 0; i < cases.size(); i++) {
        int early = cases.get(i).replies() - 1;
        assertEquals(early, clients.get(i).read(early).size());
        boolean answered = clients.get(i).hasBytesWithin(A_MOMENT);
        assertFalse(answered && fleet.face(READER).strongFence().open(), cases.get(i).key());
      }
      for (int i = 0; i < cases.size(); i++) {
        String last = text(clients.get(i).read(1).getFirst());
        assertFalse(last.startsWith("-"), last);
        assertFalse(fleet.face(READER).strongFence().open(), "the peer's lease is over");
      }
      try (RawRedis direct = RawRedis.connect(fleet.redis.port())) {
        for (Case one : cases) {
          assertEquals(direct.ask("EXISTS", one.key()), reader.ask("EXISTS", one.key()), one.key());
        }
      }
    } finally {
      clients.forEach(RawRedis::close);
      fleet.hub.resume(StrongFleet.name(READER));
    }
    fleet.awaitOpen();
  }

  @Test
  void pipeline_behindAWriteThatWaits_keepsItsOrder() throws IOException {
    try (RawRedis writer = fleet.connect(WRITER);
        RawRedis reader = fleet.connect(READER)) {
      writer.ask("SET", "s:order", "0");
      fleet.askUntilHit(READER, reader, "GET", "s:order");
      fleet.hub.pause(StrongFleet.name(READER));
      writer.send(
          pipeline("SET e:order a", "SET s:order 1", "GET s:order", "INCR s:order", "GET e:order"));
      assertEquals("+OK\r\n", text(writer.read(1).getFirst()), "sent before the one that waits");
      boolean answered = writer.hasBytesWithin(A_MOMENT);
      assertFalse(answered && fleet.face(READER).strongFence().open(), "answered under a lease");
      List<String> rest = writer.read(4).stream().map(StrongKeysTest::text).toList();
      assertEquals(List.of("+OK\r\n", bulk("1"), ":2\r\n", bulk("a")), rest);
      assertEquals(bulk("2"), reader.ask("GET", "s:order"));
    } finally {
      fleet.hub.resume(StrongFleet.name(READER));
    }
    fleet.awaitOpen();
  }

  @Test
  void client_goneWhileItsWriteWaits_holdEnds() throws IOException {
    try (RawRedis reader = fleet.connect(READER)) {
      fleet.askUntilHit(READER, reader, "GET", "s:gone");
      fleet.hub.pause(StrongFleet.name(READER));
      try (RawRedis writer = fleet.connect(WRITER)) {
        writer.resetOnClose();
        writer.send(pipeline("SET s:gone 1"));
      }
      fleet.hub.resume(StrongFleet.name(READER));
      fleet.askUntilHit(READER, reader, "GET", "s:gone");
      try (RawRedis other = fleet.connect(WRITER)) {
        fleet.askUntilHit(WRITER, other, "GET", "s:gone");
      }
    }
  }

  @Test
  void replyOff_strongWrite_keyIsHeldUntilItMustHaveHappened() throws IOException {
    try (RawRedis writer = fleet.connect(WRITER);
        RawRedis reader = fleet.connect(READER)) {
      fleet.askUntilHit(READER, reader, "GET", "s:silent");
      writer.send(pipeline("CLIENT REPLY SKIP", "SET s:silent new", "GET s:silent"));
      assertEquals(bulk("new"), text(writer.read(1).getFirst()));
      assertEquals(bulk("new"), reader.ask("GET", "s:silent"));
    }
  }

  @Test
  void exec_whoseTransactionWasNotSeenToBegin_staysInStepWithItsClient() throws IOException {
    try (RawRedis writer = fleet.connect(WRITER);
        RawRedis reader = fleet.connect(READER)) {
      fleet.askUntilHit(READER, reader, "GET", "s:unseen");
      writer.send(pipeline("CLIENT REPLY SKIP", "MULTI", "SET s:unseen new", "EXEC"));
      assertEquals(
          List.of("+QUEUED\r\n", "*1\r\n+OK\r\n"),
          writer.read(2).stream().map(StrongKeysTest::text).toList());
      assertEquals(bulk("new"), reader.ask("GET", "s:unseen"));
    }
  }

  @Test
  void sidecarsThatNeverMet_neverAnswerStrongKeysFromMemory() throws IOException {
    try (RedisServer redis = RedisServer.start();
        InProcessSidecar one = InProcessSidecar.inFrontOf(redis.url(), STRONG);
        RawRedis first = one.connect()) {
      one.askUntilHit(first, "GET", "s:k");
      try (InProcessSidecar other = InProcessSidecar.inFrontOf(redis.url(), STRONG);
          RawRedis second = other.connect()) {
        // Answered when those who do not know this one have noticed it.
        Eventually.holds(
            "a write through the newcomer",
            StrongFleet.SOON,
            () -> second.ask("SET", "s:k", "1").equals("+OK\r\n"));
        assertEquals(bulk("1"), first.ask("GET", "s:k"));
        assertTrue(one.neverHits(first, "GET", "s:k"));
        assertTrue(other.neverHits(second, "GET", "s:k"));
        assertEquals("+OK\r\n", first.ask("SET", "s:k", "2"));
        assertEquals(bulk("2"), second.ask("GET", "s:k"));
        other.askUntilHit(second, "GET", "eventual");
      }
      one.askUntilHit(first, "GET", "s:k");
      assertTrue(one.statistics().epochMoves().getOrDefault(EpochReason.STRONG_ANCHOR, 0L) >= 2);
    }
  }

  @Test
  void upstreamThatRefusesTheAnchor_strongWritesAreRefusedOthersNot() throws IOException {
    Map<String, String> settings = new HashMap<>(STRONG);
    settings.put("coherence.strongLeaseMillis", "200");
    try (RedisServer redis = RedisServer.start()) {
      redis.command("ACL", "SETUSER", "default", "resetchannels");
      try (InProcessSidecar sidecar = InProcessSidecar.inFrontOf(redis.url(), settings);
          RawRedis client = sidecar.connect()) {
        String refused = client.ask("SET", "s:k", "1");
        assertTrue(refused.startsWith("-TRYAGAIN nearside: strong write not possible"), refused);
        assertTrue(refused.contains("NOPERM"), refused);
        assertEquals("+OK\r\n", client.ask("SET", "k", "1"));
        client.send(pipeline("MULTI", "SET s:k 2", "EXEC", "GET s:k"));
        List<String> replies = client.read(4).stream().map(StrongKeysTest::text).toList();
        assertEquals(List.of("+OK\r\n", "+QUEUED\r\n"), replies.subList(0, 2));
        assertTrue(replies.get(2).startsWith("-TRYAGAIN"), replies.get(2));
        assertEquals("$-1\r\n", replies.get(3), "nothing was written");
        assertTrue(sidecar.neverHits(client, "GET", "s:k"));
        sidecar.askUntilHit(client, "GET", "k");
      }
    }
  }

  @Test
  void reload_policyBecomesStrong_keysAreAnsweredFromMemoryOnceAnchored() throws IOException {
    try (RedisServer redis = RedisServer.start("--requirepass", "secret");
        InProcessSidecar sidecar =
            InProcessSidecar.inFrontOf(redis.url(), Map.of("redis.upstream.password", "secret"));
        RawRedis client = sidecar.connect()) {
      client.ask("AUTH", "secret");
      sidecar.askUntilHit(client, "GET", "s:k");
      STRONG.forEach(sidecar::set);
      assertEquals(200, sidecar.post("/config/reload").statusCode());
      assertEquals("+OK\r\n", client.ask("SET", "s:k", "1"));
      assertEquals(bulk("1"), sidecar.askUntilHit(client, "GET", "s:k"));
      assertEquals("$-1\r\n", sidecar.askUntilHit(client, "GET", "k"));
      assertEquals(
          List.of(bulk("1"), "$-1\r\n"),
          Arrays.asList(client.ask("GET", "s:k"), client.ask("GET", "k")));
    }
  }
}
