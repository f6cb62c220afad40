package io.nearside.tests.it;

import io.nearside.agent.Agent;
import io.nearside.agent.redis.RedisFace;
import io.nearside.cluster.BusSettings;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.local.Faults;
import io.nearside.cluster.local.HubTime;
import io.nearside.cluster.local.LocalHub;
import io.nearside.cluster.local.LocalInvalidationBus;
import io.nearside.config.ConfigLoader;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarYaml;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sidecars in this process whose keys {@code s:*} are strongly consistent, and whose other keys are
 * not, in front of one Redis of their own. Used from one test thread.
 */
final class StrongFleet implements AutoCloseable {
  static final long LEASE_MILLIS = 1_500;
  static final Duration SOON = Duration.ofSeconds(20);

  private static final String POLICIES = "[{match: 's:*', consistency: strong}, {match: '*'}]";
  private static final int QUEUE_KEYS_MAX = 65_536;
  private static final long LEAVE_MILLIS = 300;
  private static final String SECRET = "a-secret-of-tests-only";

  final RedisServer redis = RedisServer.start();
  final LocalHub hub = new LocalHub(HubTime.real(), (from, to) -> Faults.none().copies(from, to));
  private final List<Agent> agents = new ArrayList<>();

  private StrongFleet() {}

  /** Starts sidecars and waits until each answers strong keys from memory. */
  static StrongFleet start(int count) throws IOException {
    var fleet = new StrongFleet();
    try {
      for (int i = 0; i < count; i++) {
        fleet.join();
      }
      fleet.awaitOpen();
      return fleet;
    } catch (IOException | RuntimeException | AssertionError failed) {
      fleet.close();
      throw failed;
    }
  }

  /** The settings of such sidecars. */
  static Map<String, String> settings() {
    return Map.of(
        "NEARSIDE_COHERENCE_STRONG_LEASE_MILLIS",
        Long.toString(LEASE_MILLIS),
        "NEARSIDE_REDIS_CACHE_POLICIES",
        POLICIES);
  }

  /** One more sidecar; its number. */
  int join() {
    String id = "strong-" + agents.size();
    SidecarYaml yaml = SidecarYaml.alone(redis.url()).member(id, 0, 0, List.of());
    var settings =
        new BusSettings(
            id,
            "test",
            "",
            yaml.maxStalenessMillis(),
            ClusterSecret.of(SECRET),
            QUEUE_KEYS_MAX,
            0,
            LEAVE_MILLIS,
            LEASE_MILLIS,
            5_000);
    agents.add(
        Agent.start(
            ConfigLoader.loadText(yaml.text(), id, settings()),
            new LocalInvalidationBus(settings, hub)));
    return agents.size() - 1;
  }

  /** Waits until every sidecar answers strong keys from memory. */
  void awaitOpen() throws IOException {
    for (Agent agent : agents) {
      RedisFace face = agent.redis();
      Eventually.holds(
          face.nodeId() + " answers strong keys from memory",
          SOON,
          () -> face.fence().open() && face.strongFence().open());
    }
  }

  static String name(int sidecar) {
    return "strong-" + sidecar;
  }

  Agent agent(int sidecar) {
    return agents.get(sidecar);
  }

  RedisFace face(int sidecar) {
    return agents.get(sidecar).redis();
  }

  RawRedis connect(int sidecar) throws IOException {
    return RawRedis.connect(agents.get(sidecar).redisPort());
  }

  long hits(int sidecar) {
    try {
      return face(sidecar)
          .statistics()
          .toCompletionStage()
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS)
          .hits();
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("no statistics", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Asks until the reply comes from memory, and gives it. */
  String askUntilHit(int sidecar, RawRedis client, String... command) throws IOException {
    String[] reply = new String[1];
    Eventually.holds(
        "a hit of " + String.join(" ", command),
        SOON,
        () -> {
          long before = hits(sidecar);
          reply[0] = client.ask(command);
          return hits(sidecar) > before;
        });
    return reply[0];
  }

  @Override
  public void close() {
    agents.forEach(Agent::close);
    redis.close();
  }
}
