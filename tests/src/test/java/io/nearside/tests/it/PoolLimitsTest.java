package io.nearside.tests.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.redis.PinReason;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Connections of a client's own: how many, how long, what happens at the limit and after. */
@SuppressWarnings("NullAway.Init") // set before every test
final class PoolLimitsTest {
  private static final String NO_CONNECTION = "-ERR nearside: no upstream connection became free";

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private static InProcessSidecar sidecar(Map<String, String> settings) {
    return InProcessSidecar.inFrontOf(redis.url(), settings);
  }

  private static InProcessSidecar onePinned(int acquireMillis) {
    return sidecar(
        Map.of(
            "redis.upstream.pinnedConnectionsMax",
            "1",
            "redis.upstream.acquireMillis",
            Integer.toString(acquireMillis)));
  }

  @Test
  void watch_whenAllConnectionsAreTaken_waitsThenSaysSo() throws IOException {
    try (InProcessSidecar sidecar = onePinned(300);
        RawRedis holder = sidecar.connect();
        RawRedis second = sidecar.connect()) {
      assertEquals("+OK\r\n", holder.ask("WATCH", "k"));
      long asked = System.nanoTime();
      String refused = second.ask("WATCH", "k");
      long millis = (System.nanoTime() - asked) / 1_000_000;
      assertTrue(refused.startsWith(NO_CONNECTION), refused);
      assertTrue(refused.contains("redis.upstream.pinnedConnectionsMax: 1"), refused);
      assertTrue(millis >= 290, "waited " + millis + " ms");
      assertEquals("+PONG\r\n", second.ask("PING"), "the client goes on");
      assertEquals("+OK\r\n", holder.ask("UNWATCH"));
      assertEquals("+OK\r\n", second.ask("WATCH", "k"));
    }
  }

  @Test
  void watch_whenOneBecomesFreeInTime_isServed() throws IOException {
    try (InProcessSidecar sidecar = onePinned(5_000);
        RawRedis holder = sidecar.connect();
        RawRedis second = sidecar.connect()) {
      assertEquals("+OK\r\n", holder.ask("WATCH", "k"));
      second.send(RawRedis.encode("WATCH", "k"));
      second.send(RawRedis.encode("PING"));
      assertTrue(!second.hasBytesWithin(Duration.ofMillis(100)), "it waits");
      assertEquals("+OK\r\n", holder.ask("UNWATCH"));
      assertEquals("+OK\r\n", text(second.read(1).getFirst()));
      assertEquals("+PONG\r\n", text(second.read(1).getFirst()));
    }
  }

  @Test
  void watch_whenTheHolderLeaves_isServed() throws IOException {
    try (InProcessSidecar sidecar = onePinned(5_000);
        RawRedis second = sidecar.connect()) {
      try (RawRedis holder = sidecar.connect()) {
        assertEquals("+OK\r\n", holder.ask("WATCH", "k"));
        second.send(RawRedis.encode("WATCH", "k"));
        assertTrue(!second.hasBytesWithin(Duration.ofMillis(50)), "it waits");
      }
      assertEquals("+OK\r\n", text(second.read(1).getFirst()));
    }
  }

  @Test
  void watch_afterAnEarlierWaitEnded_waitsItsWholeTime() throws IOException {
    try (InProcessSidecar sidecar = onePinned(1_000);
        RawRedis holder = sidecar.connect();
        RawRedis second = sidecar.connect()) {
      assertEquals("+OK\r\n", holder.ask("WATCH", "k"));
      second.send(RawRedis.encode("WATCH", "k"));
      assertTrue(!second.hasBytesWithin(Duration.ofMillis(700)), "it waits");
      assertEquals("+OK\r\n", holder.ask("UNWATCH"));
      assertEquals("+OK\r\n", text(second.read(1).getFirst()));
      assertEquals("+OK\r\n", second.ask("UNWATCH"));
      assertEquals("+OK\r\n", holder.ask("WATCH", "k"));
      long asked = System.nanoTime();
      assertTrue(second.ask("WATCH", "k").startsWith(NO_CONNECTION));
      long millis = (System.nanoTime() - asked) / 1_000_000;
      assertTrue(millis >= 950, "the second wait took " + millis + " ms");
    }
  }

