package io.nearside.tests.demo;

import io.nearside.tests.demo.DemoSidecar.Counts;
import io.nearside.tests.demo.DemoSidecar.Explained;
import io.nearside.tests.demo.Step.Finding;
import io.nearside.tests.stack.RawRedis;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What two sidecars in front of one Redis, and one PostgreSQL with a replica, do, step by step,
 * each step checked. A step leaves what the next one needs; one that fails does not keep the others
 * from being tried.
 */
final class Tour {
  private static final String KEY = "demo:greeting";
  private static final Duration MAX_STALENESS = Duration.ofMillis(DemoStack.MAX_STALENESS_MILLIS);
  private static final Duration GONE_WITHIN = Duration.ofSeconds(30);
  private static final int READS_BETWEEN_LOOKS = 100;
  private static final int WARM_KEYS = 500;
  private static final int HITS_MEASURED = 1_000;

  /** A fence may close for a moment on a machine that is short of processor time. */
  private static final int HITS_EXPECTED = 900;

  private final DemoStack stack;
  private final BooleanSupplier ending;
  private long killedNanos;
  private final List<Step> steps = new ArrayList<>();

  /**
   * A tour of a stack that is up.
   *
   * @param ending whether the program ends, and its servers with it: no step is tried then
   */
  Tour(DemoStack stack, BooleanSupplier ending) {
    this.stack = stack;
    this.ending = ending;
    steps.addAll(
        List.of(
            new Step("read through A, the first: a miss", this::firstRead),
            new Step("read through A again: a hit", this::secondRead),
            new Step("1,000 more reads: the median hit", this::manyHits),
            new Step("the same from Redis: the median", this::manyDirect),
            new Step("write through B, read through A", this::writeThroughB),
            new Step("write to Redis itself, read through A", this::writeAround),
            new Step("kill -9 of B: A serves on", this::killB),
            new Step("A answers from memory again", this::hitsAgain),
            new Step("B returns and joins", this::bReturns),
            new Step("write through A, read through B", this::writeThroughA)));
    DemoPostgres postgres = stack.postgres();
    if (postgres != null) {
      steps.addAll(new PostgresTour(postgres, stack.a(), stack.b()).steps());
    }
  }

  /** Runs every step and prints its line; whether all went as promised. */
  boolean run(PrintWriter out, boolean colour) {
    StepTable table = new StepTable(out, colour, steps);
    boolean all = true;
    for (int i = 0; i < steps.size() && !ending.getAsBoolean(); i++) {
      Step step = steps.get(i);
      try {
        table.ok(i + 1, step, step.check().run());
      } catch (IOException | RuntimeException failed) {
        all = false;
        if (ending.getAsBoolean()) {
          break;
        }
        String message = failed.getMessage();
        table.failed(i + 1, step, message == null ? failed.toString() : message);
      }
    }
    return all;
  }

  /** Reads and writes other keys, so that no step measures a JVM that loads its classes. */
  void warm() throws IOException {
    for (DemoSidecar sidecar : List.of(stack.a(), stack.b())) {
      try (RawRedis client = sidecar.connect()) {
        for (int i = 0; i < WARM_KEYS; i++) {
          expect("+OK\r\n", client.ask("SET", "demo:warm:" + i, "x"));
          for (int read = 0; read < 3; read++) {
            expect(bulk("x"), client.ask("GET", "demo:warm:" + i));
          }
        }
      }
      sidecar.explain(KEY);
    }
    try (RawRedis client = stack.redis().connect()) {
      for (int i = 0; i < WARM_KEYS; i++) {
        client.ask("DEL", "demo:warm:" + i);
      }
    }
  }

  private Finding firstRead() throws IOException {
    try (RawRedis redis = stack.redis().connect();
        RawRedis client = stack.a().connect()) {
      expect("+OK\r\n", redis.ask("SET", KEY, "hello"));
      expect("+PONG\r\n", client.ask("PING"));
      stack.a().awaitPeers(1);
      Waiting.until(MAX_STALENESS, () -> !stack.a().explain(KEY).served(), () -> "A holds the key");
      Counts before = stack.a().counts();
      long nanos = timedRead(client, "hello");
      Counts after = stack.a().counts();
      check(after.misses() > before.misses(), "A counted no miss");
      check(after.hits() == before.hits(), "A counted a hit");
      check(stack.a().explain(KEY).served(), "A does not hold the key after the read");
      return new Finding(nanos, "asked Redis; A holds the key now; " + counted(before, after));
    }
  }

  private Finding secondRead() throws IOException {
    try (RawRedis client = stack.a().connect()) {
      expect("+PONG\r\n", client.ask("PING"));
      hold(stack.a(), client);
      Counts before = stack.a().counts();
      long nanos = timedRead(client, "hello");
      Counts after = stack.a().counts();
      check(after.hits() == before.hits() + 1, "A counted no hit");
      check(after.misses() == before.misses(), "A counted a miss");
      return new Finding(nanos, "from A's memory; " + counted(before, after));
    }
  }

