package io.nearside.tests.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.SetParams;

/** Jedis: one connection, and its pooled client. */
final class JedisScenario implements ClientScenario {
  @Override
  public String client() {
    return "Jedis";
  }

  @Override
  public void run(ClientTarget target) throws Exception {
    var address = new HostAndPort(ClientTarget.HOST, target.port());
    try (RedisClient pool = RedisClient.create(address);
        var one = new Jedis(address);
        var other = new Jedis(address)) {
      values(pool);
      pipeline(pool);
      transaction(one, other);
      blocking(one, other);
      publish(address, one);
      scripts(one);
      target.cutConnections();
      assertEquals("v2", Expect.afterReconnect(() -> pool.get("s")));
    }
  }

  private static void values(RedisClient client) {
    assertNull(client.get("s"));
    assertEquals("OK", client.set("s", "v"));
    for (int i = 0; i < 3; i++) {
      assertEquals("v", client.get("s"));
    }
    assertEquals("OK", client.set("s", "v2", SetParams.setParams().ex(1_000)));
    assertEquals("v2", client.get("s"));
    assertTrue(client.ttl("s") > 900);
    assertEquals(2, client.hset("h", Map.of("a", "1", "b", "2")));
    for (int i = 0; i < 2; i++) {
      assertEquals(Map.of("a", "1", "b", "2"), client.hgetAll("h"));
      assertEquals("1", client.hget("h", "a"));
    }
    assertEquals(1, client.hdel("h", "a"));
    assertEquals(Map.of("b", "2"), client.hgetAll("h"));
    client.zadd("z", Map.of("m", 1.5, "n", 2.5));
    assertEquals(2.5, client.zscore("z", "n"));
    assertEquals(List.of("m", "n"), client.zrange("z", 0, -1));
    client.sadd("set", "x", "y");
    assertEquals(Set.of("x", "y"), client.smembers("set"));
    client.mset("m1", "1", "m2", "2");
    var expected = new ArrayList<String>(List.of("1", "2"));
    expected.add(null);
    assertEquals(expected, client.mget("m1", "m2", "m3"));
    assertThrows(JedisDataException.class, () -> client.incr("h"));
    for (int i = 0; i < 300; i++) {
      client.set("scan:" + i, "x");
    }
    Set<String> found = new HashSet<>();
    String cursor = ScanParams.SCAN_POINTER_START;
    do {
      var page = client.scan(cursor, new ScanParams().match("scan:*").count(50));
      found.addAll(page.getResult());
      cursor = page.getCursor();
    } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
    assertEquals(300, found.size());
  }

  private static void pipeline(RedisClient client) {
    try (AbstractPipeline pipeline = client.pipelined()) {
      List<Response<String>> reads = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        pipeline.set("p" + (i % 10), "v" + i);
        reads.add(pipeline.get("p" + (i % 10)));
      }
      pipeline.sync();
      for (int i = 0; i < 200; i++) {
        assertEquals("v" + i, reads.get(i).get());
      }
    }
  }

  private static void transaction(Jedis one, Jedis other) {
    one.set("t", "0");
    assertEquals("0", one.get("t"));
    one.watch("t");
    try (Transaction transaction = new Transaction(one.getConnection(), false)) {
      transaction.multi();
      Response<Long> incremented = transaction.incr("t");
      transaction.set("u", "x");
      assertEquals(2, transaction.exec().size());
      assertEquals(1, incremented.get());
    }
    assertEquals("1", other.get("t"));
    one.watch("t");
    assertEquals("1", one.get("t"));
    other.set("t", "9");
    try (Transaction transaction = new Transaction(one.getConnection(), false)) {
      transaction.multi();
      transaction.set("t", "lost");
      assertNull(transaction.exec());
    }
    assertEquals("9", one.get("t"));
  }

  private static void blocking(Jedis one, Jedis other) throws Exception {
    assertNull(one.blpop(0.05, "q"));
    var popped = CompletableFuture.supplyAsync(() -> one.blpop(10.0, "q").getValue());
    other.rpush("q", "job");
    assertEquals("job", popped.get(10, TimeUnit.SECONDS));
    assertEquals(0, other.llen("q"));
  }

  private static void publish(HostAndPort address, Jedis publisher) throws Exception {
    BlockingQueue<String> messages = new ArrayBlockingQueue<>(10);
    var listener =
        new JedisPubSub() {
          @Override
          public void onMessage(String channel, String message) {
            messages.add(channel + "=" + message);
          }
        };
    try (var subscriber = new Jedis(address)) {
      var listening = CompletableFuture.runAsync(() -> subscriber.subscribe(listener, "news"));
      Expect.soon("a subscriber", () -> publisher.publish("news", "ready?") == 1);
      publisher.publish("news", "hello");
      assertEquals("news=ready?", messages.poll(10, TimeUnit.SECONDS));
      assertEquals("news=hello", messages.poll(10, TimeUnit.SECONDS));
      listener.unsubscribe();
      listening.get(10, TimeUnit.SECONDS);
      assertEquals("PONG", subscriber.ping());
    }
  }

  private static void scripts(Jedis client) {
    String code = "redis.call('set', KEYS[1], ARGV[1]); return redis.call('get', KEYS[1])";
    assertEquals("x", client.eval(code, 1, "script", "x"));
    String sha = client.scriptLoad(code);
    assertEquals("y", client.evalsha(sha, 1, "script", "y"));
    assertEquals("y", client.get("script"));
    assertThrows(JedisDataException.class, () -> client.evalsha("f".repeat(40), 0));
  }
}
