package io.nearside.tests.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lettuce.core.KeyValue;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** Lettuce: RESP3 by HELLO, one connection that many threads share, transparent reconnect. */
final class LettuceScenario implements ClientScenario {
  @Override
  public String client() {
    return "Lettuce";
  }

  @Override
  public void run(ClientTarget target) throws Exception {
    RedisURI uri =
        RedisURI.builder()
            .withHost(ClientTarget.HOST)
            .withPort(target.port())
            .withClientName("lettuce")
            .withTimeout(Duration.ofSeconds(10))
            .build();
    RedisClient client = RedisClient.create(uri);
    try (StatefulRedisConnection<String, String> one = client.connect();
        StatefulRedisConnection<String, String> other = client.connect()) {
      values(one.sync());
      pipeline(one);
      transaction(one.sync(), other.sync());
      blocking(one, other.sync());
      publish(client, target, one.sync());
      scripts(one.sync());
      target.cutConnections();
      assertEquals("v2", Expect.afterReconnect(() -> one.sync().get("s")));
      assertEquals("lettuce", one.sync().clientGetname());
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }

  private static void values(RedisCommands<String, String> redis) {
    assertNull(redis.get("s"));
    assertEquals("OK", redis.set("s", "v"));
    for (int i = 0; i < 3; i++) {
      assertEquals("v", redis.get("s"));
    }
    redis.set("s", "v2");
    assertEquals("v2", redis.get("s"));
    redis.expire("s", 1_000);
    assertTrue(redis.ttl("s") > 900);
    redis.hset("h", Map.of("a", "1", "b", "2"));
    for (int i = 0; i < 2; i++) {
      assertEquals(Map.of("a", "1", "b", "2"), redis.hgetall("h"));
      assertEquals("2", redis.hget("h", "b"));
    }
    redis.hset("h", "b", "3");
    assertEquals("3", redis.hget("h", "b"));
    redis.zadd("z", 1.5, "m");
    assertEquals(1.5, redis.zscore("z", "m"));
    redis.mset(Map.of("m1", "1", "m2", "2"));
    assertEquals(
        List.of(KeyValue.just("m1", "1"), KeyValue.just("m2", "2"), KeyValue.empty("m3")),
        redis.mget("m1", "m2", "m3"));
    assertThrows(RedisCommandExecutionException.class, () -> redis.incr("h"));
    for (int i = 0; i < 300; i++) {
      redis.set("scan:" + i, "x");
    }
    var iterator = ScanIterator.scan(redis, ScanArgs.Builder.matches("scan:*").limit(50));
    assertEquals(300, iterator.stream().distinct().count());
  }

  private static void pipeline(StatefulRedisConnection<String, String> connection)
      throws Exception {
    var async = connection.async();
    connection.setAutoFlushCommands(false);
    List<RedisFuture<String>> writes = new ArrayList<>();
    List<RedisFuture<String>> reads = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      writes.add(async.set("p" + (i % 10), "v" + i));
      reads.add(async.get("p" + (i % 10)));
    }
    connection.flushCommands();
    connection.setAutoFlushCommands(true);
    assertTrue(
        LettuceFutures.awaitAll(Duration.ofSeconds(10), reads.toArray(new RedisFuture<?>[0])));
    for (int i = 0; i < 200; i++) {
      assertEquals("OK", writes.get(i).get());
      assertEquals("v" + i, reads.get(i).get());
    }
  }

  private static void transaction(
      RedisCommands<String, String> one, RedisCommands<String, String> other) {
    one.set("t", "0");
    one.watch("t");
    assertEquals("0", one.get("t"));
    one.multi();
    one.incr("t");
    one.get("t");
    TransactionResult done = one.exec();
    assertEquals(List.of(1L, "1"), List.of(done.get(0), done.get(1)));
    assertEquals("1", other.get("t"));
    one.watch("t");
    assertEquals("1", one.get("t"));
    other.set("t", "9");
    one.multi();
    one.set("t", "lost");
    assertTrue(one.exec().wasDiscarded());
    assertEquals("9", one.get("t"));
  }

  private static void blocking(
      StatefulRedisConnection<String, String> one, RedisCommands<String, String> other)
      throws Exception {
    assertNull(one.sync().blpop(0.05, "q"));
    RedisFuture<KeyValue<String, String>> popped = one.async().blpop(10, "q");
    other.rpush("q", "job");
    assertEquals("job", popped.get(10, TimeUnit.SECONDS).getValue());
    assertEquals(0, other.llen("q"));
  }

  private static void publish(
      RedisClient client, ClientTarget target, RedisCommands<String, String> publisher)
      throws Exception {
    BlockingQueue<String> messages = new ArrayBlockingQueue<>(100);
    try (StatefulRedisPubSubConnection<String, String> subscriber = client.connectPubSub()) {
      subscriber.addListener(
          new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
              messages.add(channel + "=" + message);
            }

            @Override
            public void message(String pattern, String channel, String message) {
              messages.add(pattern + ":" + channel + "=" + message);
            }
          });
      subscriber.sync().subscribe("news");
      subscriber.sync().psubscribe("wea*");
      assertEquals(1, publisher.publish("news", "hello"));
      assertEquals("news=hello", messages.poll(10, TimeUnit.SECONDS));
      assertEquals(1, publisher.publish("weather", "rain"));
      assertEquals("wea*:weather=rain", messages.poll(10, TimeUnit.SECONDS));
      // It subscribes again by itself when its connection was lost.
      target.cutConnections();
      Expect.soon(
          "the subscription is back",
          () -> Expect.afterReconnect(() -> publisher.publish("news", "again")) == 1);
      assertEquals("news=again", messages.poll(10, TimeUnit.SECONDS));
    }
  }

  private static void scripts(RedisCommands<String, String> redis) {
    String code = "redis.call('set', KEYS[1], ARGV[1]); return redis.call('get', KEYS[1])";
    String[] keys = {"script"};
    assertEquals("x", redis.eval(code, ScriptOutputType.VALUE, keys, "x"));
    String sha = redis.scriptLoad(code);
    assertEquals("y", redis.evalsha(sha, ScriptOutputType.VALUE, keys, "y"));
    assertEquals("y", redis.get("script"));
  }
}
