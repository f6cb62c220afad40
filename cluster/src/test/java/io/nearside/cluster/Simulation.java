package io.nearside.cluster;

import io.nearside.cluster.local.Faults;
import io.nearside.cluster.local.LocalHub;
import io.nearside.cluster.local.VirtualTime;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A fleet in virtual time on a hub that misbehaves, and the checker of the one promise that the bus
 * makes: <i>while a sidecar says that it is fresh, everything that a current peer published more
 * than {@code maxStaleness} ago has been applied there, or its epoch has moved since.</i>
 *
 * <p>When lost peers are held, <i>every</i> sidecar's publications count, whether it is on the list
 * or on the other side of a split.
 *
 * <p>The checker looks at every sidecar after every step and at every event that it reports, paused
 * ones included, as a reader might come at any time.
 */
final class Simulation {
  static final long STALENESS_MILLIS = 600;
  private static final long NANOS_PER_MILLI = 1_000_000L;
  private static final int NODES = 4;
  private static final Faults.Rates RATES =
      new Faults.Rates(0.03, 0.05, 0.15, 150 * NANOS_PER_MILLI);

  /** What was published and has not reached some sidecar yet. */
  private record Pending(String writer, String key, long atNanos, String stream, long position) {}

  /** One sidecar's process. */
  private final class Node implements BusListener {
    final String name;
    final PeerBus bus;
    final Map<String, Pending> pending = new LinkedHashMap<>();
    boolean paused;

    Node(String name) {
      this.name = name;
      LocalHub.Connection connection = hub.connect(name);
      bus =
          new PeerBus(settings(name), connection.transport(), connection.environment(), factory) {};
    }

    @Override
    public void invalidate(int database, byte[] key, String fromNode) {
      pending.remove(new String(key, StandardCharsets.UTF_8));
      applied++;
    }

    /** Settles every smaller position of that stream: those may be left out. */
    @Override
    public void position(String stream, long timeline, long position, String fromNode) {
      pending.values().removeIf(each -> each.stream.equals(stream) && each.position <= position);
      positionsApplied++;
    }

    @Override
    public void moveEpoch(EpochReason reason, String fromNode) {
      pending.clear();
      epochs.merge(reason, 1, Integer::sum);
    }

    @Override
    public void event(ClusterEvent event) {
      check(this);
    }
  }

  private final long seed;
  private final Random random;
  private final VirtualTime time;
  private final LocalHub hub;
  private final PeerBus.ProtocolFactory factory;
  private final boolean lostPeersHeld;
  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final Set<String> split = new LinkedHashSet<>();
  private long nextKey;
  private int restartsInSplit;

  /** What was found; empty when the promise held. */
  final List<String> violations = new ArrayList<>();

  /** What happened, so that a run in which nothing did is not taken for a success. */
  final Map<EpochReason, Integer> epochs = new LinkedHashMap<>();

  long checks;
  long freshChecks;
  long applied;
  long positionsApplied;

  Simulation(long seed, boolean lostPeersHeld, PeerBus.ProtocolFactory factory) {
    this.seed = seed;
    this.lostPeersHeld = lostPeersHeld;
    this.factory = factory;
    random = new Random(seed);
    time = new VirtualTime(random.nextLong());
    hub = new LocalHub(time, Faults.seeded(random.nextLong(), RATES));
  }

  private BusSettings settings(String name) {
    return new BusSettings(
        name,
        "",
        "",
        STALENESS_MILLIS,
        ClusterSecret.of("the secret of these tests"),
        40,
        lostPeersHeld ? 3_600_000 : 0,
        1_000);
  }

  /** Runs for this much virtual time, or until the promise is broken. */
  Simulation run(long seconds) {
    for (int i = 0; i < NODES; i++) {
      start("n" + i);
    }
    long end = time.nanos() + seconds * 1_000 * NANOS_PER_MILLI;
    while (time.nanos() < end && violations.isEmpty()) {
      act();
      time.advance(random.nextLong(10 * NANOS_PER_MILLI));
      List.copyOf(nodes.values()).forEach(this::check);
    }
    return this;
  }

  private void start(String name) {
    Node node = new Node(name);
    nodes.put(name, node);
    node.bus.start(node);
  }

