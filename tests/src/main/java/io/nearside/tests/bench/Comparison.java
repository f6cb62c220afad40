package io.nearside.tests.bench;

import io.nearside.tests.stack.RedisServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Puts the same load on several servers in turn, round after round. One thread. */
final class Comparison {
  private static final long FIRST_REQUESTS = 2_000;
  private static final double DIRECT_WARM_SECONDS = 0.5;

  private final LoadGenerator generator;
  private final RedisServer redis;
  private final BenchSettings settings;
  private final PrintWriter out;

  Comparison(LoadGenerator generator, RedisServer redis, BenchSettings settings, PrintWriter out) {
    this.generator = generator;
    this.redis = redis;
    this.settings = settings;
    this.out = out;
  }

  /**
   * Warms each contestant up, then measures all of them in each round.
   *
   * @param load its target and number of requests are set here
   * @return the contestants' series by name
   */
  Map<String, Series> run(String title, Load load, List<Contestant> contestants)
      throws IOException {
    Map<String, Series> series = new LinkedHashMap<>();
    Map<String, Double> speed = new LinkedHashMap<>();
    for (Contestant contestant : contestants) {
      series.put(contestant.name(), new Series(contestant.name()));
      speed.put(contestant.name(), warm(load, contestant));
    }
    for (int round = 1; round <= settings.rounds(); round++) {
      StringBuilder line =
          new StringBuilder("%-28s round %d/%d:".formatted(title, round, settings.rounds()));
      for (Contestant contestant : contestants) {
        long requests = requests(speed.getOrDefault(contestant.name(), 0.0), settings.seconds());
        Series.Round measured = measure(load.times(requests), contestant);
        Series one = series.get(contestant.name());
        if (one != null) {
          one.add(measured);
        }
        line.append(
            String.format(
                Locale.ROOT,
                "  %s %,.0f/s",
                contestant.name(),
                measured.load().requestsPerSecond()));
      }
      out.println(line);
      out.flush();
    }
    return series;
  }

  /** Runs the load until the contestant's time is over; gives the speed of the last part. */
  private double warm(Load load, Contestant contestant) throws IOException {
    double rest = Math.max(DIRECT_WARM_SECONDS, contestant.warmSeconds());
    double speed =
        generator.run(load.against(contestant.address()).times(FIRST_REQUESTS)).requestsPerSecond();
    while (rest > 0) {
      double part = Math.min(rest, 2);
      long requests = requests(speed, part);
      speed = generator.run(load.against(contestant.address()).times(requests)).requestsPerSecond();
      rest -= part;
    }
    return speed;
  }

  private static long requests(double speed, double seconds) {
    return Math.max(FIRST_REQUESTS, Math.round(speed * seconds));
  }

  private Series.Round measure(Load load, Contestant contestant) throws IOException {
    long commandsBefore = commandsOfRedis();
    double cpuBefore = contestant.cpuSeconds();
    LoadResult result = generator.run(load.against(contestant.address()));
    double cpu = contestant.cpuSeconds() - cpuBefore;
    long commands = commandsOfRedis() - commandsBefore;
    return new Series.Round(
        result, cpu * 1e6 / load.requests(), (double) commands / load.requests());
  }

  private long commandsOfRedis() {
    return Long.parseLong(redis.info().getOrDefault("total_commands_processed", "0"));
  }
}
