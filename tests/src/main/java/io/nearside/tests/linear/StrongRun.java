package io.nearside.tests.linear;

import io.nearside.tests.coherence.FleetConnection;
import io.nearside.tests.coherence.FleetUnderTest;
import io.nearside.tests.coherence.Mishaps;
import io.nearside.tests.coherence.ReplyValues;
import io.nearside.tests.linear.Operation.Outcome;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes few strongly consistent keys through every sidecar of a fleet while troubles
 * happen, then looks whether the history is linearizable. Used once, by one thread.
 */
public final class StrongRun {
  private static final Duration JOIN_WITHIN = Duration.ofSeconds(60);
  private static final Duration MEMORY_WITHIN = Duration.ofSeconds(60);
  private static final AtomicInteger RUNS = new AtomicInteger();
  private static final Pattern HITS =
      Pattern.compile("(?m)^nearside_cache_hits_total(?:\\{[^}]*})? (?<hits>[0-9.E+]+)$");

  private final FleetUnderTest fleet;
  private final StrongPlan plan;
  private final SplittableRandom random;
  private final StrongKeys keys;
  private final History history = new History(System::nanoTime);
  private final Mishaps mishaps = new Mishaps();
  private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();
  private final List<StrongClient> clients = new ArrayList<>();
  private final List<Troubles> troubles = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopped;

  private StrongRun(FleetUnderTest fleet, StrongPlan plan) {
    this.fleet = fleet;
    this.plan = plan;
    this.random = new SplittableRandom(plan.seed());
    String run = Long.toHexString(plan.seed()) + "-" + RUNS.incrementAndGet();
    this.keys = new StrongKeys(run, plan.keys());
  }

  /**
   * What came of a run.
   *
   * @param violation the evidence, or null
   * @param undecided why the checker gave up, or null
   * @param operations on single keys
   * @param hitShare of the commands that only read, how many were answered from memory; too low
   *     where a sidecar was killed
   * @param worstWrite the longest time that an acknowledged write took
   * @param recovery after the last trouble, until every sidecar answered from memory again
   * @param troubles what went wrong, by the threads that made it
   * @param mishaps errors instead of answers, by text, and how often
   */
  public record Figures(
      long seed,
      @Nullable String violation,
      @Nullable String undecided,
      long operations,
      long writesAcknowledged,
      long writesUnknown,
      long writesRefused,
      double hitShare,
      Duration worstWrite,
      Duration recovery,
      List<List<Trouble>> troubles,
      Map<String, Long> mishaps) {

    /** Whether the history is linearizable. */
    public boolean kept() {
      return violation == null && undecided == null;
    }

    @Override
    public String toString() {
      return """
      seed %d: %s
      %d operations, writes: %d acknowledged, %d unknown, %d refused; from memory: %.0f %%; \
      worst write %d ms; recovered in %d ms
      troubles: %s
      mishaps: %s\
      """
          .formatted(
              seed,
              violation != null ? violation : undecided != null ? undecided : "linearizable",
              operations,
              writesAcknowledged,
              writesUnknown,
              writesRefused,
              hitShare * 100,
              worstWrite.toMillis(),
              recovery.toMillis(),
              troubles,
              mishaps);
    }
  }

  /**
   * Runs the plan to its end.
   *
   * @param kinds what may go wrong at the same time: one thread makes trouble for each list
   * @throws IllegalStateException when the run itself failed
   */
  public static Figures run(FleetUnderTest fleet, StrongPlan plan, List<List<Trouble>> kinds) {
    StrongRun run = new StrongRun(fleet, plan);
    run.awaitMemory();
    double[] hitsBefore = run.hits();
    run.run(kinds, () -> true);
    return run.figures(hitsBefore, run.hits(), run.awaitMemory());
  }

  /**
   * Runs while {@code goesOn}, but no longer than the plan; somebody else makes the troubles, and
   * sees to it that the fleet recovers.
   */
  public static Figures runWhile(FleetUnderTest fleet, StrongPlan plan, BooleanSupplier goesOn) {
    StrongRun run = new StrongRun(fleet, plan);
    run.run(List.of(), goesOn);
    double[] unknown = new double[fleet.size()];
    return run.figures(unknown, unknown, Duration.ZERO);
  }