  @Test
  void watch_whenOnlyAnotherDatabasesConnectionIsIdle_isServed() throws IOException {
    try (InProcessSidecar sidecar = onePinned(1_000);
        RawRedis first = sidecar.connect();
        RawRedis second = sidecar.connect()) {
      assertEquals("+OK\r\n", first.ask("SELECT", "1"));
      assertEquals("+OK\r\n", second.ask("WATCH", "k"));
      assertEquals("+OK\r\n", second.ask("UNWATCH"));
      assertEquals("+OK\r\n", first.ask("WATCH", "k"));
    }
  }

  @Test
  void watch_whenTheOtherLoopsConnectionBecomesIdle_isServed() throws IOException {
    Map<String, String> settings =
        Map.of(
            "redis.upstream.pinnedConnectionsMax", "1",
            "redis.upstream.acquireMillis", "3000",
            "runtime.eventLoops", "2");
    try (InProcessSidecar sidecar = sidecar(settings);
        RawRedis first = sidecar.connect();
        RawRedis second = sidecar.connect()) {
      assertEquals("+OK\r\n", first.ask("WATCH", "k"));
      second.send(RawRedis.encode("WATCH", "k"));
      assertTrue(!second.hasBytesWithin(Duration.ofMillis(50)), "it waits");
      assertEquals("+OK\r\n", first.ask("UNWATCH"));
      assertEquals("+OK\r\n", text(second.read(1).getFirst()));
    }
  }

  @Test
  void watch_pastAcquireQueueMax_isRefusedAtOnce() throws IOException {
    Map<String, String> settings =
        Map.of(
            "redis.upstream.pinnedConnectionsMax", "1",
            "redis.upstream.acquireMillis", "5000",
            "redis.upstream.acquireQueueMax", "1");
    try (InProcessSidecar sidecar = sidecar(settings);
        RawRedis holder = sidecar.connect();
        RawRedis waiting = sidecar.connect();
        RawRedis refused = sidecar.connect()) {
      assertEquals("+OK\r\n", holder.ask("WATCH", "k"));
      waiting.send(RawRedis.encode("WATCH", "k"));
      assertTrue(!waiting.hasBytesWithin(Duration.ofMillis(50)), "it waits");
      long asked = System.nanoTime();
      assertTrue(refused.ask("WATCH", "k").startsWith(NO_CONNECTION));
      assertTrue(System.nanoTime() - asked < Duration.ofSeconds(3).toNanos());
      assertEquals("+OK\r\n", holder.ask("UNWATCH"));
      assertEquals("+OK\r\n", text(waiting.read(1).getFirst()));
    }
  }

  @Test
  void connect_pastConnectionsMax_isRefusedInRedisWords() throws IOException {
    try (InProcessSidecar sidecar = sidecar(Map.of("redis.clients.connectionsMax", "2"))) {
      try (RawRedis one = sidecar.connect();
          RawRedis two = sidecar.connect();
          RawRedis three = sidecar.connect()) {
        assertEquals("+PONG\r\n", one.ask("PING"));
        assertEquals("+PONG\r\n", two.ask("PING"));
        assertEquals(
            "-ERR max number of clients reached\r\n", text(three.readToEnd(Duration.ofSeconds(5))));
      }
      Eventually.holds(
          "a place is free again",
          () -> {
            try (RawRedis next = sidecar.connect()) {
              return next.ask("PING").equals("+PONG\r\n");
            }
          });
    }
  }

  @Test
  void pipeline_deeperThanPipelineMax_isAnsweredWhole() throws IOException {
    try (InProcessSidecar sidecar = sidecar(Map.of("redis.clients.pipelineMax", "4"));
        RawRedis client = sidecar.connect()) {
      var pipeline = new ByteArrayOutputStream();
      for (int i = 0; i < 2_000; i++) {
        pipeline.writeBytes(RawRedis.encode("ECHO", "n" + i));
      }
      client.send(pipeline.toByteArray());
      List<byte[]> replies = client.read(2_000);
      for (int i = 0; i < 2_000; i++) {
        assertTrue(text(replies.get(i)).endsWith("\r\nn" + i + "\r\n"), "reply " + i);
      }
    }
  }

  @Test
  void transaction_afterExecOrDiscard_givesItsConnectionBack() throws IOException {
    try (InProcessSidecar sidecar = onePinned(1_000);
        RawRedis client = sidecar.connect()) {
      assertEquals("+OK\r\n", client.ask("MULTI"));
      assertEquals(1, sidecar.pinned(PinReason.TRANSACTION));
      client.ask("SET", "k", "v");
      client.ask("EXEC");
      assertEquals(0, sidecar.pinned());
      client.ask("MULTI");
      client.ask("DISCARD");
      assertEquals(0, sidecar.pinned());
      client.ask("WATCH", "k");
      assertEquals(1, sidecar.pinned(PinReason.WATCH));
      client.ask("UNWATCH");
      assertEquals(0, sidecar.pinned());
      assertEquals(1, sidecar.statistics().ownConnections(), "one connection was enough");
    }
  }

