package io.nearside.tests.bench;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Collects figures and raw numbers, prints them, and gives them as JSON. One thread. */
final class Scoreboard {
  private record Score(String ours, String peer, double value) {}

  private final Map<Figure, Score> scores = new LinkedHashMap<>();
  private final Map<String, Double> raw = new LinkedHashMap<>();

  /** A figure that stands alone. */
  void put(Figure figure, double value) {
    scores.put(figure, new Score(number(value), "", value));
  }

  /** A figure of ours beside the same of a peer, which is a raw number, too. */
  void putBeside(Figure figure, double value, String peer, double peersValue) {
    scores.put(figure, new Score(number(value), number(peersValue) + " " + peer, value));
    putRaw(figure.label() + "_" + peer.replace(' ', '_'), peersValue);
  }

  /** A figure that is our value by the peer's. */
  void putRatio(Figure figure, Series ours, Series peer, ToDoubleFunction<Series.Round> value) {
    scores.put(
        figure,
        new Score(
            number(ours.median(value)),
            number(peer.median(value)) + " " + peer.name(),
            ours.ratioTo(peer, value)));
  }

  /** All that was measured of one contestant, for the curious. */
  void putRaw(String comparison, Series series) {
    String prefix = comparison + "_" + series.name().replace('-', '_') + "_";
    raw.put(prefix + "rps", series.requestsPerSecond());
    raw.put(prefix + "p50_ms", series.p50Millis());
    raw.put(prefix + "p99_ms", series.p99Millis());
    raw.put(prefix + "cpu_s_per_million", series.cpuSecondsPerMillion());
    raw.put(prefix + "upstream_share", series.upstreamShare());
  }

  /** The same of a load of transactions; without the CPU of a contestant that has no process. */
  void putRawTransactions(String comparison, Series series) {
    String prefix = comparison + "_" + series.name() + "_";
    raw.put(prefix + "tps", series.requestsPerSecond());
    raw.put(prefix + "p50_ms", series.p50Millis());
    raw.put(prefix + "p99_ms", series.p99Millis());
    if (Double.isFinite(series.cpuSecondsPerMillion())) {
      raw.put(prefix + "cpu_s_per_100k", series.cpuSecondsPerMillion() / 10);
    }
  }

  /** Whether there is any figure. */
  boolean hasFigures() {
    return !scores.isEmpty();
  }

  void putRaw(String name, double value) {
    raw.put(name, value);
  }

  void print(PrintWriter out) {
    out.println();
    out.println("raw, medians over the rounds:");
    raw.forEach((name, value) -> out.printf("  %-44s %s%n", name, number(value)));
    out.println();
    out.printf(
        "%-28s %12s %20s %9s %9s %-7s %s%n",
        "figure", "ours", "peer", "value", "target", "", "meaning");
    scores.forEach(
        (figure, score) ->
            out.printf(
                "%-28s %12s %20s %9s %9s %-7s %s%n",
                figure.label(),
                score.ours(),
                score.peer(),
                number(score.value()),
                figure.goal().text(),
                figure.goal().verdict(score.value()),
                figure.meaning()));
    out.flush();
  }

  /** One flat object: every figure and every raw number by its name. */
  String json() {
    StringBuilder json = new StringBuilder("{");
    scores.forEach((figure, score) -> append(json, figure.label(), score.value()));
    raw.forEach((name, value) -> append(json, "raw_" + name, value));
    return json.append("\n}\n").toString();
  }

  private static void append(StringBuilder json, String name, double value) {
    if (Double.isFinite(value)) {
      json.append(json.length() == 1 ? "\n" : ",\n");
      json.append(String.format(Locale.ROOT, "  \"%s\": %.4f", name, value));
    }
  }

  private static String number(double value) {
    return String.format(
        Locale.ROOT, value >= 1_000 ? "%,.0f" : value >= 20 ? "%.1f" : "%.3f", value);
  }
}
