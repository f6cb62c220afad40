package io.nearside.tests.bench;

import io.nearside.agent.Agent;
import io.nearside.agent.cache.warm.WarmProgress;
import io.nearside.agent.redis.RedisStatistics;
import io.nearside.tests.coherence.InProcessFleet;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;

/**
 * What warming does for sidecars that join a fleet, and what it costs the upstream: two sidecars
 * with a hot set, joiners that get traffic as soon as they say that they have started. All in this
 * process, on a real Redis.
 */
final class WarmingBench {
  private static final Duration WITHIN = Duration.ofSeconds(60);
  private static final double SKEW = 1.0;

  private final WarmingBenchSettings settings;
  private final double[] cumulative;

  /**
   * What came of one run.
   *
   * @param hitRate of the clients' reads in the measured time, of all joiners
   * @param startSeconds until the last joiner said that it has started
   * @param warmReads keys read upstream until then, by all joiners
   * @param laterReads keys read upstream in the measured time, for clients and by warming
   */
  record Result(
      int joiners,
      boolean warming,
      double hitRate,
      double startSeconds,
      long warmReads,
      long laterReads) {}

  WarmingBench(WarmingBenchSettings settings) {
    this.settings = settings;
    this.cumulative = new double[settings.keys()];
    double sum = 0;
    for (int i = 0; i < cumulative.length; i++) {
      sum += 1 / Math.pow(i + 1, SKEW);
      cumulative[i] = sum;
    }
  }

  Result run(int joiners, boolean warming) throws InterruptedException {
    try (InProcessFleet fleet = InProcessFleet.start(2, true, settings.seed());
        ExecutorService threads = Executors.newFixedThreadPool(joiners)) {
      RedisServer redis = fleet.redis();
      heat(fleet);
      long before = gets(redis);
      long began = System.nanoTime();
      Map<String, String> variables =
          Map.of("NEARSIDE_REDIS_WARM_ENABLED", Boolean.toString(warming));
      List<Agent> joined = all(threads, joiners, i -> join(fleet, variables));
      double seconds = (System.nanoTime() - began) / 1e9;
      long started = gets(redis);
      List<RedisStatistics> first = all(threads, joiners, i -> statistics(joined.get(i)));
      all(threads, joiners, i -> load(joined.get(i).redisPort(), settings.seed() + i));
      List<RedisStatistics> last = all(threads, joiners, i -> statistics(joined.get(i)));
      long hits = sum(last, first, RedisStatistics::hits);
      long others =
          sum(last, first, RedisStatistics::misses)
              + sum(last, first, RedisStatistics::joined)
              + sum(last, first, RedisStatistics::around);
      return new Result(
          joiners,
          warming,
          (double) hits / (hits + others),
          seconds,
          started - before,
          gets(redis) - started);
    }
  }

  private interface Task<T> {
    T run(int index) throws IOException, InterruptedException;
  }

  private static <T> List<T> all(ExecutorService threads, int count, Task<T> task)
      throws InterruptedException {
    List<Future<T>> running = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int index = i;
      running.add(threads.submit(() -> task.run(index)));
    }
    List<T> results = new ArrayList<>();
    for (Future<T> one : running) {
      try {
        results.add(one.get());
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    return results;
  }

  private static Agent join(InProcessFleet fleet, Map<String, String> variables) {
    Agent agent = fleet.join(variables);
    await(
        "started and fresh",
        () -> agent.redis().warmer().progress().started() && agent.redis().fence().open());
    return agent;
  }

  /** Fills the server, and reads through the first sidecar until the hot set is remembered. */
  private void heat(InProcessFleet fleet) {
    String value = "x".repeat(settings.valueBytes());
    try (RawRedis client = fleet.redis().connect();
        RawRedis reader = RawRedis.connect(fleet.agent(0).redisPort())) {
      for (int i = 0; i < settings.keys(); i++) {
        client.command("SET", "key:" + i, value);
      }
      var random = new Random(settings.seed());
      await(
          "a hot set",
          () -> {
            for (int i = 0; i < settings.keys(); i++) {
              ask(reader, i);
              ask(reader, next(random));
            }
            WarmProgress progress = fleet.agent(0).redis().warmer().progress();
            return progress.remembered() >= settings.keys();
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void ask(RawRedis client, int key) {
    try {
      client.command("GET", "key:" + key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads at a steady rate for the measured time. */
  private int load(int port, long seed) throws IOException {
    var random = new Random(seed);
    long began = System.nanoTime();
    long gap = TimeUnit.SECONDS.toNanos(1) / settings.readsPerSecond();
    int reads = settings.seconds() * settings.readsPerSecond();
    try (RawRedis client = RawRedis.connect(port)) {
      for (int i = 0; i < reads; i++) {
        long due = began + i * gap;
        while (System.nanoTime() - due < 0) {
          LockSupport.parkNanos(due - System.nanoTime());
        }
        client.command("GET", "key:" + next(random));
      }
    }
    return reads;
  }

  /** Zipf: the first key is asked most. */
  private int next(Random random) {
    double point = random.nextDouble() * cumulative[cumulative.length - 1];
    int at = Arrays.binarySearch(cumulative, point);
    return Math.min(at < 0 ? -at - 1 : at, cumulative.length - 1);
  }

  private static long gets(RedisServer redis) {
    String line = redis.info().getOrDefault("cmdstat_get", "calls=0,");
    return Long.parseLong(line.substring("calls=".length(), line.indexOf(',')));
  }

  private static long sum(
      List<RedisStatistics> last,
      List<RedisStatistics> first,
      ToLongFunction<RedisStatistics> figure) {
    return last.stream().mapToLong(figure).sum() - first.stream().mapToLong(figure).sum();
  }

  private static RedisStatistics statistics(Agent agent) throws InterruptedException {
    try {
      return agent
          .redis()
          .statistics()
          .toCompletionStage()
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("no statistics", e);
    }
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + WITHIN.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("not within " + WITHIN + ": " + what);
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }
}