  @Test
  void subscription_afterTheLastUnsubscribe_givesItsConnectionBack() throws IOException {
    try (InProcessSidecar sidecar = onePinned(1_000);
        RawRedis client = sidecar.connect()) {
      client.send(RawRedis.encode("SUBSCRIBE", "a", "b"));
      client.read(2);
      client.send(RawRedis.encode("PSUBSCRIBE", "p*"));
      client.read(1);
      assertEquals(1, sidecar.pinned(PinReason.SUBSCRIPTION));
      client.send(RawRedis.encode("UNSUBSCRIBE"));
      client.read(2);
      assertEquals(1, sidecar.pinned(PinReason.SUBSCRIPTION), "the pattern is still there");
      client.send(RawRedis.encode("PUNSUBSCRIBE", "p*"));
      client.read(1);
      assertEquals("+PONG\r\n", client.ask("PING"));
      assertEquals(0, sidecar.pinned());
    }
  }

  @Test
  void blpop_afterItsReply_givesItsConnectionBack() throws IOException {
    redis.command("DEL", "list");
    try (InProcessSidecar sidecar = onePinned(1_000);
        RawRedis client = sidecar.connect()) {
      client.send(RawRedis.encode("BLPOP", "list", "5"));
      Eventually.holds("it blocks", () -> sidecar.pinned(PinReason.BLOCKING) == 1);
      redis.command("RPUSH", "list", "e");
      assertEquals("*2\r\n$4\r\nlist\r\n$1\r\ne\r\n", text(client.read(1).getFirst()));
      assertEquals("*-1\r\n", client.ask("BLPOP", "list", "0.05"));
      assertEquals(0, sidecar.pinned());
    }
  }

  @Test
  void blpop_ofClientThatLeft_takesNoElement() throws IOException {
    redis.command("DEL", "left");
    try (InProcessSidecar sidecar = onePinned(2_000)) {
      for (boolean reset : new boolean[] {false, true}) {
        try (RawRedis client = sidecar.connect()) {
          client.send(RawRedis.encode("BLPOP", "left", "0"));
          Eventually.holds("it blocks", () -> !UpstreamClients.with(redis, "cmd=blpop").isEmpty());
          if (reset) {
            client.resetOnClose();
          }
        }
        Eventually.holds(
            "its connection is closed", () -> UpstreamClients.with(redis, "cmd=blpop").isEmpty());
      }
      redis.command("RPUSH", "left", "e");
      assertEquals(":1\r\n", redis.command("LLEN", "left"));
      try (RawRedis next = sidecar.connect()) {
        assertEquals("+OK\r\n", next.ask("MULTI"), "its place was given back");
      }
    }
  }

  @Test
  void multi_ofClientThatLeft_isForgotten() throws IOException {
    redis.command("DEL", "half");
    try (InProcessSidecar sidecar = onePinned(2_000)) {
      try (RawRedis client = sidecar.connect()) {
        client.ask("MULTI");
        client.ask("SET", "half", "v");
      }
      Eventually.holds("the place is free", () -> sidecar.statistics().ownConnections() == 0);
      assertEquals("$-1\r\n", redis.command("GET", "half"));
      try (RawRedis next = sidecar.connect()) {
        assertEquals("+OK\r\n", next.ask("WATCH", "k"));
        assertTrue(next.ask("EXEC").startsWith("-ERR EXEC without MULTI"));
      }
    }
  }

  @Test
  void subscription_ofClientThatLeft_endsUpstream() throws IOException {
    try (InProcessSidecar sidecar = sidecar(Map.of())) {
      List<RawRedis> clients = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        RawRedis client = sidecar.connect();
        client.ask("SUBSCRIBE", "left:" + i);
        clients.add(client);
      }
      clients.forEach(RawRedis::close);
      Eventually.holds(
          "nobody listens", () -> redis.command("PUBSUB", "CHANNELS", "left:*").equals("*0\r\n"));
    }
  }

  private static String text(byte[] reply) {
    return new String(reply, StandardCharsets.UTF_8);
  }
}
