package io.nearside.tests.bench;

import io.nearside.tests.stack.RedisServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
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
    Map<String, Double> speed = new HashMap<>();
    for (Contestant contestant : contestants) {
      speed.put(contestant.name(), warm(load, contestant));
    }
    return Rounds.run(
        title,
        settings.rounds(),
        contestants,
        contestant -> {
          long requests = requests(speed.getOrDefault(contestant.name(), 0.0), settings.seconds());
          return measure(load.times(requests), contestant);
        },
        out);
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
