package io.nearside.tests.scale;

import io.nearside.cluster.BusListener;
import io.nearside.cluster.BusSettings;
import io.nearside.cluster.ClusterEvent;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.InvalidationBus;
import io.nearside.cluster.Proof;
import io.nearside.cluster.hazelcast.HazelcastInvalidationBus;
import io.nearside.cluster.hazelcast.HazelcastSettings;
import io.nearside.tests.stack.FreePort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Embedded Hazelcast members with their buses, all in this process, in real time: what the
 * simulation is held against. Joins on construction.
 */
final class RealFleet implements AutoCloseable {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final Duration JOIN_WITHIN = Duration.ofMinutes(2);
  private static final Duration ARRIVE_WITHIN = Duration.ofSeconds(20);
  private static final long MAX_STALENESS_MILLIS = 1_000;
  private static final ClusterSecret SECRET = ClusterSecret.of("only in a measurement");

  private final List<InvalidationBus> buses = new ArrayList<>();
  private final List<String> addresses = new ArrayList<>();
  private volatile Arrivals arrivals = new Arrivals(0, 0);

  RealFleet(int sidecars) {
    for (int i = 0; i < sidecars; i++) {
      join();
      // One after the other: a crowd would form clusters of its own first, and merge.
      await("joined", JOIN_WITHIN, () -> buses.getLast().joined());
    }
    await(
        "fresh",
        JOIN_WITHIN,
        () -> buses.stream().allMatch(bus -> bus.freshUntilNanos() - System.nanoTime() > 0));
  }

  private void join() {
    int port = FreePort.next();
    addresses.add("127.0.0.1:" + port);
    String node = "sidecar-" + buses.size();
    InvalidationBus bus =
        new HazelcastInvalidationBus(
            BusSettings.of(node, MAX_STALENESS_MILLIS, SECRET),
            HazelcastSettings.of(
                "scaling", "127.0.0.1", port, new HazelcastSettings.Join.Tcp(addresses)));
    buses.add(bus);
    bus.start(new Ear(buses.size() - 1));
  }

  /** Measures under writes. What a join costs is not measured here. */
  FleetFigures run(int writesPerSecond, double seconds) {
    int n = buses.size();
    int writes = (int) (writesPerSecond * seconds);
    arrivals = new Arrivals(writes, n);
    Traffic before = Traffic.of(buses);
    long begun = System.nanoTime();
    for (int i = 0; i < writes; i++) {
      long due = begun + (long) (i * NANOS_PER_SECOND / (double) writesPerSecond);
      for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
      }
      buses.get(i % n).publish(0, arrivals.made(i % n, System.nanoTime()));
    }
    double measured = (System.nanoTime() - begun) / (double) NANOS_PER_SECOND;
    Traffic traffic = Traffic.of(buses).since(before);
    await("arrived", ARRIVE_WITHIN, () -> arrivals.complete());
    return new FleetFigures(
        new FleetShape(n, writesPerSecond, Proof.PEERS),
        Double.NaN,
        Double.NaN,
        traffic.bytesSent() / measured / n,
        traffic.bytesReceived() / measured / n,
        arrivals.millis(0.5),
        arrivals.millis(1),
        Double.NaN);
  }

  private static void await(
      String what, Duration within, java.util.function.BooleanSupplier holds) {
    long deadline = System.nanoTime() + within.toNanos();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("not " + what + " within " + within.toSeconds() + " s");
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  @Override
  public void close() {
    buses.forEach(InvalidationBus::leave);
    buses.forEach(InvalidationBus::close);
  }

  private final class Ear implements BusListener {
    private final int sidecar;

    Ear(int sidecar) {
      this.sidecar = sidecar;
    }

    @Override
    public void invalidate(int database, byte[] key, String fromNode) {
      arrivals.arrived(sidecar, key, System.nanoTime());
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
