package io.nearside.tests.postgres;

import io.nearside.agent.Agent;
import io.nearside.cluster.BusSettings;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.local.LocalHub;
import io.nearside.cluster.local.LocalInvalidationBus;
import io.nearside.config.ConfigLoader;
import io.nearside.tests.stack.FreePort;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.PostgresYaml;
import io.nearside.tests.stack.RawPostgres;
import io.nearside.tests.stack.SidecarYaml;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Sidecars in this process in front of real PostgreSQL servers, joined by a bus in this process.
 * Safe from any thread once it has started.
 */
public final class PostgresFleet implements AutoCloseable {
  private static final Duration JOINED_WITHIN = Duration.ofSeconds(30);
  private static final int QUEUE_KEYS_MAX = 65_536;
  private static final long LEAVE_MILLIS = 300;
  private static final String NO_REDIS = "redis://127.0.0.1:9";
  private static final String TRANSPORT = System.getProperty("nearside.test.transport", "epoll");
  private static final String SECRET = "a-secret-of-tests-only";

  private final LocalHub hub = new LocalHub();
  private final int maxStalenessMillis;
  private final List<Agent> agents = new ArrayList<>();
  private final List<LocalInvalidationBus> buses = new ArrayList<>();

  private PostgresFleet(int maxStalenessMillis) {
    this.maxStalenessMillis = maxStalenessMillis;
  }

  /** One sidecar. */
  public static PostgresFleet alone(PostgresYaml postgres) {
    return start(1, 1_000, postgres);
  }

  /**
   * Starts sidecars and waits until they have joined; not until they know their servers.
   *
   * @param maxStalenessMillis of {@code coherence}
   * @param postgres the section of all of them, but for the port
   */
  public static PostgresFleet start(int count, int maxStalenessMillis, PostgresYaml postgres) {
    var fleet = new PostgresFleet(maxStalenessMillis);
    try {
      for (int i = 0; i < count; i++) {
        fleet.startAgent("sidecar-" + i, postgres.onPort(FreePort.next()));
      }
      fleet.awaitJoined();
      return fleet;
    } catch (RuntimeException failed) {
      fleet.close();
      throw failed;
    }
  }

  private void startAgent(String id, PostgresYaml postgres) {
    String text =
        new SidecarYaml(
                    id,
                    NO_REDIS,
                    0,
                    "",
                    false,
                    false,
                    maxStalenessMillis,
                    5_000,
                    0,
                    List.of(),
                    postgres.text(),
                    "")
                .text()
            + "runtime: {transport: "
            + TRANSPORT
            + "}\n";
    var settings =
        new BusSettings(
            id,
            "test",
            "",
            maxStalenessMillis,
            ClusterSecret.of(SECRET),
            QUEUE_KEYS_MAX,
            0,
            LEAVE_MILLIS);
    var bus = new LocalInvalidationBus(settings, hub);
    buses.add(bus);
    agents.add(Agent.start(ConfigLoader.loadText(text, id, Map.of()), bus));
  }

  private void awaitJoined() {
    long deadline = System.nanoTime() + JOINED_WITHIN.toNanos();
    for (LocalInvalidationBus bus : buses) {
      while (bus.membership().peers().size() < buses.size() - 1
          || bus.freshUntilNanos() - System.nanoTime() < 0) {
        if (System.nanoTime() - deadline > 0) {
          throw new IllegalStateException(
              "not joined: " + bus.membership() + "; " + bus.freshnessDetail());
        }
        LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
      }
    }
  }

  /** How many sidecars. */
  public int size() {
    return agents.size();
  }

  /** The loopback port of a sidecar's PostgreSQL face. */
  public int port(int sidecar) {
    return agents.get(sidecar).postgresPort();
  }

  /** A fresh raw connection through a sidecar as the ordinary user. */
  public RawPostgres connect(int sidecar) throws IOException {
    return connect(sidecar, PostgresServer.USER);
  }

  /** A fresh raw connection through a sidecar. */
  public RawPostgres connect(int sidecar, String user) throws IOException {
    return RawPostgres.login(
        port(sidecar), PostgresServer.DATABASE, user, PostgresServer.password(user));
  }

  @Override
  public void close() {
    agents.forEach(Agent::close);
  }
}
