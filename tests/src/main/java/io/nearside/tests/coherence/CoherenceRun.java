package io.nearside.tests.coherence;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes through every sidecar of a fleet and around them, while faults happen, then
 * compares what all of them hold. Used once, by one thread.
 */
public final class CoherenceRun {
  private static final long VIOLATIONS_ENOUGH = 50;
  private static final Duration SETTLE_MARGIN = Duration.ofMillis(500);
  private static final Duration JOIN_WITHIN = Duration.ofSeconds(30);

  private final FleetUnderTest fleet;
  private final CoherencePlan plan;
  private final SplittableRandom random;
  private final WorkloadKeys keys;
  private final CoherenceChecker checker;
  private final Mishaps mishaps = new Mishaps();
  private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopped;

  private CoherenceRun(FleetUnderTest fleet, CoherencePlan plan) {
    this.fleet = fleet;
    this.plan = plan;
    this.random = new SplittableRandom(plan.seed());
    this.keys = new WorkloadKeys(plan.keys(), random.split());
    this.checker = new CoherenceChecker(keys.all(), plan.rules(), System::nanoTime);
  }

  /**
   * What came of a run.
   *
   * @param differing keys that a sidecar still answered otherwise than the upstream after
   *     everything had been quiet for longer than {@code maxStaleness}
   * @param mishaps errors instead of answers, by text, and how often
   */
  public record Outcome(
      CheckerReport report, List<String> differing, Map<String, Long> mishaps, long seed) {
    public Outcome {
      differing = List.copyOf(differing);
    }

    /** Whether every promise was kept. */
    public boolean kept() {
      return report.violationCount() == 0 && differing.isEmpty();
    }

    @Override
    public String toString() {
      return "seed %d: %s%ndiffering at the end: %s%nmishaps: %s"
          .formatted(seed, report, differing, mishaps);
    }
  }

  /**
   * Empties the upstream, then runs the plan to its end, or until enough violations were seen.
   *
   * @throws IllegalStateException when the run itself failed
   */
  public static Outcome run(
      FleetUnderTest fleet, CoherencePlan plan, List<Fault.Scheduled> faults) {
    return new CoherenceRun(fleet, plan).run(new FaultSchedule(fleet, faults), false);
  }

  /**
   * As {@link #run}, but it ends with its disturbance; the plan's duration is the longest it takes.
   */
  public static Outcome runWhile(
      FleetUnderTest fleet, CoherencePlan plan, Disturbance disturbance) {
    return new CoherenceRun(fleet, plan).run(disturbance, true);
  }

  private Outcome run(Disturbance disturbance, boolean endsWithIt) {
    flush();
    try {
      startLoops();
      var view =
          new RunView(
              keys,
              checker,
              mishaps,
              () -> connection(CoherenceChecker.DIRECT, false),
              this::running);
      Thread disturbing = start("disturbance", () -> disturbance.perform(view));
      long end = System.nanoTime() + plan.duration().toNanos();
      while (System.nanoTime() - end < 0 && running() && (disturbing.isAlive() || !endsWithIt)) {
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }
    } finally {
      stopped = true;
      join();
    }
    Throwable failure = broken.get();
    if (failure != null) {
      throw new IllegalStateException("the run of seed " + plan.seed() + " failed", failure);
    }
    LockSupport.parkNanos(
        plan.rules().maxStaleness().plus(plan.rules().slack()).plus(SETTLE_MARGIN).toNanos());
    List<String> differing = compareAll();
    return new Outcome(checker.report(), differing, mishaps.counts(), plan.seed());
  }

  private void flush() {
    try (FleetConnection direct = connection(CoherenceChecker.DIRECT, false)) {
      ReplyValues.string(direct.exchange(List.of(List.of("FLUSHALL"))).getFirst());
    } catch (IOException e) {
      throw new IllegalStateException("the upstream does not answer", e);
    }
    // What an earlier run left in a sidecar's memory may be served for so long: it is not this
    // run's.
    LockSupport.parkNanos(plan.rules().maxStaleness().plus(plan.rules().slack()).toNanos());
  }

  private boolean running() {
    return !stopped
        && broken.get() == null
        && checker.report().violationCount() < VIOLATIONS_ENOUGH;
  }

  private void startLoops() {
    BooleanSupplier running = () -> !stopped;
    for (int path = CoherenceChecker.DIRECT; path < fleet.size(); path++) {
      boolean direct = path == CoherenceChecker.DIRECT;
      for (int i = 0; i < (direct ? 1 : plan.readersPerSidecar()); i++) {
        FleetConnection connection = connection(path, i % 3 == 2);
        start(
            "reader",
            new ReaderLoop(path, connection, keys, checker, mishaps, random.split(), running));
      }
      for (int i = 0; i < (direct ? plan.directWriters() : plan.writersPerSidecar()); i++) {
        FleetConnection connection = connection(path, i % 3 == 1);
        start(
            "writer",
            new WriterLoop(
                path, connection, keys, checker, mishaps, random.split(), plan, running));
      }
    }
  }

  private FleetConnection connection(int path, boolean resp3) {
    Supplier<SocketAddress> address =
        path == CoherenceChecker.DIRECT ? fleet::upstream : () -> fleet.address(path);
    return new FleetConnection(address, resp3, plan.requestTimeout());
  }

  private Thread start(String name, Runnable loop) {
    Thread thread =
        Thread.ofPlatform()
            .name("coherence-" + name + "-" + threads.size())
            .daemon(true)
            .unstarted(
                () -> {
                  try {
                    loop.run();
                  } catch (RuntimeException | Error e) {
                    broken.compareAndSet(null, e);
                  }
                });
    threads.add(thread);
    thread.start();
    return thread;
  }

  private void join() {
    try {
      for (Thread thread : threads) {
        if (!thread.join(JOIN_WITHIN)) {
          broken.compareAndSet(null, new IllegalStateException(thread.getName() + " hangs"));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      broken.compareAndSet(null, e);
    }
  }

  /** All is quiet: every sidecar must answer as the upstream does, and the checker must agree. */
  private List<String> compareAll() {
    List<String> differing = new ArrayList<>();
    try (FleetConnection direct = connection(CoherenceChecker.DIRECT, false)) {
      for (int path = 0; path < fleet.size(); path++) {
        try (FleetConnection through = connection(path, false)) {
          for (String key : keys.all()) {
            String expected = sweep(CoherenceChecker.DIRECT, direct, key);
            String actual = sweep(path, through, key);
            if (!String.valueOf(expected).equals(String.valueOf(actual))) {
              differing.add(
                  "%s through sidecar %d: %s, upstream: %s".formatted(key, path, actual, expected));
            }
          }
        } catch (IOException e) {
          differing.add("sidecar %d does not answer: %s".formatted(path, e.getMessage()));
        }
      }
    }
    return differing;
  }

  private @Nullable String sweep(int path, FleetConnection connection, String key)
      throws IOException {
    var query = ReaderLoop.Query.whole(key);
    Read read = checker.beginRead(path, connection.cacheLine(query.command()), query.keys());
    byte[] reply = connection.exchange(List.of(query.command())).getFirst();
    @Nullable String name = query.names(reply).getFirst();
    checker.endRead(read, Collections.singletonList(name));
    return name;
  }
}
