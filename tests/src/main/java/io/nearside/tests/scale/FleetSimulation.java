package io.nearside.tests.scale;

import io.nearside.cluster.BusListener;
import io.nearside.cluster.BusSettings;
import io.nearside.cluster.ClusterEvent;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.InvalidationBus;
import io.nearside.cluster.Proof;
import io.nearside.cluster.local.LocalHub;
import io.nearside.cluster.local.LocalInvalidationBus;
import io.nearside.cluster.local.VirtualTime;
import java.util.ArrayList;
import java.util.List;

/**
 * A fleet's buses, the real ones, in virtual time on a {@link SimulatedNetwork}: settles, is
 * measured under writes, then takes one more sidecar in. One thread.
 */
final class FleetSimulation {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long MAX_STALENESS_MILLIS = 1_000;
  private static final ClusterSecret SECRET = ClusterSecret.of("only in a simulation");

  /** Until everyone has heard whom it must. */
  private static final long SETTLE_NANOS = 2 * NANOS_PER_SECOND;

  /**
   * Where the trackers prove: how many there are, and how often and how late the upstream tells.
   */
  private static final int TRACKERS = 2;

  private static final long PING_NANOS = 125_000_000L;
  private static final long PUSH_NANOS = 200_000L;
  private static final int EVERY_DATABASE = -1;

  private final FleetShape shape;
  private final double seconds;
  private final VirtualTime time;
  private final SimulatedNetwork network;
  private final LocalHub hub;
  private final List<InvalidationBus> buses = new ArrayList<>();
  private final List<Ear> ears = new ArrayList<>();
  private final Arrivals arrivals;

  private FleetSimulation(FleetShape shape, double seconds, long seed) {
    this.shape = shape;
    this.seconds = seconds;
    this.time = new VirtualTime(seed);
    this.network = new SimulatedNetwork(time);
    this.hub = new LocalHub(time, network);
    this.arrivals =
        new Arrivals((int) Math.ceil(shape.writesPerSecond() * seconds), shape.sidecars());
  }

  /**
   * Runs it.
   *
   * @param seconds of virtual time that are measured
   */
  static FleetFigures run(FleetShape shape, double seconds, long seed) {
    return new FleetSimulation(shape, seconds, seed).run();
  }

  private FleetFigures run() {
    for (int i = 0; i < shape.sidecars(); i++) {
      join();
    }
    if (shape.proof() == Proof.TRACKERS) {
      track(time.nanos());
    }
    time.advance(SETTLE_NANOS);
    requireFresh();
    Traffic before = Traffic.of(buses);
    long framesBefore = network.frames();
    long begun = time.nanos();
    write();
    time.advance((long) (seconds * NANOS_PER_SECOND));
    double measured = (time.nanos() - begun) / (double) NANOS_PER_SECOND;
    Traffic traffic = Traffic.of(buses).since(before);
    long frames = network.frames() - framesBefore;
    time.advance(NANOS_PER_SECOND / 2);
    requireFresh();
    if (!arrivals.complete()) {
      throw new IllegalStateException("writes have not arrived everywhere");
    }
    int n = shape.sidecars();
    return new FleetFigures(
        shape,
        frames / measured / (n - 1),
        frames / measured / n,
        traffic.bytesSent() / measured / n,
        traffic.bytesReceived() / measured / n,
        arrivals.millis(0.5),
        arrivals.millis(1),
        joinFrames());
  }

  private void join() {
    String node = "sidecar-" + buses.size();
    InvalidationBus bus =
        new LocalInvalidationBus(
            BusSettings.of(node, MAX_STALENESS_MILLIS, SECRET).withProof(shape.proof()), hub);
    Ear ear = new Ear(buses.size());
    ears.add(ear);
    buses.add(bus);
    bus.start(ear);
  }

  /** The first sidecars prove, again and again, that they have seen all writes. */
  private void track(long sinceNanos) {
    long now = time.nanos();
    for (InvalidationBus tracker : buses.subList(0, TRACKERS)) {
      tracker.publishTracking("upstream", true, sinceNanos, now);
    }
    time.after(PING_NANOS, () -> track(sinceNanos));
  }

  private void requireFresh() {
    for (int i = 0; i < buses.size(); i++) {
      InvalidationBus bus = buses.get(i);
      boolean tracks = shape.proof() == Proof.TRACKERS && i < TRACKERS;
      boolean byTrackers = shape.proof() == Proof.PEERS || tracks || ears.get(i).isProven();
      if (bus.freshUntilNanos() - time.nanos() <= 0 || !byTrackers) {
        throw new IllegalStateException("sidecar " + i + " is fenced: " + bus.freshnessDetail());
      }
    }
  }

  /** Evenly over time and sidecars. */
  private void write() {
    int writes = (int) (shape.writesPerSecond() * seconds);
    for (int i = 0; i < writes; i++) {
      int writer = i % buses.size();
      time.after(
          (long) (i * NANOS_PER_SECOND / (double) shape.writesPerSecond()), () -> write(writer));
    }
  }

  private void write(int writer) {
    byte[] key = arrivals.made(writer, time.nanos());
    buses.get(writer).publish(0, key);
    if (shape.proof() == Proof.TRACKERS) {
      time.after(PUSH_NANOS, () -> push(key));
    }
  }

  /** The upstream tells the trackers. */
  private void push(byte[] key) {
    for (int i = 0; i < TRACKERS; i++) {
      ears.get(i).invalidate(EVERY_DATABASE, key, "upstream");
      buses.get(i).publish(EVERY_DATABASE, key);
    }
  }

  /** What one more costs, beyond what the fleet says anyway. */
  private double joinFrames() {
    long window = NANOS_PER_SECOND;
    long before = network.frames();
    time.advance(window);
    long idle = network.frames() - before;
    join();
    before = network.frames();
    time.advance(window);
    return network.frames() - before - idle;
  }

  private final class Ear implements BusListener {
    private final int sidecar;
    private long provenNanos = Long.MIN_VALUE / 2;

    Ear(int sidecar) {
      this.sidecar = sidecar;
    }

    boolean isProven() {
      return time.nanos() - provenNanos < MAX_STALENESS_MILLIS * NANOS_PER_SECOND / 1_000;
    }

    @Override
    public void invalidate(int database, byte[] key, String fromNode) {
      arrivals.arrived(sidecar, key, time.nanos());
    }

    @Override
    public void tracked(
        String scope, String fromNode, String fromIncarnation, long sinceNanos, long proven) {
      provenNanos = Math.max(provenNanos, proven);
    }

    @Override
    public void moveEpoch(EpochReason reason, String fromNode) {
      // Nothing is cached here.
    }

    @Override
    public void event(ClusterEvent event) {
      // Nobody looks.
    }
  }
}
