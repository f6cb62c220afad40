package io.nearside.tests.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the configuration says of keys and commands, seen from a client. */
@SuppressWarnings("NullAway.Init") // set before every test
final class PoliciesTest {
  private static final String POLICIES =
      """
      [{match: 'off:*', cache: false}, {match: 'bypass:*', consistency: bypass},
       {match: 'short:*', ttlMaxMillis: 300}, {match: 'there:*', negative: false},
       {match: 'user:[0-4]?', cache: true}, {match: 'user:*', cache: false},
       {match: 'on:*'}]""";

  private static RedisServer redis;
  private static InProcessSidecar sidecar;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
    sidecar =
        InProcessSidecar.inFrontOf(
            redis.url(),
            Map.of("redis.cache.policies", POLICIES, "redis.deny", "KEYS,CONFIG SET,MEMORY"));
  }

  @AfterAll
  static void stop() {
    sidecar.close();
    redis.close();
  }

  @Test
  void get_ofKeyWithCacheOff_neverHits() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      assertTrue(sidecar.neverHits(client, "GET", "off:k"));
    }
  }

  @Test
  void get_ofKeyWithBypass_neverHits() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      assertTrue(sidecar.neverHits(client, "GET", "bypass:k"));
    }
  }

  @Test
  void get_ofKeyThatNoPolicyMatches_neverHits() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      assertTrue(sidecar.neverHits(client, "GET", "unmatched"));
    }
  }

  @Test
  void get_pastTtlMaxMillis_readsUpstreamAgain() throws IOException {
    redis.command("SET", "short:k", "v");
    try (RawRedis client = sidecar.connect()) {
      sidecar.askUntilHit(client, "GET", "short:k");
      Eventually.holds(
          "a miss", Duration.ofSeconds(2), () -> !sidecar.hit(client, "GET", "short:k"));
    }
  }

  @Test
  void get_ofKeyThatExpiresUpstream_isGoneInTime() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      client.ask("SET", "on:expires", "v", "PX", "400");
      long set = System.nanoTime();
      while (client.ask("GET", "on:expires").startsWith("$1")) {
        long millis = (System.nanoTime() - set) / 1_000_000;
        assertTrue(millis < 600, "served " + millis + " ms after SET PX 400");
      }
    }
  }

  @Test
  void get_ofAbsentKey_isCachedUnlessNegativeIsFalse() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      assertEquals("$-1\r\n", sidecar.askUntilHit(client, "GET", "on:absent"));
      assertTrue(sidecar.neverHits(client, "GET", "there:absent"));
      client.ask("SET", "there:absent", "v");
      assertEquals("$1\r\nv\r\n", sidecar.askUntilHit(client, "GET", "there:absent"));
    }
  }

  @Test
  void set_ofKeyCachedAsAbsent_isSeen() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      sidecar.askUntilHit(client, "GET", "on:new");
      client.ask("SET", "on:new", "1");
      assertEquals("$1\r\n1\r\n", client.ask("GET", "on:new"));
    }
  }

  @Test
  void get_ofKeyThatTwoPoliciesMatch_obeysTheFirst() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      sidecar.askUntilHit(client, "GET", "user:42");
      assertTrue(sidecar.neverHits(client, "GET", "user:52"), "outside the set of the glob");
      assertTrue(sidecar.neverHits(client, "GET", "user:421"), "longer than the glob");
    }
  }

  @Test
  void get_ofConnectionNamedFresh_readsPastMemory() throws IOException {
    try (RawRedis client = sidecar.connect();
        RawRedis other = sidecar.connect()) {
      sidecar.askUntilHit(client, "GET", "on:fresh");
      assertEquals("+OK\r\n", client.ask("CLIENT", "SETNAME", "nearside-fresh"));
      assertTrue(sidecar.neverHits(client, "GET", "on:fresh"));
      assertTrue(sidecar.neverHits(client, "MGET", "on:fresh"));
      sidecar.askUntilHit(other, "GET", "on:fresh");
      assertEquals("+OK\r\n", client.ask("CLIENT", "SETNAME", "ordinary"));
      sidecar.askUntilHit(client, "GET", "on:fresh");
    }
  }

  @Test
  void hello_withFreshName_readsPastMemory() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      client.ask("HELLO", "3", "SETNAME", "nearside-fresh");
      assertTrue(sidecar.neverHits(client, "GET", "on:hello"));
    }
  }

  @Test
  void deniedCommand_isRefusedInRedisWords() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      assertRefused(client.ask("KEYS", "*"), "'keys'");
      assertRefused(client.ask("keys", "*"), "'keys'");
      assertRefused(client.ask("CONFIG", "SET", "maxmemory", "0"), "'config set'");
      assertRefused(client.ask("MEMORY", "USAGE", "k"), "memory");
      assertTrue(client.ask("CONFIG", "GET", "maxmemory").startsWith("*"));
      client.send("KEYS *\r\n".getBytes(StandardCharsets.US_ASCII));
      assertRefused(new String(client.read(1).getFirst(), StandardCharsets.UTF_8), "'keys'");
    }
  }

  @Test
  void deniedCommand_insideMulti_abortsTheTransaction() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      assertEquals("+OK\r\n", client.ask("MULTI"));
      assertEquals("+QUEUED\r\n", client.ask("SET", "on:multi", "v"));
      assertRefused(client.ask("KEYS", "*"), "'keys'");
      assertTrue(client.ask("EXEC").startsWith("-EXECABORT"), "as Redis does after an error");
      assertEquals("$-1\r\n", client.ask("GET", "on:multi"));
      assertEquals("*0\r\n", client.ask("MULTI").equals("+OK\r\n") ? client.ask("EXEC") : "");
    }
  }

  private static void assertRefused(String reply, String command) {
    assertTrue(reply.startsWith("-NOPERM ") && reply.contains(command), reply);
  }
}
