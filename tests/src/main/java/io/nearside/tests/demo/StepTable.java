package io.nearside.tests.demo;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Prints aligned lines: the endpoints, and a line for each step when it is done. */
final class StepTable {
  private static final String GREEN = "\u001b[32m";
  private static final String RED = "\u001b[31m";
  private static final String PLAIN = "\u001b[0m";
  private static final double NANOS_PER_MILLI = 1e6;

  private final PrintWriter out;
  private final boolean colour;
  private final int titleChars;

  /**
   * A table for these steps.
   *
   * @param colour whether the outcome may be coloured
   */
  StepTable(PrintWriter out, boolean colour, List<Step> steps) {
    this.out = out;
    this.colour = colour;
    this.titleChars = steps.stream().mapToInt(step -> step.title().length()).max().orElse(0);
  }

  /** Prints rows in columns as wide as their widest cell. */
  static void columns(PrintWriter out, List<List<String>> rows) {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        line.append(padded(row.get(i), widths[i] + 2));
      }
      out.println("  " + line.toString().stripTrailing());
    }
    out.flush();
  }

  void ok(int number, Step step, Step.Finding finding) {
    line(number, step, GREEN, "ok", millis(finding.nanos()), finding.proof());
  }

  void failed(int number, Step step, String why) {
    line(number, step, RED, "FAILED", "", why);
  }

  private void line(
      int number, Step step, String tint, String outcome, String time, String detail) {
    String padded = padded(outcome, 6);
    out.println(
        String.format(
            Locale.ROOT,
            "  %2d  %s  %s  %11s  %s",
            number,
            colour ? tint + padded + PLAIN : padded,
            padded(step.title(), titleChars),
            time,
            detail));
    out.flush();
  }

  /** Milliseconds with the digits that mean something. */
  static String millis(long nanos) {
    double millis = nanos / NANOS_PER_MILLI;
    return String.format(Locale.ROOT, millis < 10 ? "%.3f ms" : "%.0f ms", millis);
  }

  private static String padded(String text, int chars) {
    return text + " ".repeat(Math.max(0, chars - text.length()));
  }
}
