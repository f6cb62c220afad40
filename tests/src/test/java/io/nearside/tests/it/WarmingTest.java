package io.nearside.tests.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.Agent;
import io.nearside.agent.cache.Key;
import io.nearside.agent.cache.RefusedFill;
import io.nearside.agent.cache.warm.WarmProgress;
import io.nearside.tests.coherence.InProcessFleet;
import io.nearside.tests.stack.FreePort;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is hot in the fleet, on disk or by name is held before a client asks for it. */
final class WarmingTest {
  private static final Duration WITHIN = Duration.ofSeconds(30);
  private static final String PREFIX = "hot:";

  private final RedisServer redis = RedisServer.start();
  @TempDir private Path folder;

  @AfterEach
  void close() {
    redis.close();
  }

  private static void write(RedisServer server, int keys) throws IOException {
    try (RawRedis client = server.connect()) {
      for (int i = 0; i < keys; i++) {
        client.command("SET", PREFIX + i, "value-" + i);
      }
    }
  }

  private static void read(int port, int keys, int times) throws IOException {
    try (RawRedis client = RawRedis.connect(port)) {
      for (int t = 0; t < times; t++) {
        for (int i = 0; i < keys; i++) {
          assertEquals("value-" + i, value(client.ask("GET", PREFIX + i)));
        }
      }
    }
  }

  private static String value(String reply) {
    return reply.lines().skip(1).findFirst().orElse(reply);
  }

  private static WarmProgress progress(Agent agent) {
    return agent.redis().warmer().progress();
  }

  private static void awaitWarm(Agent agent) throws IOException {
    Eventually.holds(
        "warm",
        WITHIN,
        () -> progress(agent).phase() == WarmProgress.Phase.WARM && progress(agent).waiting() == 0);
  }

  /** Reads until so many are remembered: what is asked while the fence is closed does not count. */
  private static void heat(Agent agent, int keys) throws IOException {
    Eventually.holds(
        "hot keys",
        WITHIN,
        () -> {
          read(agent.redisPort(), keys, 2);
          return progress(agent).remembered() >= keys;
        });
  }

  @Test
  void join_peersKnowWhatIsHot_isWarmBeforeAClientAsks() throws IOException {
    try (InProcessFleet fleet = InProcessFleet.start(2, true, 1)) {
      write(fleet.redis(), 200);
      heat(fleet.agent(0), 200);
      Agent joiner = fleet.join(Map.of());
      awaitWarm(joiner);
      WarmProgress warm = progress(joiner);
      long epoch = joiner.redis().cache().epoch();
      assertTrue(warm.stored() >= 200 && warm.started(), "" + warm);
      assertEquals("peers", warm.source());
      long fills = joiner.redis().cache().statistics().fills();
      read(joiner.redisPort(), 200, 1);
      // A machine that stands still for a second fences, and moves the epoch.
      assertTrue(
          joiner.redis().cache().epoch() != epoch
              || joiner.redis().cache().statistics().fills() == fills,
          "a read of a client was not answered from memory");
      assertEquals(WarmProgress.Phase.WARM, progress(fleet.agent(0)).phase());

      Agent cold = fleet.join(Map.of("NEARSIDE_REDIS_WARM_ENABLED", "false"));
      Eventually.holds("off", () -> progress(cold).phase() == WarmProgress.Phase.OFF);
      assertEquals(0, progress(cold).read());
      assertTrue(progress(cold).started());
    }
  }

  @Test
  void join_severalAtOnce_shareTheReads() throws Exception {
    int keys = 300;
    int joiners = 3;
    // Slow enough that they meet: alone, one would read for six seconds.
    Map<String, String> slowly =
        Map.of("NEARSIDE_REDIS_WARM_KEYS_PER_SECOND", "50", "NEARSIDE_REDIS_WARM_BATCH", "10");
    try (InProcessFleet fleet = InProcessFleet.start(1, true, 1);
        ExecutorService threads = Executors.newFixedThreadPool(joiners)) {
      write(fleet.redis(), keys);
      heat(fleet.agent(0), keys);
      List<Agent> joined = new ArrayList<>();
      for (Future<Agent> one : startTogether(fleet, joiners, slowly, threads)) {
        joined.add(one.get());
      }
      for (Agent agent : joined) {
        awaitWarm(agent);
      }
      long read = joined.stream().mapToLong(agent -> progress(agent).read()).sum();
      assertTrue(read < 2L * keys, "read " + read + " of " + keys + " by " + joiners);
      long later = joined.stream().mapToLong(agent -> progress(agent).later()).sum();
      assertTrue(later > 0, "what others read is left for later");
    }
  }

