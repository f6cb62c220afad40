package io.nearside.tests.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nearside.tests.stack.PgBouncer;
import io.nearside.tests.stack.PostgresServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The benchmark runs and says what it measured; how fast anything is, is not tested here. */
final class PostgresBenchTest {
  private static final long[] LATENCIES = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

  @TempDir private Path folder;

  @Test
  @Timeout(180)
  void bench_oneShortRound_measuresEveryContestantInEveryMode() throws IOException {
    assumeTrue(PostgresServer.isAvailable(), "no PostgreSQL for this machine");
    assumeTrue(Pgbench.installed().isPresent(), "no pgbench here (Debian: postgresql-contrib)");
    var out = new StringWriter();
    Path json = folder.resolve("figures.json");

    int exit =
        new CommandLine(new PostgresBenchCommand())
            .setOut(new PrintWriter(out, true))
            .execute("--quick", "--rounds=1", "--clients=20", "--json=" + json);

    assertEquals(0, exit, out::toString);
    JsonObject figures = new JsonObject(Files.readString(json));
    boolean pgbouncer = PgBouncer.version().isPresent();
    boolean prepares = PgBouncer.version().filter(PgBouncer.Version::canPrepare).isPresent();
    for (Pgbench.Mode mode : Pgbench.Mode.values()) {
      String title = mode.label() + "_c20";
      assertMeasured(figures, title + "_direct");
      assertMeasured(figures, title + "_nearside");
      assertTrue(figures.getDouble("raw_" + title + "_nearside_cpu_s_per_100k") > 0, title);
      if (mode == Pgbench.Mode.PREPARED ? prepares : pgbouncer) {
        assertMeasured(figures, title + "_pgbouncer");
      }
    }
    assertTrue(figures.getDouble("prepared_c20_vs_direct") > 0, figures::encode);
    assertEquals(pgbouncer, figures.containsKey("simple_c20_vs_pgbouncer"), figures::encode);
    assertFalse(figures.containsKey("raw_simple_c20_direct_cpu_s_per_100k"), figures::encode);
    assertTrue(out.toString().contains("PgBouncer") || !pgbouncer, out::toString);
  }

  private static void assertMeasured(JsonObject figures, String contestant) {
    double tps = figures.getDouble("raw_" + contestant + "_tps", 0.0);
    double p50 = figures.getDouble("raw_" + contestant + "_p50_ms", 0.0);
    double p99 = figures.getDouble("raw_" + contestant + "_p99_ms", 0.0);
    assertTrue(tps > 0 && p50 > 0 && p99 >= p50, () -> contestant + " in " + figures.encode());
  }

  @Test
  void latencies_logsOfTwoThreads_areReadTogetherAndSorted() throws IOException {
    Files.writeString(folder.resolve("log.7"), "0 1 310 0 1700000000 5\n1 1 90 0 1700000000 9\n");
    Files.writeString(folder.resolve("log.7.1"), "2 1 200 0 1700000000 7\n");

    assertArrayEquals(new long[] {90, 200, 310}, Pgbench.latencies(folder));
  }

  @Test
  void latencies_failedTransaction_isAnError() throws IOException {
    Files.writeString(folder.resolve("log.7"), "0 1 failed 0 1700000000 5\n");

    var failed = assertThrows(IOException.class, () -> Pgbench.latencies(folder));

    assertEquals("pgbench logged: 0 1 failed 0 1700000000 5", failed.getMessage());
  }

  @Test
  void percentile_tenValues_isTheSmallestThatCoversTheShare() throws IOException {
    assertEquals(5, Pgbench.percentile(LATENCIES, 0.50));
    assertEquals(10, Pgbench.percentile(LATENCIES, 0.99));
    assertEquals(10, Pgbench.percentile(LATENCIES, 1.0));
    assertEquals(1, Pgbench.percentile(LATENCIES, 0.01));
  }

  @Test
  void verdict_atTheTarget_isMetOnBothSides() {
    assertEquals("met", PostgresFigure.SIMPLE_C20_VS_PGBOUNCER.goal().verdict(1.0));
    assertEquals("missed", PostgresFigure.SIMPLE_C20_VS_PGBOUNCER.goal().verdict(0.999));
    assertEquals("met", PostgresFigure.SIMPLE_C20_CPU_VS_PGBOUNCER.goal().verdict(1.5));
    assertEquals("missed", PostgresFigure.SIMPLE_C20_CPU_VS_PGBOUNCER.goal().verdict(1.501));
    assertEquals("", PostgresFigure.SIMPLE_C1_VS_DIRECT.goal().verdict(0.1));
  }

  @Test
  void settings_noClients_isWrongUsage() {
    for (String wrong : List.of("--clients=0", "--rounds=0", "--seconds=0")) {
      var err = new StringWriter();

      int exit =
          new CommandLine(new PostgresBenchCommand())
              .setErr(new PrintWriter(err, true))
              .execute(wrong);

      assertEquals(CommandLine.ExitCode.USAGE, exit, err::toString);
    }
  }
}
