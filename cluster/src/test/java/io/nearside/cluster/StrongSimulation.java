package io.nearside.cluster;

import io.nearside.cluster.local.Faults;
import io.nearside.cluster.local.LocalHub;
import io.nearside.cluster.local.VirtualTime;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A fleet in virtual time that writes and caches strongly consistent registers of a model upstream,
 * on a hub that misbehaves; and the exact checker of what is promised: registers only grow, so a
 * history is linearizable iff <i>no read returns a value when any client had seen a newer one
 * before the read began</i>. Reads that go upstream cannot; those from memory are checked.
 *
 * <p>Who is there at all is asked of the model upstream, as sidecars do with their anchors.
 */
final class StrongSimulation {
  static final long STALENESS_MILLIS = 600;
  static final long LEASE_MILLIS = 500;
  static final long AFTER_LOSS_MILLIS = 1_000;
  private static final long NANOS_PER_MILLI = 1_000_000L;
  private static final int NODES = 4;
  private static final int KEYS = 4;
  private static final long LEASE_NANOS = LEASE_MILLIS * NANOS_PER_MILLI;
  private static final long SETTLE_NANOS = BusSettings.settleNanos(LEASE_MILLIS);
  private static final Faults.Rates RATES =
      new Faults.Rates(0.02, 0.03, 0.10, 150 * NANOS_PER_MILLI);

  /** Looks of one kind in a row: when the first and the last of them were sent. */
  private record Streak(long first, long last) {
    boolean holds(long now) {
      return now - first >= SETTLE_NANOS && now - last < LEASE_NANOS;
    }

    static Streak with(@Nullable Streak before, long sent) {
      if (before == null || sent - before.last >= LEASE_NANOS) {
        return new Streak(sent, sent);
      }
      return new Streak(before.first, sent);
    }
  }

  /** One sidecar's process: a cache, an anchor and a bus. */
  private final class Node implements BusListener {
    final String name;
    final PeerBus bus;
    final Map<String, Long> cache = new HashMap<>();
    final Map<String, Integer> holds = new HashMap<>();
    final Map<String, Long> drops = new HashMap<>();
    final Queue<Runnable> inbox = new ArrayDeque<>();
    int everyHeld;
    long epoch;
    boolean paused;
    long resumedNanos;
    boolean alive = true;
    @Nullable Streak matched;
    @Nullable Streak own;
    boolean anchored;

    Node(String name) {
      this.name = name;
      LocalHub.Connection connection = hub.connect(name);
      bus =
          new PeerBus(settings(name), connection.transport(), connection.environment(), factory) {};
    }

    void drop(String key) {
      cache.remove(key);
      drops.merge(key, 1L, Long::sum);
    }

    void dropAll() {
      cache.clear();
      epoch++;
    }

    /** As the near-cache's leases: a fill that began under another one is not stored. */
    long lease(String key) {
      return epoch + drops.getOrDefault(key, 0L);
    }

    boolean isHeld(String key) {
      return everyHeld > 0 || holds.getOrDefault(key, 0) > 0;
    }

    void hold(String key, int change) {
      holds.merge(key, change, Integer::sum);
      drop(key);
    }

    @Override
    public void held(String fromNode, List<HeldKey> keys) {
      change(keys, 1);
    }

    @Override
    public void settled(String fromNode, List<HeldKey> keys) {
      change(keys, -1);
    }

    private void change(List<HeldKey> keys, int change) {
      keys.forEach(each -> hold(text(each.key()), change));
      if (keys.isEmpty()) {
        everyHeld += change;
        dropAll();
      }
    }

    @Override
    public void invalidate(int database, byte[] key, String fromNode) {
      drop(text(key));
    }

    @Override
    public void moveEpoch(EpochReason reason, String fromNode) {
      dropAll();
    }

    @Override
    public void event(ClusterEvent event) {}

    boolean isOpen() {
      long now = time.nanos();
      boolean holds = matched != null && matched.holds(now);
      if (holds && !anchored) {
        dropAll();
      }
      anchored = holds;
      return anchored
          && Freshness.isFresh(bus.freshUntilNanos(), now)
          && Freshness.isFresh(bus.strongUntilNanos(), now);
    }

