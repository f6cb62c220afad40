package io.nearside.tests.bench;

import io.nearside.tests.bench.Pgbench.Mode;
import io.nearside.tests.stack.PgBouncer;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.PostgresYaml;
import io.nearside.tests.stack.RawPostgres;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.SidecarYaml;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Every comparison of {@code bench postgres}, in turn. One thread. */
final class PostgresBench {
  /** Server connections of each pooler. */
  static final int POOL = 10;

  /** The name of our contestant. */
  static final String NEARSIDE = "nearside";

  /** Whom server and poolers believe: no login is part of what is measured. */
  private static final String USER = "trusted_user";

  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(30);
  private static final int OTHERS_WARM_SECONDS = 1;

  private final Pgbench pgbench;
  private final PostgresBenchSettings settings;
  private final Scoreboard scores;
  private final PrintWriter out;

  PostgresBench(
      Pgbench pgbench, PostgresBenchSettings settings, Scoreboard scores, PrintWriter out) {
    this.pgbench = pgbench;
    this.settings = settings;
    this.scores = scores;
    this.out = out;
  }

  /** What is told to PostgreSQL beside what every test tells it. */
  static PostgresServer startServer() {
    return PostgresServer.start("max_connections = 300", "shared_buffers = 256MB");
  }

  /** Fills the tables and runs every comparison. */
  void run(PostgresServer postgres) throws IOException {
    pgbench.fill(
        postgres.port(),
        PostgresServer.DATABASE,
        PostgresServer.USER,
        PostgresServer.password(PostgresServer.USER));
    postgres.sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + USER);
    postgres.sql("CHECKPOINT");
    Optional<PgBouncer.Version> version = PgBouncer.version();
    PostgresYaml face = face(postgres);
    try (PgBouncer pgbouncer =
            version.isPresent() ? PgBouncer.inFrontOf(postgres, USER, POOL) : null;
        SidecarProcess sidecar = SidecarProcess.start(SidecarYaml.postgresOnly(face).text())) {
      awaitAnswer(face.port(), sidecar);
      for (Mode mode : settings.modes()) {
        List<Contestant> all = new ArrayList<>();
        all.add(contestant(PostgresFigure.Peer.DIRECT.label(), postgres.port(), 0));
        if (pgbouncer != null && (mode != Mode.PREPARED || version.orElseThrow().canPrepare())) {
          all.add(
              contestant(PostgresFigure.Peer.PGBOUNCER.label(), pgbouncer.port(), pgbouncer.pid()));
        }
        all.add(contestant(NEARSIDE, face.port(), sidecar.pid()));
        for (int clients : settings.clients()) {
          compare(mode, clients, all);
        }
      }
    }
  }

  private Contestant contestant(String name, int port, long pid) {
    int warm = name.equals(NEARSIDE) ? settings.warmSeconds() : OTHERS_WARM_SECONDS;
    return new Contestant(
        name, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), pid, warm);
  }

  private void compare(Mode mode, int clients, List<Contestant> all) throws IOException {
    for (Contestant contestant : all) {
      pgbench(contestant, mode, clients, (int) contestant.warmSeconds());
    }
    String title = mode.label() + "_c" + clients;
    Map<String, Series> series =
        Rounds.run(
            title,
            settings.rounds(),
            all,
            contestant -> {
              double before = contestant.cpuSeconds();
              Pgbench.Result result = pgbench(contestant, mode, clients, settings.seconds());
              double cpu = contestant.cpuSeconds() - before;
              return new Series.Round(result.load(), cpu * 1e6 / result.transactions(), 1);
            },
            out);
    series.values().forEach(one -> scores.putRawTransactions(title, one));
    for (PostgresFigure figure : figures(mode, clients)) {
      Series ours = series.get(NEARSIDE);
      Series peer = series.get(figure.peer().label());
      if (ours != null && peer != null) {
        scores.putRatio(figure, ours, peer, figure.measure().value());
      }
    }
  }

  private static Set<PostgresFigure> figures(Mode mode, int clients) {
    Set<PostgresFigure> figures = EnumSet.allOf(PostgresFigure.class);
    figures.removeIf(figure -> !figure.isOf(mode, clients));
    return figures;
  }

  private Pgbench.Result pgbench(Contestant contestant, Mode mode, int clients, int seconds)
      throws IOException {
    int port = ((InetSocketAddress) contestant.address()).getPort();
    try {
      return pgbench.run(port, PostgresServer.DATABASE, USER, mode, clients, seconds);
    } catch (IOException failed) {
      throw new IOException(contestant.name() + ": " + failed.getMessage(), failed);
    }
  }

  private static PostgresYaml face(PostgresServer postgres) {
    return PostgresYaml.inFrontOf(postgres)
        .with("tls.mode", "disable")
        .with("auth.method", "trust")
        .with("pool.mode", "transaction")
        .with("pool.min", Integer.toString(POOL))
        .with("pool.max", Integer.toString(POOL));
  }

  /** Until the sidecar has found the primary. */
  private static void awaitAnswer(int port, SidecarProcess sidecar) {
    long deadline = System.nanoTime() + ANSWERS_WITHIN.toNanos();
    @Nullable IOException last = null;
    while (System.nanoTime() < deadline && sidecar.isAlive()) {
      try (RawPostgres connection = RawPostgres.login(port, PostgresServer.DATABASE, USER, "")) {
        if (connection.rows("SELECT 1").size() == 1) {
          return;
        }
      } catch (IOException notYet) {
        last = notYet;
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }
    }
    throw new IllegalStateException("the sidecar does not answer: " + sidecar.log(), last);
  }
}