  /**
   * Runs the plan again and again until a history is not linearizable.
   *
   * @return of the last run: the convicted one, or the one that ended after the time
   */
  public static Figures untilConvicted(
      FleetUnderTest fleet, StrongPlan plan, List<List<Trouble>> kinds, Duration within) {
    long end = System.nanoTime() + within.toNanos();
    Figures figures = run(fleet, plan, kinds);
    while (figures.violation() == null && System.nanoTime() - end < 0) {
      figures = run(fleet, plan, kinds);
    }
    return figures;
  }

  private void run(List<List<Trouble>> kinds, BooleanSupplier goesOn) {
    try {
      for (int sidecar = 0; sidecar < fleet.size(); sidecar++) {
        for (int number = 0; number < plan.clientsPerSidecar(); number++) {
          startClient(sidecar, number);
        }
      }
      for (List<Trouble> some : kinds) {
        Troubles loop = new Troubles(fleet, some, random.split(), () -> !stopped);
        troubles.add(loop);
        start("troubles", loop);
      }
      long end = System.nanoTime() + plan.duration().toNanos();
      while (System.nanoTime() - end < 0 && goesOn.getAsBoolean() && broken.get() == null) {
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
  }

  /** Waits until every sidecar answers a key of the run from memory; gives how long it took. */
  private Duration awaitMemory() {
    long start = System.nanoTime();
    for (int sidecar = 0; sidecar < fleet.size(); sidecar++) {
      SocketAddress address = fleet.address(sidecar);
      try (var connection = new FleetConnection(() -> address, false, plan.requestTimeout())) {
        double before = hits(sidecar);
        do {
          if (System.nanoTime() - start > MEMORY_WITHIN.toNanos()) {
            throw new IllegalStateException("nothing is answered from memory by " + address);
          }
          LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
          ReplyValues.string(connection.exchange(List.of(List.of("GET", keys.quiet()))).getFirst());
        } while (hits(sidecar) <= before);
      } catch (IOException e) {
        throw new IllegalStateException("sidecar " + sidecar + " does not answer", e);
      }
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private void startClient(int sidecar, int number) {
    FleetConnection connection =
        new FleetConnection(() -> fleet.address(sidecar), number % 2 == 1, plan.requestTimeout());
    StrongClient client =
        new StrongClient(
            sidecar,
            number,
            connection,
            plan,
            keys,
            history,
            mishaps,
            random.split(),
            () -> !stopped);
    clients.add(client);
    start("client", client);
  }

  private void start(String name, Runnable loop) {
    Thread thread =
        Thread.ofPlatform()
            .name("linear-" + name + "-" + threads.size())
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

  /** By sidecar; they count from their start. */
  private double[] hits() {
    return IntStream.range(0, fleet.size()).mapToDouble(this::hits).toArray();
  }

  private double hits(int sidecar) {
    double hits = 0;
    for (Matcher sample = HITS.matcher(fleet.metrics(sidecar)); sample.find(); ) {
      hits += Double.parseDouble(sample.group("hits"));
    }
    return hits;
  }

  private Figures figures(double[] before, double[] after, Duration recovery) {
    double hits = 0;
    for (int i = 0; i < after.length; i++) {
      hits += after[i] < before[i] ? after[i] : after[i] - before[i];
    }
    long reads = clients.stream().mapToLong(StrongClient::readCommands).sum();
    List<Operation> operations = history.operations();
    Verdict verdict = new LinearizabilityChecker().check(operations);
    List<Operation> writes =
        operations.stream().filter(one -> !(one.action() instanceof Action.Read)).toList();
    long worst =
        writes.stream()
            .filter(one -> one.outcome() == Outcome.OK)
            .mapToLong(one -> one.returnedNanos() - one.invokedNanos())
            .max()
            .orElse(0);
    return new Figures(
        plan.seed(),
        verdict instanceof Verdict.Violated violated ? violated.toString() : null,
        verdict instanceof Verdict.Undecided undecided ? undecided.toString() : null,
        operations.size(),
        count(writes, Outcome.OK),
        count(writes, Outcome.UNKNOWN),
        count(writes, Outcome.FAILED),
        reads == 0 ? 0 : hits / reads,
        Duration.ofNanos(worst),
        recovery,
        troubles.stream().map(Troubles::made).map(List::copyOf).toList(),
        mishaps.counts());
  }

  private static long count(List<Operation> operations, Outcome outcome) {
    return operations.stream().filter(one -> one.outcome() == outcome).count();
  }
}
