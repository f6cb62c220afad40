package io.nearside.tests.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The rounds of one contestant. Not thread-safe. */
final class Series {
  /**
   * One round.
   *
   * @param cpuSecondsPerMillion of the server's process, per million requests
   * @param upstreamShare commands that reached Redis per request of the load
   */
  record Round(LoadResult load, double cpuSecondsPerMillion, double upstreamShare) {}

  private final String name;
  private final List<Round> rounds = new ArrayList<>();

  Series(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  void add(Round round) {
    rounds.add(round);
  }

  double requestsPerSecond() {
    return median(round -> round.load().requestsPerSecond());
  }

  double p50Millis() {
    return median(round -> round.load().p50Millis());
  }

  double p99Millis() {
    return median(round -> round.load().p99Millis());
  }

  double cpuSecondsPerMillion() {
    return median(Round::cpuSecondsPerMillion);
  }

  double upstreamShare() {
    return median(Round::upstreamShare);
  }

  double median(ToDoubleFunction<Round> value) {
    return median(rounds.stream().mapToDouble(value).toArray());
  }

  /** Median over the rounds of this one's value divided by the peer's in the same round. */
  double ratioTo(Series peer, ToDoubleFunction<Round> value) {
    double[] ratios = new double[rounds.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = value.applyAsDouble(rounds.get(i)) / value.applyAsDouble(peer.rounds.get(i));
    }
    return median(ratios);
  }

  static double median(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("nothing was measured");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
