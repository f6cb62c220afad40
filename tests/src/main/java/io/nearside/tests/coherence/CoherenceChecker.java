package io.nearside.tests.coherence;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Knows what was written and acknowledged, and judges each read the moment it returns.
 *
 * <p>The order of calls is the proof: a write is begun before it is sent and acknowledged after its
 * reply was read; a read is begun before it is sent and ended after its reply was read; all in one
 * process, by one clock. Whoever writes a key holds that key's lock from begin to end. So every
 * error of measurement is in favour of the system under test, and a violation is one.
 *
 * <p>A path is a sidecar, or {@link #DIRECT} for a connection to the upstream itself, which is held
 * to a staleness of zero: that judges the test, not the sidecars.
 *
 * <p>Safe from any thread.
 */
public final class CoherenceChecker {
  /** The path that goes around the sidecars. */
  public static final int DIRECT = -1;

  private static final int VIOLATIONS_KEPT_MAX = 100;

  private final Settings settings;
  private final LongSupplier clock;
  private final long startNanos;
  private final Map<String, KeyHistory> histories = new HashMap<>();
  private final Map<String, Integer> ownWrites = new ConcurrentHashMap<>();
  private final Map<String, Integer> earlierReads = new ConcurrentHashMap<>();
  private final Collection<Violation> violations = new ConcurrentLinkedQueue<>();
  private final AtomicLong violationCount = new AtomicLong();
  private final AtomicLong worstStalenessNanos = new AtomicLong();
  private final LongAdder reads = new LongAdder();
  private final LongAdder staleReads = new LongAdder();
  private final LongAdder acknowledged = new LongAdder();
  private final LongAdder unknown = new LongAdder();
  private volatile boolean judging = true;

  /** Reads that were begun before are not judged. */
  private volatile long judgedFromNanos;

  /**
   * What the reads are held to.
   *
   * @param maxStaleness of promise 2
   * @param slack added to it; zero unless a test says why
   * @param lateLanding how long after its sending a write of unknown outcome may still land
   */
  public record Settings(Duration maxStaleness, Duration slack, Duration lateLanding) {}

  /**
   * A checker for keys that are all absent at this moment.
   *
   * @param clock nanoseconds, monotonic
   */
  public CoherenceChecker(Collection<String> keys, Settings settings, LongSupplier clock) {
    this.settings = settings;
    this.clock = clock;
    this.startNanos = clock.getAsLong();
    this.judgedFromNanos = startNanos;
    Write beginning = new Write(DIRECT, "(absent at the start)", startNanos);
    beginning.end(Write.Outcome.ACKNOWLEDGED, startNanos);
    for (String key : keys) {
      histories.put(key, new KeyHistory(beginning, settings.lateLanding().toNanos()));
    }
  }

  /** How a path is called in messages. */
  static String pathName(int path) {
    return path == DIRECT ? "direct" : "sidecar " + path;
  }

  /**
   * Before a write is sent, by the holder of the locks of all its keys.
   *
   * @param values per key its new value, never used before for that key, or null for its removal
   */
  public Write beginWrite(int path, String operation, Map<String, @Nullable String> values) {
    Write write = new Write(path, operation, clock.getAsLong());
    Map<String, Version> versions = new HashMap<>();
    for (Map.Entry<String, @Nullable String> entry : values.entrySet()) {
      versions.put(entry.getKey(), history(entry.getKey()).begin(entry.getValue(), write));
    }
    write.versions(versions);
    return write;
  }

  /** After the write's reply was read; still under the locks. */
  public void acknowledge(Write write) {
    long now = clock.getAsLong();
    write.end(Write.Outcome.ACKNOWLEDGED, now);
    acknowledged.increment();
    write
        .versions()
        .forEach(
            (key, version) -> {
              history(key).acknowledge(version, now);
              ownWrites.merge(place(write.path, key), version.index(), Math::max);
            });
  }

  /** After an error or a lost connection; still under the locks. */
  public void unknown(Write write) {
    write.end(Write.Outcome.UNKNOWN, clock.getAsLong());
    unknown.increment();
    write.versions().forEach((key, version) -> history(key).unknown(version));
  }

  /** From now on nothing that is read is judged. */
  public void suspendJudgement() {
    judging = false;
  }

  /** Judges what is read from now on. */
  public void resumeJudgement() {
    judgedFromNanos = clock.getAsLong();
    judging = true;
  }

  /**
   * After a failover that may have taken back what was acknowledged, under the locks of all keys:
   * what the upstream holds now counts as written now, the values may have been written before.
   */
  public void acknowledgeRestored(Map<String, @Nullable String> held) {
    Write write = new Write(DIRECT, "(what the failover left)", clock.getAsLong());
    Map<String, Version> versions = new HashMap<>();
    held.forEach((key, value) -> versions.put(key, history(key).restore(value, write)));
    write.versions(versions);
    long now = clock.getAsLong();
    write.end(Write.Outcome.ACKNOWLEDGED, now);
    versions.forEach((key, version) -> history(key).acknowledge(version, now));
  }

  /** Before a read is sent. The command line is what the sidecar may keep a reply under. */
  public Read beginRead(int path, String commandLine, List<String> keys) {
    return beginReadAfter(path, commandLine, keys, null);
  }

  /**
   * As {@link #beginRead}, for a read that follows a write on the same connection before the
   * write's reply was read. Its end may only be reported when the write was acknowledged.
   */
  public Read beginReadAfter(
      int path, String commandLine, List<String> keys, @Nullable Write preceding) {
    List<Integer> own = new ArrayList<>(keys.size());
    List<Integer> earlier = new ArrayList<>(keys.size());
    for (String key : keys) {
      Version before = preceding == null ? null : preceding.versions().get(key);
      int written = ownWrites.getOrDefault(place(path, key), 0);
      own.add(before == null ? written : Math.max(written, before.index()));
      earlier.add(earlierReads.getOrDefault(place(path, commandLine, key), 0));
    }
    return new Read(path, commandLine, List.copyOf(keys), clock.getAsLong(), own, earlier);
  }

  /**
   * After a read's reply was read.
   *
   * @param values in the order of the read's keys; null for an absent key
   * @return how many rules it broke
   */
  public int endRead(Read read, List<@Nullable String> values) {
    if (values.size() != read.keys().size()) {
      throw new IllegalArgumentException(
          "%d values for %d keys".formatted(values.size(), read.keys().size()));
    }
    if (!judging || read.invokedNanos() - judgedFromNanos < 0) {
      return 0;
    }
    reads.increment();
    int broken = 0;
    Map<String, Observation> observed = new HashMap<>();
    for (int at = 0; at < values.size(); at++) {
      broken += judge(read, at, values.get(at), observed);
    }
    return broken + judgeTogether(read, observed);
  }

  private int judge(Read read, int at, @Nullable String value, Map<String, Observation> observed) {
    String key = read.keys().get(at);
    KeyHistory history = history(key);
    boolean direct = read.path() == DIRECT;
    Duration allowed = direct ? Duration.ZERO : settings.maxStaleness().plus(settings.slack());
    int fresh = history.newestAcknowledgedBefore(read.invokedNanos() - allowed.toNanos());
    int own = read.ownWrites().get(at);
    int earlier = read.earlierReads().get(at);
    int floor = Math.max(fresh, Math.max(own, earlier));
    Observation seen = history.resolve(value, floor);
    if (seen.newest() < 0) {
      report(Rule.WRITTEN_VALUES, read, key, seen, 0, value);
      return 1;
    }
    observed.put(key, seen);
    measure(history, read, seen);
    if (seen.newest() >= floor) {
      earlierReads.merge(place(read.path(), read.commandLine(), key), seen.oldest(), Math::max);
      return 0;
    }
    int broken = 0;
    broken += reportBelow(own, Rule.READ_YOUR_WRITES, read, key, seen, value);
    broken += reportBelow(fresh, Rule.MAX_STALENESS, read, key, seen, value);
    broken += reportBelow(earlier, Rule.MONOTONIC_READS, read, key, seen, value);
    return broken;
  }

  private int reportBelow(
      int floor, Rule rule, Read read, String key, Observation seen, @Nullable String value) {
    if (seen.newest() >= floor) {
      return 0;
    }
    report(rule, read, key, seen, floor, value);
    return 1;
  }

  /** Judges {@link Rule#WHOLE_WRITES}: for each write that is seen, the rest of it is seen too. */
  private int judgeTogether(Read read, Map<String, Observation> observed) {
    int broken = 0;
    for (Map.Entry<String, Observation> entry : observed.entrySet()) {
      Observation seen = entry.getValue();
      if (seen.oldest() != seen.newest()) {
        continue; // which write it was is not certain
      }
      Write write = history(entry.getKey()).version(seen.oldest()).write();
      if (write.path != read.path()) {
        continue; // promised only for writes through the same sidecar
      }
      for (Map.Entry<String, Version> part : write.versions().entrySet()) {
        Observation other = observed.get(part.getKey());
        if (other != null && other.newest() < part.getValue().index()) {
          int floor = part.getValue().index();
          String torn = "older than what %s shows".formatted(entry.getKey());
          report(Rule.WHOLE_WRITES, read, part.getKey(), other, floor, torn);
          broken++;
        }
      }
    }
    return broken;
  }

  private void measure(KeyHistory history, Read read, Observation seen) {
    long staleNanos = history.stalenessNanos(seen.newest(), read.invokedNanos());
    if (staleNanos > 0 && read.path() != DIRECT) {
      staleReads.increment();
      worstStalenessNanos.accumulateAndGet(staleNanos, Math::max);
    }
  }

  private void report(
      Rule rule, Read read, String key, Observation seen, int floor, @Nullable String value) {
    if (violationCount.incrementAndGet() > VIOLATIONS_KEPT_MAX) {
      return;
    }
    StringBuilder evidence = new StringBuilder();
    evidence.append(
        "  read  [%s .. %s] %s -> %s%n"
            .formatted(
                millis(read.invokedNanos()), millis(clock.getAsLong()), read.commandLine(), value));
    evidence.append(
        "  which is version %d, and version %d or newer was due%n".formatted(seen.newest(), floor));
    for (Version version : history(key).between(seen.newest(), floor)) {
      Write write = version.write();
      evidence.append(
          "  write [%s .. %s] version %d = %s by %s through %s, %s%n"
              .formatted(
                  millis(write.invokedNanos),
                  write.outcome() == Write.Outcome.PENDING ? "?" : millis(write.endedNanos()),
                  version.index(),
                  version.value(),
                  write.operation,
                  pathName(write.path),
                  write.outcome()));
    }
    violations.add(new Violation(rule, key, read.path(), read.commandLine(), evidence.toString()));
  }

  private String millis(long nanos) {
    return "%.3f".formatted((nanos - startNanos) / 1e6);
  }

  /** What was seen so far. */
  public CheckerReport report() {
    return new CheckerReport(
        reads.sum(),
        acknowledged.sum(),
        unknown.sum(),
        staleReads.sum(),
        worstStalenessNanos.get() / 1_000_000,
        List.copyOf(violations),
        violationCount.get());
  }

  private KeyHistory history(String key) {
    KeyHistory history = histories.get(key);
    if (history == null) {
      throw new IllegalArgumentException("not a key of this run: " + key);
    }
    return history;
  }

  private static String place(int path, String key) {
    return path + "\n" + key;
  }

  private static String place(int path, String commandLine, String key) {
    return path + "\n" + commandLine + "\n" + key;
  }
}
