package io.nearside.tests.scale;

import io.nearside.cluster.BusListener;
import io.nearside.cluster.BusSettings;
import io.nearside.cluster.ClusterEvent;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.InvalidationBus;
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

  /** Until everyone has echoed everyone. */
  private static final long SETTLE_NANOS = 2 * NANOS_PER_SECOND;

  private final FleetShape shape;
  private final double seconds;
  private final VirtualTime time;
  private final SimulatedNetwork network;
  private final LocalHub hub;
  private final List<InvalidationBus> buses = new ArrayList<>();
  private final Arrivals arrivals;

  private FleetSimulation(FleetShape shape, double seconds, long seed) {
    this.shape = shape;
    this.seconds = seconds;
    this.time = new VirtualTime(seed);
    this.network = new SimulatedNetwork(time);
    this.hub = new LocalHub(time, network);
    this.arrivals =
        new Arrivals((int) Math.ceil(shape.writesPerSecond() * seconds), shape.sidecars() - 1);
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
    time.advance(SETTLE_NANOS);
    if (buses.stream().anyMatch(bus -> bus.freshUntilNanos() - time.nanos() <= 0)) {
      throw new IllegalStateException("a sidecar is fenced: " + buses.getFirst().freshnessDetail());
    }
    Traffic before = Traffic.of(buses);
    long framesBefore = network.frames();
    long begun = time.nanos();
    write();
    time.advance((long) (seconds * NANOS_PER_SECOND));
    double measured = (time.nanos() - begun) / (double) NANOS_PER_SECOND;
    Traffic traffic = Traffic.of(buses).since(before);
    long frames = network.frames() - framesBefore;
    time.advance(NANOS_PER_SECOND / 2);
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
        new LocalInvalidationBus(BusSettings.of(node, MAX_STALENESS_MILLIS, SECRET), hub);
    buses.add(bus);
    bus.start(new Ear());
  }

  /** Evenly over time and sidecars. */
  private void write() {
    int writes = (int) (shape.writesPerSecond() * seconds);
    for (int i = 0; i < writes; i++) {
      InvalidationBus writer = buses.get(i % buses.size());
      time.after(
          (long) (i * NANOS_PER_SECOND / (double) shape.writesPerSecond()),
          () -> writer.publish(0, arrivals.made(time.nanos())));
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
    @Override
    public void invalidate(int database, byte[] key, String fromNode) {
      arrivals.arrived(key, time.nanos());
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