  private Finding manyHits() throws IOException {
    try (RawRedis client = stack.a().connect()) {
      Counts before = stack.a().counts();
      long median = medianRead(client);
      Counts after = stack.a().counts();
      check(after.hits() - before.hits() >= HITS_EXPECTED, counted(before, after));
      return new Finding(median, counted(before, after));
    }
  }

  private Finding manyDirect() throws IOException {
    try (RawRedis client = stack.redis().connect()) {
      return new Finding(
          medianRead(client), "no network between here: a pod far from Redis wins a round trip");
    }
  }

  private Finding writeThroughB() throws IOException {
    try (RawRedis writer = stack.b().connect()) {
      return seen(stack.a(), writer, "written through B");
    }
  }

  private Finding writeAround() throws IOException {
    try (RawRedis writer = stack.redis().connect()) {
      return seen(stack.a(), writer, "written around both");
    }
  }

  private Finding writeThroughA() throws IOException {
    try (RawRedis writer = stack.a().connect()) {
      return seen(stack.b(), writer, "written through A");
    }
  }

  /** Makes a sidecar hold the key, writes elsewhere, and waits until its reads show the write. */
  private Finding seen(DemoSidecar reader, RawRedis writer, String value) throws IOException {
    try (RawRedis client = reader.connect()) {
      hold(reader, client);
      expect("+OK\r\n", writer.ask("SET", KEY, value));
      long nanos =
          Waiting.until(
              MAX_STALENESS,
              () -> client.ask("GET", KEY).equals(bulk(value)),
              () -> reader.name() + " still shows another value");
      Explained explained = reader.explain(KEY);
      return new Finding(
          nanos,
          "after the write's reply (promise: %d ms); %s was told by %s"
              .formatted(MAX_STALENESS.toMillis(), reader.name(), explained.droppedBy()));
    }
  }

  /** Reads through A all the while until its membership shows that B is gone. */
  private Finding killB() throws IOException {
    try (RawRedis client = stack.a().connect()) {
      String held = client.ask("GET", KEY);
      stack.b().process().kill();
      killedNanos = System.nanoTime();
      long reads = 0;
      long slowest = 0;
      do {
        check(System.nanoTime() - killedNanos < GONE_WITHIN.toNanos(), "A lists B still");
        for (int i = 0; i < READS_BETWEEN_LOOKS; i++, reads++) {
          long start = System.nanoTime();
          expect(held, client.ask("GET", KEY));
          slowest = Math.max(slowest, System.nanoTime() - start);
        }
      } while (!stack.a().peers().isEmpty());
      return new Finding(
          slowest,
          "the slowest of %d reads through A until its /cluster showed B gone, after %s"
              .formatted(reads, StepTable.millis(System.nanoTime() - killedNanos)));
    }
  }

  private Finding hitsAgain() throws IOException {
    try (RawRedis client = stack.a().connect()) {
      hold(stack.a(), client);
      return new Finding(
          System.nanoTime() - killedNanos, "after the kill; until then A asked Redis");
    }
  }

  private Finding bReturns() {
    long start = System.nanoTime();
    stack.b().process().restart();
    stack.b().awaitPeers(1);
    stack.a().awaitPeers(1);
    return new Finding(
        System.nanoTime() - start,
        "from exec; A lists %s, B lists %s".formatted(stack.a().peers(), stack.b().peers()));
  }

  /** Reads, where that is needed, until the sidecar answers the key from memory. */
  private static void hold(DemoSidecar sidecar, RawRedis client) {
    Waiting.until(
        GONE_WITHIN,
        () -> {
          if (sidecar.explain(KEY).served()) {
            return true;
          }
          client.ask("GET", KEY);
          return sidecar.explain(KEY).served();
        },
        () -> sidecar.name() + " does not hold the key");
  }

  private static long timedRead(RawRedis client, String value) throws IOException {
    long start = System.nanoTime();
    String reply = client.ask("GET", KEY);
    long nanos = System.nanoTime() - start;
    expect(bulk(value), reply);
    return nanos;
  }

  private static long medianRead(RawRedis client) throws IOException {
    long[] nanos = new long[HITS_MEASURED];
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = timedRead(client, "hello");
    }
    Arrays.sort(nanos);
    return nanos[nanos.length / 2];
  }

  private static String counted(Counts before, Counts after) {
    return "A counts hits +%d, misses +%d"
        .formatted(after.hits() - before.hits(), after.misses() - before.misses());
  }

  private static String bulk(String value) {
    return "$" + value.length() + "\r\n" + value + "\r\n";
  }

  private static void expect(String expected, String reply) {
    check(reply.equals(expected), "answered " + reply.strip() + ", not " + expected.strip());
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new StepFailedException(otherwise);
    }
  }
}
