package io.nearside.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.cluster.local.Faults;
import io.nearside.cluster.local.LocalHub;
import io.nearside.cluster.local.VirtualTime;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * {@link Proof#TRACKERS} in virtual time: an upstream that tells two trackers of every write, a bus
 * that loses, repeats and delays, sidecars that come and go. Whenever a proof arrives, every write
 * before what is covered must have been applied there, or the epoch moved since.
 */
final class TrackerProofTest {
  private static final long NANOS_PER_MILLI = 1_000_000L;
  private static final long STALENESS_MILLIS = 600;
  private static final int SIDECARS = 6;
  private static final int TRACKERS = 2;

  /** No push takes longer on its way from the upstream to a tracker. */
  private static final long PUSH_NANOS = 5 * NANOS_PER_MILLI;

  private static final long PING_NANOS = 75 * NANOS_PER_MILLI;
  private static final Faults.Rates RATES =
      new Faults.Rates(0.02, 0.03, 0.10, 120 * NANOS_PER_MILLI);

  @Test
  void tracked_lossyBusAndRestarts_everythingCoveredWasApplied() {
    long hits = 0;
    for (long seed = 1; seed <= 30; seed++) {
      Fleet fleet = new Fleet(seed, PeerProtocol::new).run(20);
      assertEquals(List.of(), fleet.violations, "seed " + seed);
      hits += fleet.fresh;
    }
    assertTrue(hits > 10_000, "fresh " + hits);
  }

  @Test
  void tracked_gapsNotNoticed_isConvicted() {
    long convicted = 0;
    for (long seed = 1; seed <= 5; seed++) {
      convicted += new Fleet(seed, Deaf::new).run(20).violations.isEmpty() ? 0 : 1;
    }
    assertTrue(convicted >= 4, "convicted " + convicted + " of 5");
  }

  @Test
  void join_manySidecars_beatsDoNotGoFromEachToEach() {
    long few = new Fleet(1, PeerProtocol::new).quiet(10);
    long many = new Fleet(1, PeerProtocol::new).quiet(40);
    assertTrue(many < 6 * few, few + " frames with 10 sidecars, " + many + " with 40");
  }

  /** A broken rule: what is missing is not missed. */
  private static final class Deaf extends PeerProtocol {
    Deaf(
        BusSettings settings,
        BusClock clock,
        Supplier<Incarnation> incarnations,
        BusCounters counters) {
      super(settings, clock, incarnations, counters);
    }

    @Override
    boolean missed(Peer peer, long upTo) {
      return false;
    }
  }

  /** Sidecars, the first of them trackers, and the upstream. */
  private static final class Fleet {
    private final Random random;
    private final VirtualTime time;
    private final LocalHub hub;
    private final PeerBus.ProtocolFactory factory;
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final List<String> violations = new ArrayList<>();
    private final long seed;
    private long nextKey;
    private long fresh;
    private long frames;

    Fleet(long seed, PeerBus.ProtocolFactory factory) {
      this.seed = seed;
      this.factory = factory;
      random = new Random(seed);
      time = new VirtualTime(random.nextLong());
      Faults faults = Faults.seeded(random.nextLong(), RATES);
      hub =
          new LocalHub(
              time,
              (from, to) -> {
                frames++;
                return faults.copies(from, to);
              });
    }

    Fleet run(long seconds) {
      for (int i = 0; i < SIDECARS; i++) {
        start("n" + i);
      }
      long end = time.nanos() + seconds * 1_000 * NANOS_PER_MILLI;
      while (time.nanos() < end && violations.isEmpty()) {
        int dice = random.nextInt(1_000);
        if (dice < 300) {
          write();
        } else if (dice < 301) {
          restart("n" + random.nextInt(SIDECARS));
        }
        time.advance(random.nextLong(10 * NANOS_PER_MILLI));
        nodes.values().forEach(Node::count);
      }
      return this;
    }

    /** How many frames ten seconds cost in which nobody writes. */
    long quiet(int sidecars) {
      for (int i = 0; i < sidecars; i++) {
        start("n" + i);
      }
      time.advance(2_000 * NANOS_PER_MILLI);
      long before = frames;
      time.advance(10_000 * NANOS_PER_MILLI);
      return frames - before;
    }

    private void start(String name) {
      Node node = new Node(this, name);
      nodes.put(name, node);
      node.bus.start(node);
      if (Integer.parseInt(name.substring(1)) < TRACKERS) {
        node.track(time.nanos());
      }
    }

    private void restart(String name) {
      Node before = nodes.remove(name);
      if (before != null) {
        before.alive = false;
        hub.kill(name, random.nextLong(2_000 * NANOS_PER_MILLI));
      }
      start(name);
    }

    private void write() {
      String key = "k" + nextKey++;
      long now = time.nanos();
      for (Node node : nodes.values()) {
        node.pending.put(key, now);
        if (node.tracks) {
          time.after(random.nextLong(PUSH_NANOS), () -> node.pushed(key));
        }
      }
    }
  }

  private static final class Node implements BusListener {
    private final Fleet fleet;
    private final String name;
    private final PeerBus bus;
    private final Map<String, Long> pending = new LinkedHashMap<>();
    private boolean alive = true;
    private boolean tracks;
    private long covered;

    Node(Fleet fleet, String name) {
      this.fleet = fleet;
      this.name = name;
      this.covered = fleet.time.nanos() - 1;
      LocalHub.Connection connection = fleet.hub.connect(name);
      BusSettings settings =
          BusSettings.of(name, STALENESS_MILLIS, ClusterSecret.of("the secret of these tests"))
              .withProof(Proof.TRACKERS);
      bus =
          new PeerBus(settings, connection.transport(), connection.environment(), fleet.factory) {};
    }

    void track(long sinceNanos) {
      if (alive) {
        tracks = true;
        long proven = fleet.time.nanos() - PUSH_NANOS;
        if (proven >= sinceNanos) {
          bus.publishTracking("upstream", true, sinceNanos, proven);
        }
        fleet.time.after(PING_NANOS, () -> track(sinceNanos));
      }
    }

    void pushed(String key) {
      if (alive) {
        pending.remove(key);
        bus.publish(-1, key.getBytes(StandardCharsets.UTF_8));
      }
    }

    void count() {
      fleet.fresh += fleet.time.nanos() - covered < STALENESS_MILLIS * NANOS_PER_MILLI ? 1 : 0;
    }

    @Override
    public void invalidate(int database, byte[] key, String fromNode) {
      pending.remove(new String(key, StandardCharsets.UTF_8));
    }

    @Override
    public void moveEpoch(EpochReason reason, String fromNode) {
      pending.clear();
    }

    /** The rule of those who rest on it: a proof that begins in what is covered carries it on. */
    @Override
    public void tracked(
        String scope, String fromNode, String fromIncarnation, long sinceNanos, long provenNanos) {
      if (sinceNanos - covered <= 0) {
        covered = Math.max(covered, provenNanos);
      } else {
        pending.clear();
        covered = provenNanos;
      }
      pending.forEach(
          (key, writtenNanos) -> {
            if (writtenNanos - covered < 0) {
              fleet.violations.add(
                  "seed "
                      + fleet.seed
                      + ": "
                      + name
                      + " has not applied "
                      + key
                      + " by "
                      + fromNode);
            }
          });
    }

    @Override
    public void event(ClusterEvent event) {
      // Nobody looks.
    }
  }
}
