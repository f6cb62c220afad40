package io.nearside.tests.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A reply from memory goes only to who may read it, and a revoked right ends here too. */
@SuppressWarnings("NullAway.Init") // set before every test
final class AccessRulesTest {
  private static final Duration MAX_STALENESS = Duration.ofSeconds(1);
  private static final String VALUE = "$1\r\nv\r\n";

  private static RedisServer redis;
  private static InProcessSidecar sidecar;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
    sidecar = InProcessSidecar.inFrontOf(redis.url());
  }

  @AfterAll
  static void stop() {
    sidecar.close();
    redis.close();
  }

  @BeforeEach
  void users() {
    redis.command("ACL", "SETUSER", "ann", "reset", "on", ">ann", "~*", "+@all");
    redis.command("ACL", "SETUSER", "bob", "reset", "on", ">bob", "~bob:*", "+@all");
    redis.command("SET", "k", "v");
  }

  @Test
  void get_ofUserWithoutRightToCachedKey_isRefusedByRedis() throws IOException {
    try (RawRedis ann = sidecar.connectAs("ann", "ann");
        RawRedis bob = sidecar.connectAs("bob", "bob")) {
      assertEquals(VALUE, sidecar.askUntilHit(ann, "GET", "k"));
      assertTrue(bob.ask("GET", "k").startsWith("-NOPERM"), "bob must not see ann's entry");
      assertTrue(bob.ask("MGET", "k", "bob:1").startsWith("-NOPERM"));
      assertEquals(VALUE, ann.ask("GET", "k"));
    }
  }

  @Test
  void setuser_throughSidecar_stopsHitsAtOnce() throws IOException {
    try (RawRedis ann = sidecar.connectAs("ann", "ann");
        RawRedis admin = sidecar.connect()) {
      sidecar.askUntilHit(ann, "GET", "k");
      assertEquals("+OK\r\n", admin.ask("ACL", "SETUSER", "ann", "resetkeys", "~other:*"));
      assertTrue(ann.ask("GET", "k").startsWith("-NOPERM"), "the very next read is refused");
    }
  }

  @Test
  void setuser_aroundSidecar_stopsHitsWithinMaxStaleness() throws IOException {
    try (RawRedis ann = sidecar.connectAs("ann", "ann")) {
      sidecar.askUntilHit(ann, "GET", "k");
      redis.command("ACL", "SETUSER", "ann", "resetkeys", "~other:*");
      Eventually.holds(
          "ann is refused", MAX_STALENESS, () -> ann.ask("GET", "k").startsWith("-NOPERM"));
    }
  }

  @Test
  void deluser_throughSidecar_closesItsConnections() throws IOException {
    try (RawRedis ann = sidecar.connectAs("ann", "ann");
        RawRedis other = sidecar.connect()) {
      sidecar.askUntilHit(ann, "GET", "k");
      assertEquals(":1\r\n", other.ask("ACL", "DELUSER", "ann"));
      ann.readToEnd(Duration.ofSeconds(5));
      assertEquals("+PONG\r\n", other.ask("PING"));
    }
  }

  @Test
  void deluser_aroundSidecar_closesItsConnectionsWithinMaxStaleness() throws IOException {
    try (RawRedis ann = sidecar.connectAs("ann", "ann")) {
      sidecar.askUntilHit(ann, "GET", "k");
      long deleted = System.nanoTime();
      redis.command("ACL", "DELUSER", "ann");
      ann.readToEnd(Duration.ofSeconds(5));
      long millis = (System.nanoTime() - deleted) / 1_000_000;
      assertTrue(millis <= MAX_STALENESS.toMillis() + 500, "closed after " + millis + " ms");
    }
  }

  @Test
  void get_ofUserWithoutPttl_isAnsweredAndNotCached() throws IOException {
    redis.command("ACL", "SETUSER", "ann", "-pttl");
    try (RawRedis ann = sidecar.connectAs("ann", "ann");
        RawRedis all = sidecar.connect()) {
      for (int i = 0; i < 5; i++) {
        assertEquals(VALUE, ann.ask("GET", "k"));
        assertEquals("*1\r\n" + VALUE, ann.ask("MGET", "k"));
      }
      assertTrue(sidecar.neverHits(ann, "GET", "k"));
      assertEquals(VALUE, sidecar.askUntilHit(all, "GET", "k"));
      redis.command("ACL", "SETUSER", "ann", "+pttl");
      assertEquals(VALUE, sidecar.askUntilHit(ann, "GET", "k"));
    }
  }

  @Test
  void auth_inMidConnection_changesWhatIsServed() throws IOException {
    try (RawRedis client = sidecar.connectAs("ann", "ann")) {
      sidecar.askUntilHit(client, "GET", "k");
      assertEquals("+OK\r\n", client.ask("AUTH", "bob", "bob"));
      assertTrue(client.ask("GET", "k").startsWith("-NOPERM"));
      assertTrue(client.ask("AUTH", "ann", "wrong").startsWith("-WRONGPASS"));
      assertTrue(client.ask("GET", "k").startsWith("-NOPERM"), "a refused AUTH changes nothing");
      assertEquals("+OK\r\n", client.ask("AUTH", "ann", "ann"));
      assertEquals(VALUE, client.ask("GET", "k"));
    }
  }

  @Test
  void auth_pipelinedBeforeRead_isObeyedByTheRead() throws IOException {
    try (RawRedis ann = sidecar.connectAs("ann", "ann");
        RawRedis client = sidecar.connectAs("ann", "ann")) {
      sidecar.askUntilHit(ann, "GET", "k");
      client.send(RawRedis.encode("AUTH", "bob", "bob"));
      client.send(RawRedis.encode("GET", "k"));
      var replies = client.read(2);
      assertEquals('+', replies.get(0)[0]);
      assertEquals('-', replies.get(1)[0]);
    }
  }

  @Test
  void hello_withAuth_changesUserAndProtocol() throws IOException {
    redis.command("HSET", "h", "f", "1");
    try (RawRedis client = sidecar.connectAs("bob", "bob")) {
      assertTrue(client.ask("HELLO", "3", "AUTH", "ann", "ann").startsWith("%"));
      assertEquals("%1\r\n$1\r\nf\r\n$1\r\n1\r\n", sidecar.askUntilHit(client, "HGETALL", "h"));
      assertTrue(client.ask("HELLO", "2").startsWith("*"));
      assertEquals("*2\r\n$1\r\nf\r\n$1\r\n1\r\n", sidecar.askUntilHit(client, "HGETALL", "h"));
    }
  }

  @Test
  void reset_returnsToTheDefaultUser() throws IOException {
    redis.command("SET", "bob:1", "v");
    try (RawRedis client = sidecar.connectAs("bob", "bob")) {
      sidecar.askUntilHit(client, "GET", "bob:1");
      assertEquals("+RESET\r\n", client.ask("RESET"));
      assertTrue(client.ask("ACL", "WHOAMI").contains("default"));
      assertEquals(VALUE, client.ask("GET", "k"));
    }
  }

  @Test
  void get_withoutLoginWhereOneIsNeeded_isRefusedWhateverIsCached() throws IOException {
    try (RedisServer locked = RedisServer.start("--requirepass", "secret");
        InProcessSidecar own =
            InProcessSidecar.inFrontOf(locked.url(), Map.of("redis.upstream.password", "secret"));
        RawRedis known = own.connectAs("default", "secret");
        RawRedis stranger = own.connect()) {
      locked.command("SET", "k", "v");
      assertEquals(VALUE, own.askUntilHit(known, "GET", "k"));
      assertTrue(stranger.ask("GET", "k").startsWith("-NOAUTH"));
      assertEquals("+RESET\r\n", known.ask("RESET"));
      assertTrue(known.ask("GET", "k").startsWith("-NOAUTH"), "RESET logs out");
      assertFalse(own.hit(known, "GET", "k"));
    }
  }
}