    boolean mayWrite() {
      return own != null && own.holds(time.nanos());
    }

    /** In this process: not while it is stopped, never when it has ended. */
    void run(Runnable what) {
      if (paused) {
        inbox.add(what);
      } else if (alive) {
        what.run();
      }
    }
  }

  private final long seed;
  private final Random random;
  private final VirtualTime time;
  private final LocalHub hub;
  private final PeerBus.ProtocolFactory factory;
  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final Set<Node> subscribers = new HashSet<>();
  private final Set<String> split = new LinkedHashSet<>();
  private final Map<String, Long> upstream = new HashMap<>();

  /** The newest value of each key that any client has seen. */
  private final Map<String, Long> seen = new HashMap<>();

  private long lastValue;

  final List<String> violations = new ArrayList<>();
  long hits;
  long writes;
  long refusals;

  /** From asking to being granted, of those whose process was not stopped meanwhile. */
  long slowestHoldNanos;

  StrongSimulation(long seed, StrongKeys.Factory strongKeys) {
    this.seed = seed;
    this.factory =
        (settings, clock, incarnations, counters) ->
            new PeerProtocol(settings, clock, incarnations, counters, strongKeys);
    random = new Random(seed);
    time = new VirtualTime(random.nextLong());
    hub = new LocalHub(time, Faults.seeded(random.nextLong(), RATES));
  }

  private static BusSettings settings(String name) {
    return new BusSettings(
        name,
        "",
        "",
        STALENESS_MILLIS,
        ClusterSecret.of("the secret of these tests"),
        1_000,
        0,
        1_000,
        LEASE_MILLIS,
        AFTER_LOSS_MILLIS);
  }

  /** Runs for this much virtual time, or until the promise is broken. */
  StrongSimulation run(long seconds) {
    for (int i = 0; i < NODES; i++) {
      start("n" + i);
    }
    long end = time.nanos() + seconds * 1_000 * NANOS_PER_MILLI;
    while (time.nanos() < end && violations.isEmpty()) {
      act();
      time.advance(random.nextLong(6 * NANOS_PER_MILLI));
    }
    return this;
  }

  private void start(String name) {
    Node node = new Node(name);
    nodes.put(name, node);
    subscribers.add(node);
    node.bus.start(node);
    look(node);
  }

  /** One look at who is there, and the next after it. */
  private void look(Node node) {
    long sent = time.nanos();
    List<String> peers = node.bus.anchors();
    upstream(
        node,
        () -> {
          long total = subscribers.size();
          long mine = subscribers.contains(node) ? 1 : 0;
          long known =
              subscribers.stream().filter(each -> peers.contains(each.bus.anchorId())).count();
          return new long[] {mine, total - mine - known};
        },
        counts -> {
          node.own = counts[0] > 0 ? Streak.with(node.own, sent) : null;
          boolean matches = counts[0] > 0 && counts[1] == 0;
          node.matched = matches ? Streak.with(node.matched, sent) : null;
        });
    time.after(LEASE_NANOS / 4, () -> node.run(() -> look(node)));
  }

  /** Asks the upstream, which answers in one step, some time later; back in the node's process. */
  private <T> void upstream(Node node, Supplier<T> request, Consumer<T> reply) {
    time.after(
        latency(),
        () -> {
          T answer = request.get();
          time.after(latency(), () -> node.run(() -> reply.accept(answer)));
        });
  }

  private long latency() {
    return random.nextInt(10) == 0
        ? random.nextLong(200 * NANOS_PER_MILLI)
        : random.nextLong(2 * NANOS_PER_MILLI);
  }

