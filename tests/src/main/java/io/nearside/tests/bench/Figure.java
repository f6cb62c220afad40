package io.nearside.tests.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What is compared from day to day. The names are part of the JSON that {@code bench redis --json}
 * writes; targets are those of issue 2.
 */
enum Figure {
  HIT_P1_RATIO(Aim.AT_LEAST, 1.0, "hits over TCP, pipeline 1: requests/s to Redis direct"),
  HIT_P16_RATIO(Aim.AT_LEAST, 1.3, "hits over TCP, pipeline 16: requests/s to Redis direct"),
  HIT_P64_RATIO(Aim.AT_LEAST, 1.7, "hits over TCP, pipeline 64: requests/s to Redis direct"),
  HIT_P1_CPU_RATIO(Aim.AT_MOST, 1.0, "hits, pipeline 1: server CPU per request to Redis direct"),
  HIT_P16_CPU_RATIO(Aim.AT_MOST, 0.75, "hits, pipeline 16: server CPU per request to Redis direct"),
  HIT_P1_P99_RATIO(Aim.AT_MOST, 1.0, "hits, pipeline 1: 99th percentile to Redis direct"),
  HIT_UNIX_P1_RATIO(Aim.AT_LEAST, 1.3, "hits over the unix socket to Redis direct over TCP"),
  HIT_UNIX_P64_RATIO(Aim.AT_LEAST, 2.0, "hits over the unix socket to Redis direct over TCP"),
  PASS_P1_VS_TWEMPROXY(Aim.AT_LEAST, 1.0, "uncached GET, pipeline 1: requests/s to twemproxy"),
  PASS_P16_VS_TWEMPROXY(Aim.AT_LEAST, 1.5, "uncached GET, pipeline 16: requests/s to twemproxy"),
  HIT_DELAY1MS_RATIO(Aim.AT_LEAST, 15, "upstream 1 ms away, 50 clients: requests/s to direct"),
  HIT_DELAY1MS_ONE_CLIENT_RATIO(Aim.NONE, 0, "upstream 1 ms away, 1 client: requests/s to direct"),
  SET_P1_RATIO(Aim.NONE, 0, "writes, pipeline 1: requests/s to Redis direct"),
  IDLE_RSS_MIB(Aim.NONE, 0, "resident MiB of one of two idle sidecars that have joined"),
  FIRST_ANSWER_MS(Aim.NONE, 0, "from exec to the first answered PING, ms");

  /** On which side of the target a figure is to lie. */
  enum Aim {
    AT_LEAST,
    AT_MOST,
    NONE
  }

  private final Aim aim;
  private final double target;
  private final String meaning;

  Figure(Aim aim, double target, String meaning) {
    this.aim = aim;
    this.target = target;
    this.meaning = meaning;
  }

  /** The name in JSON and on the command line. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  String meaning() {
    return meaning;
  }

  /** The target as people read it; empty where there is none. */
  String targetText() {
    return switch (aim) {
      case AT_LEAST -> ">= " + target;
      case AT_MOST -> "<= " + target;
      case NONE -> "";
    };
  }

  /** Met or missed; empty where there is no target. */
  String verdict(double value) {
    return switch (aim) {
      case AT_LEAST -> value >= target ? "met" : "missed";
      case AT_MOST -> value <= target ? "met" : "missed";
      case NONE -> "";
    };
  }

  static Optional<Figure> of(String label) {
    return Arrays.stream(values()).filter(figure -> figure.label().equals(label)).findFirst();
  }
}
