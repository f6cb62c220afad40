package io.nearside.tests.bench;

import java.util.Arrays;
import java.util.Optional;

/** The figures of {@code bench redis}; targets are those of issue 2. */
@SuppressWarnings("ImmutableEnumChecker") // Goal is a record of a constant and a number
enum RedisFigure implements Figure {
  HIT_P1_RATIO(Goal.atLeast(1.0), "hits over TCP, pipeline 1: requests/s to Redis direct"),
  HIT_P16_RATIO(Goal.atLeast(1.3), "hits over TCP, pipeline 16: requests/s to Redis direct"),
  HIT_P64_RATIO(Goal.atLeast(1.7), "hits over TCP, pipeline 64: requests/s to Redis direct"),
  HIT_P1_CPU_RATIO(Goal.atMost(1.0), "hits, pipeline 1: server CPU per request to Redis direct"),
  HIT_P16_CPU_RATIO(Goal.atMost(0.75), "hits, pipeline 16: server CPU per request to Redis direct"),
  HIT_P1_P99_RATIO(Goal.atMost(1.0), "hits, pipeline 1: 99th percentile to Redis direct"),
  HIT_UNIX_P1_RATIO(Goal.atLeast(1.3), "hits over the unix socket to Redis direct over TCP"),
  HIT_UNIX_P64_RATIO(Goal.atLeast(2.0), "hits over the unix socket to Redis direct over TCP"),
  PASS_P1_VS_TWEMPROXY(Goal.atLeast(1.0), "uncached GET, pipeline 1: requests/s to twemproxy"),
  PASS_P16_VS_TWEMPROXY(Goal.atLeast(1.5), "uncached GET, pipeline 16: requests/s to twemproxy"),
  HIT_DELAY1MS_RATIO(Goal.atLeast(15), "upstream 1 ms away, 50 clients: requests/s to direct"),
  HIT_DELAY1MS_ONE_CLIENT_RATIO(Goal.NONE, "upstream 1 ms away, 1 client: requests/s to direct"),
  SET_P1_RATIO(Goal.NONE, "writes, pipeline 1: requests/s to Redis direct"),
  IDLE_RSS_MIB(Goal.NONE, "resident MiB of one of two idle sidecars that have joined"),
  FIRST_ANSWER_MS(Goal.NONE, "from exec to the first answered PING, ms");

  private final Goal goal;
  private final String meaning;

  RedisFigure(Goal goal, String meaning) {
    this.goal = goal;
    this.meaning = meaning;
  }

  @Override
  public String meaning() {
    return meaning;
  }

  @Override
  public Goal goal() {
    return goal;
  }

  static Optional<RedisFigure> of(String label) {
    return Arrays.stream(values()).filter(figure -> figure.label().equals(label)).findFirst();
  }
}
