package io.nearside.tests.stack;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Several sidecars as child processes that have joined each other (Hazelcast members on loopback),
 * in front of one upstream. Ports stay over a restart. Blocking; one thread at a time.
 */
public final class SidecarCluster implements AutoCloseable {
  private static final Duration JOINED_WITHIN = Duration.ofSeconds(60);

  private final List<SidecarProcess> sidecars = new ArrayList<>();
  private final List<String> ids = new ArrayList<>();
  private final List<Integer> redisPorts = new ArrayList<>();

  private SidecarCluster() {}

  /**
   * Starts sidecars side by side and waits until each knows all others.
   *
   * @param base what they have in common; its id and ports are replaced
   */
  public static SidecarCluster start(int count, SidecarYaml base) {
    return start(Collections.nCopies(count, base));
  }

  /**
   * As {@link #start(int, SidecarYaml)} for sidecars that differ.
   *
   * @param bases one for each
   */
  public static SidecarCluster start(List<SidecarYaml> bases) {
    int count = bases.size();
    SidecarCluster cluster = new SidecarCluster();
    List<Integer> clusterPorts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clusterPorts.add(FreePort.next());
    }
    try {
      for (int i = 0; i < count; i++) {
        String id = "sidecar-" + i;
        int redisPort = FreePort.next();
        cluster.ids.add(id);
        cluster.redisPorts.add(redisPort);
        cluster.sidecars.add(
            SidecarProcess.launch(
                bases.get(i).member(id, redisPort, clusterPorts.get(i), clusterPorts).text()));
      }
      cluster.sidecars.forEach(SidecarProcess::awaitReady);
      cluster.awaitJoined();
      return cluster;
    } catch (RuntimeException failed) {
      cluster.close();
      throw failed;
    }
  }

  /** How many. */
  public int size() {
    return sidecars.size();
  }

  /** One of them, to be looked at or harmed. */
  public SidecarProcess get(int sidecar) {
    return sidecars.get(sidecar);
  }

  /** The loopback port of a sidecar's Redis face, also while it is away; safe from any thread. */
  public int redisPort(int sidecar) {
    return redisPorts.get(sidecar);
  }

  /**
   * Waits until every sidecar lists every other, and none is fenced.
   *
   * @throws IllegalStateException with the last answer when that takes longer than a minute
   */
  public void awaitJoined() {
    long deadline = System.nanoTime() + JOINED_WITHIN.toNanos();
    for (SidecarProcess sidecar : sidecars) {
      while (true) {
        String answer = sidecar.get("/cluster").body();
        boolean all = ids.stream().allMatch(id -> answer.contains("\"" + id + "\""));
        if (all && !answer.replace(" ", "").contains("\"fenced\":true")) {
          break;
        }
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException(
              "not joined within " + JOINED_WITHIN + ": " + answer + "\n" + sidecar.log());
        }
        LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
      }
    }
  }

  @Override
  public void close() {
    sidecars.forEach(SidecarProcess::close);
  }
}
