package io.nearside.tests.scale;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The figures as rows of a Markdown table, and as JSON. */
final class ScalingTable {
  static final String HEAD =
      """
      | run | proof | sidecars | writes/s | frames/s at one sidecar | kB/s sent | kB/s received | everywhere, half / all, ms | frames of a join |
      |---|---|---|---|---|---|---|---|---|\
      """
          .stripIndent();

  private ScalingTable() {}

  static String row(String how, FleetFigures figures) {
    return "| %s | %s | %,d | %,d | %s | %.1f | %.1f | %.2f / %.2f | %s |"
        .formatted(
            how,
            proof(figures),
            figures.shape().sidecars(),
            figures.shape().writesPerSecond(),
            count(figures.framesReceived()),
            figures.bytesSent() / 1_000,
            figures.bytesReceived() / 1_000,
            figures.everywhereMillis50(),
            figures.everywhereMillisMax(),
            count(figures.joinFrames()));
  }

  private static String proof(FleetFigures figures) {
    return figures.shape().proof().name().toLowerCase(Locale.ROOT);
  }

  private static String count(double value) {
    return Double.isNaN(value) ? "" : "%,.0f".formatted(value);
  }

  static String json(List<FleetFigures> simulated, List<FleetFigures> real) {
    return "{\n  \"simulated\": [%s],\n  \"real\": [%s]\n}\n"
        .formatted(array(simulated), array(real));
  }

  private static String array(List<FleetFigures> all) {
    return all.stream()
        .map(ScalingTable::object)
        .collect(Collectors.joining(",\n    ", "\n    ", ""));
  }

  private static String object(FleetFigures one) {
    return "{\"proof\": \"%s\", \"sidecars\": %d, \"writes_per_second\": %d, \"frames_received\": %s, \"bytes_sent\": %s, \"bytes_received\": %s, \"everywhere_ms_p50\": %s, \"everywhere_ms_max\": %s, \"join_frames\": %s}"
        .formatted(
            proof(one),
            one.shape().sidecars(),
            one.shape().writesPerSecond(),
            number(one.framesReceived()),
            number(one.bytesSent()),
            number(one.bytesReceived()),
            number(one.everywhereMillis50()),
            number(one.everywhereMillisMax()),
            number(one.joinFrames()));
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "null" : String.format(Locale.ROOT, "%.3f", value);
  }
}
