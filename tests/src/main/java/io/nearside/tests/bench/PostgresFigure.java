package io.nearside.tests.bench;

import io.nearside.tests.bench.Pgbench.Mode;
import java.util.function.ToDoubleFunction;

/** The figures of {@code bench postgres}; targets are those of issue 3. */
@SuppressWarnings("ImmutableEnumChecker") // Goal is a record of a constant and a number
enum PostgresFigure implements Figure {
  SIMPLE_C1_VS_DIRECT(Mode.SIMPLE, 1, Peer.DIRECT, Measure.TPS, Goal.NONE),
  SIMPLE_C20_VS_DIRECT(Mode.SIMPLE, 20, Peer.DIRECT, Measure.TPS, Goal.NONE),
  SIMPLE_C100_VS_DIRECT(Mode.SIMPLE, 100, Peer.DIRECT, Measure.TPS, Goal.NONE),
  P99_C100_VS_DIRECT(Mode.SIMPLE, 100, Peer.DIRECT, Measure.P99, Goal.atMost(1.0)),
  SIMPLE_C1_VS_PGBOUNCER(Mode.SIMPLE, 1, Peer.PGBOUNCER, Measure.TPS, Goal.NONE),
  SIMPLE_C20_VS_PGBOUNCER(Mode.SIMPLE, 20, Peer.PGBOUNCER, Measure.TPS, Goal.atLeast(1.0)),
  SIMPLE_C100_VS_PGBOUNCER(Mode.SIMPLE, 100, Peer.PGBOUNCER, Measure.TPS, Goal.atLeast(1.0)),
  SIMPLE_C20_CPU_VS_PGBOUNCER(Mode.SIMPLE, 20, Peer.PGBOUNCER, Measure.CPU, Goal.atMost(1.5)),
  EXTENDED_C1_VS_PGBOUNCER(Mode.EXTENDED, 1, Peer.PGBOUNCER, Measure.TPS, Goal.NONE),
  EXTENDED_C20_VS_PGBOUNCER(Mode.EXTENDED, 20, Peer.PGBOUNCER, Measure.TPS, Goal.atLeast(1.0)),
  EXTENDED_C100_VS_PGBOUNCER(Mode.EXTENDED, 100, Peer.PGBOUNCER, Measure.TPS, Goal.atLeast(1.0)),
  EXTENDED_C20_VS_DIRECT(Mode.EXTENDED, 20, Peer.DIRECT, Measure.TPS, Goal.NONE),
  PREPARED_C1_VS_DIRECT(Mode.PREPARED, 1, Peer.DIRECT, Measure.TPS, Goal.NONE),
  PREPARED_C20_VS_DIRECT(Mode.PREPARED, 20, Peer.DIRECT, Measure.TPS, Goal.atLeast(0.85)),
  PREPARED_C100_VS_DIRECT(Mode.PREPARED, 100, Peer.DIRECT, Measure.TPS, Goal.NONE),
  PREPARED_C20_VS_PGBOUNCER(Mode.PREPARED, 20, Peer.PGBOUNCER, Measure.TPS, Goal.NONE);

  /** With whom we compare ourselves. */
  enum Peer {
    DIRECT("direct"),
    PGBOUNCER("pgbouncer");

    private final String label;

    Peer(String label) {
      this.label = label;
    }

    /** The contestant's name. */
    String label() {
      return label;
    }
  }

  /** Which of a round's numbers. */
  @SuppressWarnings("ImmutableEnumChecker") // the functions have no state
  enum Measure {
    TPS("transactions/s", round -> round.load().requestsPerSecond()),
    P99("99th percentile", round -> round.load().p99Millis()),
    CPU("proxy CPU s per 100,000", round -> round.cpuSecondsPerMillion() / 10);

    private final String text;
    private final ToDoubleFunction<Series.Round> value;

    Measure(String text, ToDoubleFunction<Series.Round> value) {
      this.text = text;
      this.value = value;
    }

    ToDoubleFunction<Series.Round> value() {
      return value;
    }
  }

  private final Mode mode;
  private final int clients;
  private final Peer peer;
  private final Measure measure;
  private final Goal goal;

  PostgresFigure(Mode mode, int clients, Peer peer, Measure measure, Goal goal) {
    this.mode = mode;
    this.clients = clients;
    this.peer = peer;
    this.measure = measure;
    this.goal = goal;
  }

  /** Whether it comes out of this comparison. */
  boolean isOf(Mode anyMode, int anyClients) {
    return mode == anyMode && clients == anyClients;
  }

  Peer peer() {
    return peer;
  }

  Measure measure() {
    return measure;
  }

  @Override
  public String meaning() {
    return "%s, %d client%s: %s to %s"
        .formatted(mode.label(), clients, clients == 1 ? "" : "s", measure.text, peer.label());
  }

  @Override
  public Goal goal() {
    return goal;
  }
}
