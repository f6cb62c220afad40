package io.nearside.tests.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.cluster.EpochReason;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.TamperProxy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The upstream goes, comes back, or is not the primary any more. */
@SuppressWarnings("NullAway.Init") // set before every test
final class UpstreamFailureTest {
  private RedisServer redis;
  private TamperProxy proxy;
  private InProcessSidecar sidecar;

  @BeforeEach
  void start() {
    redis = RedisServer.start();
    proxy = TamperProxy.inFrontOf(redis.port());
    sidecar =
        InProcessSidecar.inFrontOf(
            "redis://127.0.0.1:" + proxy.port(), Map.of("redis.upstream.acquireMillis", "600"));
  }

  @AfterEach
  void stop() {
    sidecar.close();
    proxy.close();
    redis.close();
  }

  @Test
  void write_whoseConnectionIsCutAfterSending_isOfUnknownOutcomeAndNotRepeated()
      throws IOException {
    try (RawRedis client = sidecar.connect()) {
      client.ask("SET", "n", "0");
      sidecar.askUntilHit(client, "GET", "n");
      // Redis executes it; its reply is lost.
      proxy.lose(TamperProxy.Direction.TO_CLIENT, true);
      client.send(RawRedis.encode("INCR", "n"));
      Eventually.holds("it is executed", () -> redis.command("GET", "n").endsWith("1\r\n"));
      // While still losing: whether or not the reply has reached the proxy, it gets no further.
      proxy.cutAll(TamperProxy.Cut.RESET);
      proxy.lose(TamperProxy.Direction.TO_CLIENT, false);
      String reply = text(client.read(1).getFirst());
      assertTrue(reply.startsWith("-UNKNOWNOUTCOME "), reply);
      assertEquals("$1\r\n1\r\n", client.ask("GET", "n"), "the connection goes on");
      assertTrue(sidecar.neverHits(client, "GET", "n"), "not cached until its state is certain");
      assertEquals("$1\r\n1\r\n", redis.command("GET", "n"), "executed once");
    }
  }

