package io.nearside.tests.scale;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The figures as an SVG picture: what one sidecar receives, by the fleet's size, a line for each
 * proof and load. Both axes are logarithmic.
 */
final class ScalingPicture {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 440;
  private static final int LEFT = 90;
  private static final int RIGHT = 240;
  private static final int TOP = 40;
  private static final int BOTTOM = 50;
  private static final double X_MIN = 10;
  private static final double X_MAX = 1_000;
  private static final double Y_MIN = 1e3;
  private static final double Y_MAX = 1e9;
  private static final List<String> COLOURS =
      List.of("#1b6ca8", "#5fa8d3", "#94c9e8", "#b3541e", "#e08e45", "#f0bd8b");

  private final StringBuilder svg = new StringBuilder();

  private ScalingPicture() {}

  static String of(List<FleetFigures> figures) {
    return new ScalingPicture().draw(figures);
  }

  private String draw(List<FleetFigures> figures) {
    svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">%n"
            .formatted(WIDTH, HEIGHT));
    svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
    text(LEFT, 22, "start", "Bytes that one sidecar receives from its peers, per second");
    axes();
    Map<String, List<FleetFigures>> lines = new TreeMap<>();
    for (FleetFigures one : figures) {
      String name =
          "proof by %s, %,d writes/s"
              .formatted(
                  one.shape().proof().name().toLowerCase(Locale.ROOT),
                  one.shape().writesPerSecond());
      lines.computeIfAbsent(name, _ -> new ArrayList<>()).add(one);
    }
    int index = 0;
    for (Map.Entry<String, List<FleetFigures>> line : lines.entrySet()) {
      line(line.getKey(), line.getValue(), index++);
    }
    return svg.append("</svg>\n").toString();
  }

  private void axes() {
    for (double x = X_MIN; x <= X_MAX; x *= 10) {
      stroke(x(x), TOP, x(x), HEIGHT - BOTTOM);
      text(x(x), HEIGHT - BOTTOM + 18, "middle", "%,.0f".formatted(x));
    }
    for (double y = Y_MIN; y <= Y_MAX; y *= 10) {
      stroke(LEFT, y(y), WIDTH - RIGHT, y(y));
      text(LEFT - 8, y(y) + 4, "end", bytes(y));
    }
    text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 10, "middle", "sidecars");
  }

  private void line(String name, List<FleetFigures> points, int index) {
    String colour = COLOURS.get(index % COLOURS.size());
    StringBuilder path = new StringBuilder();
    for (FleetFigures point : points) {
      double x = x(point.shape().sidecars());
      double y = y(point.bytesReceived());
      path.append("%s%.1f %.1f ".formatted(path.isEmpty() ? "M" : "L", x, y));
      svg.append("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>%n".formatted(x, y, colour));
    }
    svg.append(
        "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n"
            .formatted(path.toString().strip(), colour));
    double legend = TOP + 12 + index * 20.0;
    svg.append(
        "<circle cx=\"%d\" cy=\"%.1f\" r=\"5\" fill=\"%s\"/>%n"
            .formatted(WIDTH - RIGHT + 24, legend - 4, colour));
    text(WIDTH - RIGHT + 36, legend, "start", name);
  }

  private void stroke(double x1, double y1, double x2, double y2) {
    svg.append(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>%n"
            .formatted(x1, y1, x2, y2));
  }

  private void text(double x, double y, String anchor, String words) {
    svg.append(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"#333333\">%s</text>%n"
            .formatted(x, y, anchor, words));
  }

  private static double x(double sidecars) {
    return LEFT + (WIDTH - LEFT - RIGHT) * part(sidecars, X_MIN, X_MAX);
  }

  private static double y(double bytes) {
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * part(bytes, Y_MIN, Y_MAX);
  }

  /** Where a value lies on a logarithmic axis, from 0 to 1. */
  private static double part(double value, double min, double max) {
    double inside = Math.clamp(value, min, max);
    return Math.log(inside / min) / Math.log(max / min);
  }

  private static String bytes(double bytes) {
    return bytes >= 1e9
        ? "%.0f GB".formatted(bytes / 1e9)
        : bytes >= 1e6 ? "%.0f MB".formatted(bytes / 1e6) : "%.0f kB".formatted(bytes / 1e3);
  }
}