  private void act() {
    int dice = random.nextInt(1_000);
    Node node = nodes.values().stream().toList().get(random.nextInt(nodes.size()));
    if (dice < 400) {
      publish(node, 1 + random.nextInt(3));
    } else if (dice < 600) {
      for (int i = random.nextInt(3); i >= 0; i--) {
        publishPosition(node);
      }
    } else if (dice < 603) {
      // More than its queue holds.
      publish(node, 50);
    } else if (dice < 605) {
      publishEpoch(node);
    } else if (dice < 609) {
      pauseOrResume(node);
    } else if (dice < 612) {
      hub.cut(node.name, "n" + random.nextInt(NODES));
    } else if (dice < 620) {
      for (int i = 0; i < NODES; i++) {
        hub.mend(node.name, "n" + i);
      }
    } else if (dice < 621) {
      splitOrHeal(node);
    } else if (dice < 622) {
      restart(node);
    } else if (dice < 630) {
      // A pause is seldom longer than ten times this.
      nodes.values().stream().filter(each -> each.paused).findFirst().ifPresent(this::resume);
    }
  }

  private void publish(Node writer, int keyCount) {
    if (writer.paused) {
      return;
    }
    List<byte[]> keys = new ArrayList<>();
    for (int i = 0; i < keyCount; i++) {
      String key = writer.name + "/" + nextKey++;
      keys.add(key.getBytes(StandardCharsets.UTF_8));
      Pending written = new Pending(writer.name, key, time.nanos(), "", 0);
      nodes.values().stream()
          .filter(node -> node != writer)
          .forEach(node -> node.pending.put(key, written));
    }
    writer.bus.publish(0, keys);
  }

  /** Each writer has two logs of its own, which only grow. */
  private void publishPosition(Node writer) {
    if (writer.paused) {
      return;
    }
    long position = nextKey++;
    String stream = writer.name + "/log" + random.nextInt(2);
    Pending told =
        new Pending(writer.name, stream + "@" + position, time.nanos(), stream, position);
    nodes.values().stream()
        .filter(node -> node != writer)
        .forEach(node -> node.pending.put(told.key, told));
    writer.bus.publishPosition(stream, 1, position);
  }

  private void publishEpoch(Node writer) {
    if (!writer.paused) {
      writer.bus.publishEpoch(EpochReason.FLUSH);
    }
  }

  private void pauseOrResume(Node node) {
    if (node.paused) {
      resume(node);
    } else {
      node.paused = true;
      hub.pause(node.name);
    }
  }

  private void resume(Node node) {
    node.paused = false;
    hub.resume(node.name);
  }

  private void splitOrHeal(Node node) {
    if (split.isEmpty()) {
      split.add(node.name);
      split.add("n" + random.nextInt(NODES));
      hub.split(split);
    } else {
      split.clear();
      restartsInSplit = 0;
      hub.heal();
    }
  }

  /**
   * During a split once only: who joins then learns of the other side from those who remember it,
   * and there must be one.
   */
  private void restart(Node node) {
    boolean allowed = split.isEmpty() || !lostPeersHeld || restartsInSplit++ == 0;
    if (!node.paused && allowed) {
      hub.kill(node.name, random.nextLong(2_000 * NANOS_PER_MILLI));
      split.remove(node.name);
      // What the dead process had published but not sent is nobody's duty once its peers have
      // noticed; until then it is.
      start(node.name);
    }
  }

  private void check(Node node) {
    checks++;
    long now = time.nanos();
    long until = node.bus.freshUntilNanos();
    if (!Freshness.isFresh(until, now)) {
      return;
    }
    freshChecks++;
    if (node.pending.isEmpty()) {
      return;
    }
    Set<String> current = new LinkedHashSet<>();
    node.bus.membership().peers().forEach(peer -> current.add(peer.id()));
    for (Pending each : node.pending.values()) {
      long age = now - each.atNanos;
      boolean counts = lostPeersHeld || current.contains(each.writer);
      if (counts && age > STALENESS_MILLIS * NANOS_PER_MILLI) {
        violations.add(
            "seed %d: %s is fresh at %d ms without %s, published %d ms ago; %s"
                .formatted(
                    seed,
                    node.name,
                    now / NANOS_PER_MILLI,
                    each.key,
                    age / NANOS_PER_MILLI,
                    node.bus.freshnessDetail()));
        return;
      }
    }
  }
}
