package io.nearside.tests.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Read your writes across event loops: a write on one loop, a read on another. */
final class EventLoopsTest {
  private static final Duration RUN = Duration.ofSeconds(2);
  private static final int CLIENTS = 6;
  private static final int KEYS = 4;

  @Test
  void get_onAnotherLoopThanTheWrite_seesIt() throws IOException {
    long seed = System.nanoTime();
    System.out.println("event loops seed=" + seed);
    try (RedisServer redis = RedisServer.start()) {
      Path socket = redis.folder().resolve("sidecar.sock");
      Map<String, String> settings =
          Map.of("runtime.eventLoops", "2", "redis.listen.unixSocket", socket.toString());
      try (InProcessSidecar sidecar = InProcessSidecar.inFrontOf(redis.url(), settings)) {
        List<RawRedis> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          clients.add(i % 3 == 2 ? RawRedis.connect(socket) : sidecar.connect());
        }
        long hits = writeAndRead(sidecar, clients, new Random(seed), "seed " + seed);
        clients.forEach(RawRedis::close);
        assertTrue(hits > 100, "only " + hits + " hits: nothing was shown");
      }
    }
  }

  private static long writeAndRead(
      InProcessSidecar sidecar, List<RawRedis> clients, Random random, String seed)
      throws IOException {
    int[] versions = new int[KEYS];
    sidecar.askUntilHit(clients.getFirst(), "GET", "loops:warm");
    long deadline = System.nanoTime() + RUN.toNanos();
    while (System.nanoTime() < deadline) {
      int key = random.nextInt(KEYS);
      RawRedis client = clients.get(random.nextInt(CLIENTS));
      if (random.nextInt(4) == 0) {
        // Readers of the old value are under way while the write is.
        RawRedis reader = clients.get(random.nextInt(CLIENTS));
        reader.send(RawRedis.encode("GET", "loops:" + key));
        client.send(RawRedis.encode("SET", "loops:" + key, "v" + ++versions[key]));
        client.read(client == reader ? 2 : 1);
        if (client != reader) {
          reader.read(1);
        }
      } else {
        String reply = client.ask("GET", "loops:" + key);
        String expected = versions[key] == 0 ? "$-1\r\n" : "\r\nv" + versions[key] + "\r\n";
        assertTrue(reply.endsWith(expected), seed + ": " + reply + " instead of " + expected);
      }
    }
    return sidecar.hits();
  }
}
