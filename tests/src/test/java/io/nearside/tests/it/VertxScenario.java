package io.nearside.tests.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisAPI;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Vert.x Redis Client: its pool, batches, pushes on a connection. */
final class VertxScenario implements ClientScenario {
  @Override
  public String client() {
    return "Vert.x Redis Client";
  }

  @Override
  public void run(ClientTarget target) throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      var options =
          new RedisOptions()
              .setConnectionString("redis://" + ClientTarget.HOST + ":" + target.port());
      Redis client = Redis.createClient(vertx, options);
      RedisAPI redis = RedisAPI.api(client);
      values(redis);
      pipeline(client);
      transaction(client, redis);
      blocking(client, redis);
      publish(client, redis);
      scripts(redis);
      target.cutConnections();
      assertEquals("v2", Expect.afterReconnect(() -> text(redis.get("s"))));
      client.close();
    } finally {
      await(vertx.close());
    }
  }

  private static void values(RedisAPI redis) throws Exception {
    assertNull(text(redis.get("s")));
    assertEquals("OK", text(redis.set(List.of("s", "v"))));
    for (int i = 0; i < 3; i++) {
      assertEquals("v", text(redis.get("s")));
    }
    await(redis.set(List.of("s", "v2")));
    assertEquals("v2", text(redis.get("s")));
    await(redis.hset(List.of("h", "a", "1", "b", "2")));
    for (int i = 0; i < 2; i++) {
      Response all = reply(redis.hgetall("h"));
      assertEquals("1", all.get("a").toString());
      assertEquals("2", all.get("b").toString());
      assertEquals("1", text(redis.hget("h", "a")));
    }
    await(redis.hset(List.of("h", "a", "9")));
    assertEquals("9", text(redis.hget("h", "a")));
    await(redis.mset(List.of("m1", "1", "m2", "2")));
    Response several = reply(redis.mget(List.of("m1", "m2", "m3")));
    assertEquals("2", several.get(1).toString());
    assertNull(several.get(2));
    var wrong = assertThrows(ExecutionException.class, () -> await(redis.incr("h")));
    assertTrue(String.valueOf(wrong.getCause()).contains("WRONGTYPE"));
    for (int i = 0; i < 100; i++) {
      await(redis.set(List.of("scan:" + i, "x")));
    }
    Set<String> found = new HashSet<>();
    String cursor = "0";
    do {
      Response page = reply(redis.scan(List.of(cursor, "MATCH", "scan:*", "COUNT", "50")));
      cursor = page.get(0).toString();
      page.get(1).forEach(key -> found.add(key.toString()));
    } while (!cursor.equals("0"));
    assertEquals(100, found.size());
  }

  private static void pipeline(Redis client) throws Exception {
    List<Request> batch = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      batch.add(Request.cmd(Command.SET).arg("p" + (i % 10)).arg("v" + i));
      batch.add(Request.cmd(Command.GET).arg("p" + (i % 10)));
    }
    List<Response> replies = await(client.batch(batch));
    for (int i = 0; i < 200; i++) {
      assertEquals("v" + i, replies.get(2 * i + 1).toString());
    }
  }

  private static void transaction(Redis client, RedisAPI other) throws Exception {
    RedisConnection connection = await(client.connect());
    RedisAPI one = RedisAPI.api(connection);
    await(one.set(List.of("t", "0")));
    await(one.watch(List.of("t")));
    assertEquals("0", text(one.get("t")));
    await(one.multi());
    assertEquals("QUEUED", text(one.incr("t")));
    assertEquals(1, reply(one.exec()).get(0).toInteger());
    await(one.watch(List.of("t")));
    assertEquals("1", text(one.get("t")));
    await(other.set(List.of("t", "9")));
    await(one.multi());
    await(one.set(List.of("t", "lost")));
    assertNull(await(one.exec()));
    assertEquals("9", text(one.get("t")));
    await(connection.close());
  }

  private static void blocking(Redis client, RedisAPI other) throws Exception {
    RedisConnection connection = await(client.connect());
    RedisAPI one = RedisAPI.api(connection);
    assertNull(await(one.blpop(List.of("q", "0.05"))));
    Future<Response> popped = one.blpop(List.of("q", "10"));
    await(other.rpush(List.of("q", "job")));
    assertEquals("job", reply(popped).get(1).toString());
    await(connection.close());
  }

  private static void publish(Redis client, RedisAPI publisher) throws Exception {
    RedisConnection subscriber = await(client.connect());
    BlockingQueue<String> messages = new ArrayBlockingQueue<>(10);
    subscriber.handler(
        push -> {
          if (push.type() == ResponseType.PUSH && push.get(0).toString().equals("message")) {
            messages.add(push.get(1) + "=" + push.get(2));
          }
        });
    await(subscriber.send(Request.cmd(Command.SUBSCRIBE).arg("news")));
    Expect.soon("a subscriber", () -> "1".equals(text(publisher.publish("news", "hello"))));
    assertEquals("news=hello", messages.poll(10, TimeUnit.SECONDS));
    await(subscriber.close());
  }

  private static void scripts(RedisAPI redis) throws Exception {
    String code = "redis.call('set', KEYS[1], ARGV[1]); return redis.call('get', KEYS[1])";
    assertEquals("x", text(redis.eval(List.of(code, "1", "script", "x"))));
    String sha = text(redis.script(List.of("LOAD", code)));
    assertEquals("y", text(redis.evalsha(List.of(String.valueOf(sha), "1", "script", "y"))));
    assertEquals("y", text(redis.get("script")));
  }

  private static @Nullable String text(Future<@Nullable Response> reply) throws Exception {
    Response response = await(reply);
    return response == null ? null : response.toString();
  }

  private static Response reply(Future<Response> reply) throws Exception {
    return await(reply);
  }

  private static <T extends @Nullable Object> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(15, TimeUnit.SECONDS);
  }
}