  private void act() {
    int dice = random.nextInt(10_000);
    Node node = nodes.values().stream().toList().get(random.nextInt(nodes.size()));
    String key = "k" + random.nextInt(KEYS);
    if (dice < 400) {
      node.run(() -> write(node, key));
    } else if (dice < 9_935) {
      node.run(() -> read(node, key));
    } else if (dice < 9_938) {
      pauseOrResume(node);
    } else if (dice < 9_940) {
      hub.cut(node.name, "n" + random.nextInt(NODES));
    } else if (dice < 9_970) {
      for (int i = 0; i < NODES; i++) {
        hub.mend(node.name, "n" + i);
      }
      if (!split.isEmpty() && random.nextBoolean()) {
        heal();
      }
    } else if (dice < 9_971) {
      split(node);
    } else if (dice < 9_973) {
      restart(node);
    } else if (dice < 9_974) {
      subscribers.remove(node);
      time.after(random.nextLong(LEASE_NANOS), () -> subscribe(node));
    } else {
      nodes.values().stream().filter(each -> each.paused).findFirst().ifPresent(this::resume);
    }
  }

  private void subscribe(Node node) {
    if (node.alive) {
      subscribers.add(node);
    }
  }

  // What clients do.

  private void write(Node node, String key) {
    long asked = time.nanos();
    node.hold(key, 1);
    Hold[] hold = new Hold[1];
    hold[0] =
        node.bus.hold(
            List.of(new HeldKey(0, key.getBytes(StandardCharsets.UTF_8))),
            () -> {
              if (asked >= node.resumedNanos) {
                slowestHoldNanos = Math.max(slowestHoldNanos, time.nanos() - asked);
              }
              send(node, key, hold[0]);
            });
  }

  private void send(Node node, String key, Hold hold) {
    if (!node.mayWrite()) {
      refusals++;
      hold.settle();
      node.hold(key, -1);
      return;
    }
    boolean replyLost = random.nextInt(50) == 0;
    long value = ++lastValue;
    Runnable over =
        () -> {
          hold.settle();
          node.hold(key, -1);
        };
    upstream(
        node,
        () -> upstream.merge(key, value, Math::max),
        _ -> {
          if (replyLost) {
            time.after(AFTER_LOSS_MILLIS * NANOS_PER_MILLI, () -> node.run(over));
          } else {
            over.run();
            writes++;
            see(key, value);
          }
        });
  }

  private void read(Node node, String key) {
    boolean open = node.isOpen();
    Long cached = node.cache.get(key);
    if (open && cached != null) {
      hits++;
      if (cached < seen.getOrDefault(key, 0L)) {
        violations.add(
            "seed %d: %s read %s=%d at %d ms, when %d had been seen; %s"
                .formatted(
                    seed,
                    node.name,
                    key,
                    cached,
                    time.nanos() / NANOS_PER_MILLI,
                    seen.get(key),
                    node.bus.strongDetail()));
      }
      see(key, cached);
      return;
    }
    boolean fills = open && !node.isHeld(key);
    long lease = node.lease(key);
    upstream(
        node,
        () -> upstream.getOrDefault(key, 0L),
        value -> {
          if (fills && node.lease(key) == lease) {
            node.cache.put(key, value);
          }
          see(key, value);
        });
  }

  private void see(String key, long value) {
    seen.merge(key, value, Math::max);
  }

  // What goes wrong.

  private void pauseOrResume(Node node) {
    if (node.paused) {
      resume(node);
    } else {
      node.paused = true;
      hub.pause(node.name);
    }
  }

  /** A client's request comes before anything that the process has slept through. */
  private void resume(Node node) {
    node.paused = false;
    node.resumedNanos = time.nanos();
    for (int i = 0; i < KEYS; i++) {
      read(node, "k" + i);
    }
    hub.resume(node.name);
    for (Runnable next = node.inbox.poll(); next != null; next = node.inbox.poll()) {
      node.run(next);
    }
  }

  private void split(Node node) {
    if (split.isEmpty()) {
      split.add(node.name);
      split.add("n" + random.nextInt(NODES));
      hub.split(split);
    }
  }

  private void heal() {
    split.clear();
    hub.heal();
  }

  private void restart(Node node) {
    if (!node.paused) {
      node.alive = false;
      hub.kill(node.name, random.nextLong(1_000 * NANOS_PER_MILLI));
      subscribers.remove(node);
      split.remove(node.name);
      start(node.name);
    }
  }

  private static String text(byte[] key) {
    return new String(key, StandardCharsets.UTF_8);
  }
}