  @Test
  void cacheableRead_whoseConnectionIsCut_isAskedOnceMore() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      client.ask("SET", "r", "v");
      sidecar.askUntilHit(client, "GET", "another");
      long before = UpstreamClients.calls(redis, "get");
      proxy.lose(TamperProxy.Direction.TO_CLIENT, true);
      client.send(RawRedis.encode("GET", "r"));
      Eventually.holds("it is read", () -> UpstreamClients.calls(redis, "get") > before);
      proxy.cutAll(TamperProxy.Cut.RESET);
      proxy.lose(TamperProxy.Direction.TO_CLIENT, false);
      assertEquals("$1\r\nv\r\n", text(client.read(1).getFirst()));
    }
  }

  @Test
  void command_whileRedisIsDown_isRefusedInTimeAndServedAfterItsReturn() throws IOException {
    try (InProcessSidecar direct =
            InProcessSidecar.inFrontOf(redis.url(), Map.of("redis.upstream.acquireMillis", "600"));
        RawRedis client = direct.connect()) {
      direct.askUntilHit(client, "GET", "d");
      redis.stop();
      Eventually.holds(
          "a clear error",
          Duration.ofSeconds(5),
          () -> client.ask("SET", "d", "1").startsWith("-ERR nearside: Redis is not available"));
      long asked = System.nanoTime();
      assertTrue(client.ask("GET", "d").startsWith("-ERR nearside: Redis is not available"));
      long millis = (System.nanoTime() - asked) / 1_000_000;
      assertTrue(millis < 600 + 600, "answered after " + millis + " ms");
      redis.restart();
      Eventually.holds("served again", () -> client.ask("SET", "d", "2").equals("+OK\r\n"));
      assertEquals("$1\r\n2\r\n", direct.askUntilHit(client, "GET", "d"));
    }
  }

  @Test
  void readonlyReply_movesTheEpochAndDropsConnections() throws IOException {
    try (RedisServer primary = RedisServer.start();
        RawRedis client = sidecar.connect()) {
      client.ask("SET", "ro", "v");
      sidecar.askUntilHit(client, "GET", "ro");
      long before = failovers();
      redis.command("REPLICAOF", "127.0.0.1", Integer.toString(primary.port()));
      assertTrue(client.ask("SET", "ro", "w").startsWith("-READONLY"));
      assertTrue(failovers() > before, "the epoch moved with the reply");
      Eventually.holds("fenced before a replica", () -> !sidecar.agent().redis().fence().open());
      assertTrue(sidecar.agent().redis().fence().detail().contains("replica"));
      assertTrue(sidecar.neverHits(client, "GET", "ro"));
      redis.command("REPLICAOF", "NO", "ONE");
      assertEquals("+OK\r\n", client.ask("SET", "ro", "x"));
      assertEquals("$1\r\nx\r\n", sidecar.askUntilHit(client, "GET", "ro"));
    }
  }

  private long failovers() {
    return sidecar.statistics().epochMoves().getOrDefault(EpochReason.UPSTREAM_FAILOVER, 0L);
  }

  @Test
  void get_whileScriptBlocksRedis_doesNotStayUncached() throws Exception {
    redis.command("CONFIG", "SET", "busy-reply-threshold", "50");
    try (RawRedis client = sidecar.connect();
        RawRedis scripting = redis.connect()) {
      scripting.send(RawRedis.encode("EVAL", "while true do end", "0"));
      Eventually.holds("BUSY", () -> client.ask("GET", "busy:k").startsWith("-BUSY"));
      assertEquals("+OK\r\n", redis.command("SCRIPT", "KILL"));
      assertEquals("$-1\r\n", sidecar.askUntilHit(client, "GET", "busy:k"));
    }
  }

  @Test
  void connectionsMade_whileScriptBlocksRedis_askAgainWhoItIs() throws Exception {
    redis.command("CONFIG", "SET", "busy-reply-threshold", "50");
    try (RawRedis client = sidecar.connect();
        RawRedis scripting = redis.connect()) {
      sidecar.askUntilHit(client, "GET", "busy:k");
      scripting.send(RawRedis.encode("EVAL", "while true do end", "0"));
      Eventually.holds("BUSY", () -> redis.command("GET", "busy:k").startsWith("-BUSY"));
      int before = proxy.accepted();
      proxy.cutAll(TamperProxy.Cut.RESET);
      Eventually.holds("who it is is asked", () -> proxy.accepted() > before);
      Eventually.holds("BUSY", () -> client.ask("GET", "busy:k").startsWith("-BUSY"));
      assertEquals("+OK\r\n", redis.command("SCRIPT", "KILL"));
      assertEquals("$-1\r\n", sidecar.askUntilHit(client, "GET", "busy:k"));
    }
  }

  @Test
  void trackingConnection_thatFellSilent_isReplacedByANewOne() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      sidecar.askUntilHit(client, "GET", "silent:k");
      proxy.halfOpen(true);
      int silent = proxy.accepted();
      Eventually.holds("memory falls silent", () -> !sidecar.agent().redis().fence().open());
      Eventually.holds("new connections are tried", () -> proxy.accepted() >= silent + 3);
      proxy.halfOpen(false);
      sidecar.askUntilHit(client, "GET", "silent:k");
    }
  }

  @Test
  void trackingConnection_thatIsKilled_stopsHitsUntilItIsBack() throws IOException {
    try (RawRedis client = sidecar.connect()) {
      redis.command("SET", "t", "1");
      sidecar.askUntilHit(client, "GET", "t");
      long before = sidecar.statistics().epochMoves().getOrDefault(EpochReason.TRACKING_LOST, 0L);
      for (String line : UpstreamClients.with(redis, "name=nearside-tracking")) {
        redis.command("CLIENT", "KILL", "ID", line.replaceAll(".*\\bid=(\\d+) .*", "$1"));
      }
      redis.command("SET", "t", "2");
      Eventually.holds(
          "the epoch moved",
          () ->
              sidecar.statistics().epochMoves().getOrDefault(EpochReason.TRACKING_LOST, 0L)
                  > before);
      assertEquals("$1\r\n2\r\n", client.ask("GET", "t"));
      assertEquals("$1\r\n2\r\n", sidecar.askUntilHit(client, "GET", "t"));
    }
  }

  private static String text(byte[] reply) {
    return new String(reply, StandardCharsets.UTF_8);
  }
}
