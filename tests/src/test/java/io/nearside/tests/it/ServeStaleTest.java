package io.nearside.tests.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** While Redis is away, reads of the keys that are meant for it are answered from memory. */
@SuppressWarnings("NullAway.Init") // set before every test
final class ServeStaleTest {
  private static final String VALUE = "$1\r\nv\r\n";
  private static final String POLICIES =
      "[{match: 'long:*', staleOnErrorMillis: 600000}, {match: 'brief:*', staleOnErrorMillis: 1},"
          + " {match: '*'}]";

  private RedisServer redis;
  private InProcessSidecar sidecar;

  @BeforeEach
  void start() {
    redis = RedisServer.start();
    sidecar =
        InProcessSidecar.inFrontOf(
            redis.url(),
            Map.of("redis.cache.policies", POLICIES, "redis.upstream.acquireMillis", "200"));
  }

  @AfterEach
  void stop() {
    sidecar.close();
    redis.close();
  }

  @Test
  void get_redisAway_staleWhereAllowedErrorsElsewhereFreshAgainAfterwards() throws IOException {
    try (RawRedis client = sidecar.connect();
        RawRedis fresh = sidecar.connect()) {
      fresh.ask("CLIENT", "SETNAME", "nearside-fresh");
      for (String key : new String[] {"long:a", "long:written", "brief:a", "other:a"}) {
        client.ask("SET", key, "v");
        sidecar.askUntilHit(client, "GET", key);
      }
      // Nobody is told of its new value, but it is known that there may be one.
      client.ask("SET", "long:written", "w");
      redis.kill();

      Eventually.holds("memory is silent", () -> client.ask("GET", "other:a").startsWith("-"));
      long before = sidecar.agent().redis().observations().staleServed();
      assertEquals(VALUE, client.ask("GET", "long:a"));
      assertTrue(sidecar.agent().redis().observations().staleServed() > before);
      assertError(client.ask("GET", "brief:a"));
      assertError(client.ask("GET", "other:a"));
      assertError(client.ask("GET", "long:written"));
      assertError(client.ask("GET", "long:never-read"));
      assertError(fresh.ask("GET", "long:a"));
      assertError(client.ask("SET", "long:b", "v"));

      redis.restart();
      Eventually.holds(
          "Redis, which lost everything, is read again",
          Duration.ofSeconds(20),
          () -> client.ask("GET", "long:a").equals("$-1\r\n"));
      long after = sidecar.agent().redis().observations().staleServed();
      redis.command("SET", "long:a", "n");
      Eventually.holds("the new value", () -> client.ask("GET", "long:a").equals("$1\r\nn\r\n"));
      assertEquals(after, sidecar.agent().redis().observations().staleServed());
    }
  }

  private static void assertError(String reply) {
    assertTrue(reply.startsWith("-"), reply);
  }
}
