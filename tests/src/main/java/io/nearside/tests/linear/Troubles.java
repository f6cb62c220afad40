package io.nearside.tests.linear;

import io.nearside.tests.coherence.BusFaults;
import io.nearside.tests.coherence.BusTampering;
import io.nearside.tests.coherence.FleetUnderTest;
import io.nearside.tests.stack.TamperProxy;
import io.nearside.tests.stack.TamperProxy.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * Makes trouble at random until the run ends, one at a time, and undoes it. In between it is quiet
 * for long enough that sidecars answer from memory again. One thread.
 */
final class Troubles implements Runnable {
  private static final long MILLI = 1_000_000;

  private final FleetUnderTest fleet;
  private final List<Trouble> kinds;
  private final RandomGenerator random;
  private final BooleanSupplier running;
  private final List<Trouble> made = new ArrayList<>();

  Troubles(
      FleetUnderTest fleet, List<Trouble> kinds, RandomGenerator random, BooleanSupplier running) {
    this.fleet = fleet;
    this.kinds = List.copyOf(kinds);
    this.random = random;
    this.running = running;
  }

  /** What has been, in order; to be asked when the thread has ended. */
  List<Trouble> made() {
    return made;
  }

  @Override
  public void run() {
    while (rest(random.nextLong(300, 3_500))) {
      Trouble trouble = kinds.get(random.nextInt(kinds.size()));
      made.add(trouble);
      Runnable end = begin(trouble);
      try {
        // Less than a lease as often as more.
        rest(random.nextBoolean() ? random.nextLong(50, 500) : random.nextLong(500, 3_000));
      } finally {
        end.run();
      }
    }
  }

  /** Whether the run still goes on afterwards. */
  private boolean rest(long millis) {
    long end = System.nanoTime() + millis * MILLI;
    while (running.getAsBoolean() && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(10 * MILLI);
    }
    return running.getAsBoolean();
  }

  /** Gives what ends it. */
  private Runnable begin(Trouble trouble) {
    int victim = random.nextInt(fleet.size());
    int other = (victim + 1 + random.nextInt(fleet.size() - 1)) % fleet.size();
    return switch (trouble) {
      case BUS_SPOILT -> {
        bus().apply(new BusFaults(chance(0.2), chance(0.3), chance(0.6), 1 + random.nextInt(600)));
        yield () -> bus().apply(BusFaults.NONE);
      }
      case BUS_CUT -> {
        bus().cut(victim, other);
        yield () -> bus().mend(victim, other);
      }
      case BUS_SPLIT -> {
        bus().split(random.nextBoolean() ? Set.of(victim) : Set.of(victim, other));
        yield bus()::heal;
      }
      case PAUSE -> {
        fleet.pause(victim);
        yield () -> fleet.resume(victim);
      }
      case KILL -> {
        fleet.kill(victim);
        yield () -> fleet.restart(victim);
      }
      case LINK_SLOW -> {
        TamperProxy link = link(victim);
        link.delay(Direction.TO_UPSTREAM, random.nextInt(100_000));
        link.delay(Direction.TO_CLIENT, random.nextInt(100_000));
        yield () -> {
          link.delay(Direction.TO_UPSTREAM, 0);
          link.delay(Direction.TO_CLIENT, 0);
        };
      }
      case LINK_CUT -> {
        link(victim).cutAll(TamperProxy.Cut.RESET);
        yield () -> {};
      }
      case LINK_SILENT -> {
        link(victim).halfOpen(true);
        yield () -> link(victim).halfOpen(false);
      }
    };
  }

  private double chance(double max) {
    return random.nextDouble() * max;
  }

  private BusTampering bus() {
    return fleet.bus().orElseThrow(() -> new IllegalStateException("no way into this fleet's bus"));
  }

  private TamperProxy link(int sidecar) {
    return fleet
        .link(sidecar)
        .orElseThrow(() -> new IllegalStateException("no way into this fleet's links"));
  }
}