  @Test
  void schedule_hotAtAPeer_isReadWithoutAClient() throws IOException {
    try (InProcessFleet fleet = InProcessFleet.start(1, true, 1)) {
      Agent other = fleet.join(Map.of("NEARSIDE_REDIS_WARM_EVERY_MILLIS", "1000"));
      awaitWarm(other);
      write(fleet.redis(), 20);
      heat(fleet.agent(0), 20);
      Eventually.holds("what is trending", WITHIN, () -> progress(other).stored() >= 20);
      assertTrue(progress(other).runs() >= 2);
    }
  }

  private static List<Future<Agent>> startTogether(
      InProcessFleet fleet, int count, Map<String, String> settings, ExecutorService threads) {
    List<Future<Agent>> starting = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      starting.add(threads.submit(() -> fleet.join(settings)));
    }
    return starting;
  }

  private InProcessSidecar sidecar(Map<String, String> settings) throws IOException {
    InProcessSidecar sidecar = InProcessSidecar.inFrontOf(redis.url(), settings);
    awaitWarm(sidecar.agent());
    Eventually.holds("the fence opens", WITHIN, () -> sidecar.agent().redis().fence().open());
    return sidecar;
  }

  @Test
  void warm_invalidatedMeanwhile_isNotStored() throws IOException {
    write(redis, 1);
    try (InProcessSidecar sidecar = sidecar(Map.of("coherence.maxStalenessMillis", "30000"))) {
      Agent agent = sidecar.agent();
      // The connection of the lane stands before the server stops.
      read(sidecar.port(), 1, 1);
      agent.redis().cache().moveEpoch();
      redis.pause();
      assertTrue(agent.redis().warmer().warm(List.of(), List.of(PREFIX + 0)));
      Eventually.holds("the read is on its way", WITHIN, () -> progress(agent).read() == 1);
      byte[] key = (PREFIX + 0).getBytes(StandardCharsets.UTF_8);
      agent.redis().cache().invalidate(new Key.Stored(0, key), "a test");
      redis.resume();
      Eventually.holds("it is answered", WITHIN, () -> progress(agent).lastRunMillisAgo() >= 0);
      Eventually.holds(
          "it is refused",
          WITHIN,
          () ->
              agent
                      .redis()
                      .cache()
                      .statistics()
                      .refusedFills()
                      .getOrDefault(RefusedFill.LEASE_BROKEN, 0L)
                  > 0);
      assertEquals(0, progress(agent).stored());
    }
  }

  @Test
  void warm_manyKeys_keepsTheRate() throws IOException {
    write(redis, 300);
    try (InProcessSidecar sidecar =
        sidecar(Map.of("redis.warm.keysPerSecond", "100", "redis.warm.batch", "10"))) {
      Agent agent = sidecar.agent();
      assertTrue(agent.redis().warmer().warm(List.of(PREFIX + "*"), List.of()));
      Eventually.holds(
          "all are read",
          WITHIN,
          () -> progress(agent).asked() == 300 && progress(agent).waiting() == 0);
      Eventually.holds(
          "the run is over", WITHIN, () -> progress(agent).phase() == WarmProgress.Phase.WARM);
      assertTrue(progress(agent).lastRunMillis() >= 2_500, progress(agent).lastRunMillis() + " ms");
      assertEquals(300, progress(agent).read());
    }
  }

  @Test
  void start_upstreamAway_isStartedAtTheCap() throws IOException {
    try (InProcessSidecar sidecar =
        InProcessSidecar.inFrontOf(
            "redis://127.0.0.1:" + FreePort.next(),
            Map.of("redis.warm.timeCapMillis", "500", "redis.warm.keys", "a"))) {
      Agent agent = sidecar.agent();
      Eventually.holds("started", WITHIN, () -> progress(agent).started());
      assertEquals(WarmProgress.Phase.JOINING, progress(agent).phase());
      assertEquals(0, progress(agent).read());
    }
  }

  @Test
  void restart_fileOfTheLifeBefore_isWarmAgain() throws IOException {
    Path file = folder.resolve("hot");
    Map<String, String> settings = Map.of("redis.warm.file", file.toString());
    write(redis, 50);
    try (InProcessSidecar sidecar = sidecar(settings)) {
      heat(sidecar.agent(), 50);
    }
    assertTrue(Files.exists(file), "written at the drain");
    try (InProcessSidecar sidecar = sidecar(settings)) {
      WarmProgress warm = progress(sidecar.agent());
      assertEquals(50, warm.stored(), "" + warm);
      assertTrue(warm.source().contains("file"), warm.source());
    }
    byte[] damaged = Files.readAllBytes(file);
    damaged[damaged.length - 1] ^= 1;
    Files.write(file, damaged);
    try (InProcessSidecar sidecar = sidecar(settings)) {
      assertEquals(0, progress(sidecar.agent()).read());
      assertEquals(1, progress(sidecar.agent()).fileFailures());
    }
  }

  @Test
  void drain_diskRefuses_isCountedAndNotFatal() throws IOException {
    Path file = folder.resolve("missing").resolve("hot");
    write(redis, 5);
    InProcessSidecar sidecar = sidecar(Map.of("redis.warm.file", file.toString()));
    try (sidecar) {
      heat(sidecar.agent(), 5);
    }
    assertEquals(1, progress(sidecar.agent()).fileFailures());
    assertFalse(Files.exists(file));
  }

  @Test
  void remembered_manyKeys_staysWithinTheLimit() throws IOException {
    write(redis, 100);
    try (InProcessSidecar sidecar = sidecar(Map.of("redis.warm.keysMax", "20"))) {
      heat(sidecar.agent(), 20);
      read(sidecar.port(), 100, 2);
      sidecar.agent().redis().warmer().warm(List.of(PREFIX + "*"), List.of());
      Eventually.holds("a run", WITHIN, () -> progress(sidecar.agent()).asked() > 0);
      assertEquals(20, progress(sidecar.agent()).asked());
      assertTrue(progress(sidecar.agent()).remembered() <= 20);
    }
  }

  @Test
  void start_namedByConfiguration_isHeld() throws IOException {
    write(redis, 30);
    try (RawRedis client = redis.connect()) {
      client.command("HSET", "prices", "a", "1");
    }
    Path list = folder.resolve("keys.txt");
    Files.writeString(list, PREFIX + "0\n\nhgetall prices\nDEL hot:1\nSET hot:1 x\n");
    Map<String, String> settings = new HashMap<>();
    settings.put("redis.warm.patterns", PREFIX + "1?");
    settings.put("redis.warm.keys", PREFIX + "1");
    settings.put("redis.warm.files", list.toString());
    try (InProcessSidecar sidecar = sidecar(settings)) {
      WarmProgress warm = progress(sidecar.agent());
      // hot:10 to hot:19, hot:0, hot:1, the hash; what writes is not a read, whoever names it.
      assertEquals(13, warm.stored(), "" + warm);
      assertEquals(2, warm.skipped(), "" + warm);
      assertEquals("$7\r\nvalue-1\r\n", redis.command("GET", PREFIX + "1"));
    }
  }

  @Test
  void remembered_ofAnotherUser_isNothing() throws IOException {
    redis.command("ACL", "SETUSER", "alice", "on", ">secret", "~*", "+@all");
    write(redis, 5);
    try (InProcessSidecar sidecar = sidecar(Map.of())) {
      try (RawRedis alice = sidecar.connectAs("alice", "secret")) {
        for (int i = 0; i < 5; i++) {
          assertEquals("value-" + i, value(alice.ask("GET", PREFIX + i)));
        }
      }
      heat(sidecar.agent(), 1);
      assertEquals(1, progress(sidecar.agent()).remembered());
    }
  }

  @Test
  void post_named_begins() throws IOException {
    write(redis, 3);
    try (InProcessSidecar sidecar = sidecar(Map.of("redis.warm.keys", PREFIX + "1"))) {
      HttpResponse<String> answer = sidecar.post("/cache/warm");
      assertEquals(200, answer.statusCode(), answer.body());
      Eventually.holds("it ran", WITHIN, () -> progress(sidecar.agent()).runs() >= 2);
      Eventually.holds("it is held already", () -> progress(sidecar.agent()).skipped() >= 1);
    }
  }
}
