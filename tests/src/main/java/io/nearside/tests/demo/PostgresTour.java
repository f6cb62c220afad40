package io.nearside.tests.demo;

import io.nearside.tests.demo.Step.Finding;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.RawPostgres;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What two sidecars in front of a PostgreSQL primary and its replica do, each step checked. The
 * steps go on from each other as those of {@link Tour} do; after the last one the replica is the
 * primary.
 */
final class PostgresTour {
  private static final Duration MAX_STALENESS = Duration.ofMillis(DemoStack.MAX_STALENESS_MILLIS);
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int WRITES = 100;
  private static final int CLIENTS = 50;
  private static final int READS = 200;

  private static final String READ = "SELECT word FROM greeting WHERE id = 1";

  /** A hint is stronger than the rule that what differs by server is the primary's. */
  private static final String WHO =
      "/* nearside: replica */ SELECT word, inet_server_port() FROM greeting WHERE id = 1";

  private final DemoPostgres postgres;
  private final DemoSidecar a;
  private final DemoSidecar b;

  PostgresTour(DemoPostgres postgres, DemoSidecar a, DemoSidecar b) {
    this.postgres = postgres;
    this.a = a;
    this.b = b;
  }

  List<Step> steps() {
    return List.of(
        new Step("PostgreSQL: 100 writes through A, each read through B", this::writesAreSeen),
        new Step("who answered: writes and reads", this::whoAnswered),
        new Step("50 clients, few server connections", this::fewConnections),
        new Step("kill -9 of the replica: reads go on", this::killReplica),
        new Step("the replica returns and serves", this::replicaReturns),
        new Step("the primary ends, the replica is promoted", this::promote));
  }

  private Finding writesAreSeen() throws IOException {
    try (RawPostgres writer = a.connectPostgres();
        RawPostgres reader = b.connectPostgres()) {
      writer.rows("CREATE TABLE greeting (id int PRIMARY KEY, word text NOT NULL)");
      writer.rows("INSERT INTO greeting VALUES (1, 'hello')");
      seen(reader, "hello", MAX_STALENESS);
      long slowest = 0;
      int atOnce = 0;
      for (int i = 0; i < WRITES; i++) {
        String word = "word-" + i;
        write(writer, word);
        long start = System.nanoTime();
        if (read(reader).equals(word)) {
          atOnce++;
        } else {
          seen(reader, word, MAX_STALENESS);
        }
        slowest = Math.max(slowest, System.nanoTime() - start);
      }
      return new Finding(
          slowest,
          "the slowest until B showed the write (promise: %d ms); %d of %d at the first read"
              .formatted(MAX_STALENESS.toMillis(), atOnce, WRITES));
    }
  }

  /** A write says its server by RETURNING, a read by a hint. */
  private Finding whoAnswered() throws IOException {
    try (RawPostgres client = a.connectPostgres()) {
      String wrote =
          String.valueOf(
              client
                  .rows("UPDATE greeting SET word = 'hi' WHERE id = 1 RETURNING inet_server_port()")
                  .getFirst()
                  .getFirst());
      check(wrote.equals("" + postgres.primary().port()), "the write was done by port " + wrote);
      long nanos = awaitReadsFrom(client, postgres.replica(), "hi");
      return new Finding(
          nanos,
          "until the replica (port %d) answered; the primary (port %s) did the write"
              .formatted(postgres.replica().port(), wrote));
    }
  }

  private Finding fewConnections() throws IOException {
    List<RawPostgres> clients = new ArrayList<>();
    try {
      long start = System.nanoTime();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add((i % 2 == 0 ? a : b).connectPostgres());
      }
      for (RawPostgres client : clients) {
        write(client, "many");
        check(read(client).equals("many"), "a client does not see its own write");
      }
      long nanos = System.nanoTime() - start;
      int atPrimary = connections(postgres.primary());
      int atReplica = connections(postgres.replica());
      int most = DemoStack.SIDECARS * DemoPostgres.POOL_MAX;
      check(
          atPrimary > 0 && atPrimary <= most && atReplica <= most,
          "%d server connections at the primary, %d at the replica"
              .formatted(atPrimary, atReplica));
      return new Finding(
          nanos,
          "for logins, writes and reads of %d clients; %d connections at the primary, %d at the replica"
              .formatted(CLIENTS, atPrimary, atReplica));
    } finally {
      clients.forEach(RawPostgres::close);
    }
  }

  /** Connections of the application's user: not those of the sidecars' own. */
  private static int connections(PostgresServer server) {
    return Integer.parseInt(
        server.value(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = '%s'"
                .formatted(PostgresServer.USER)));
  }

  private Finding killReplica() throws IOException {
    try (RawPostgres throughA = a.connectPostgres();
        RawPostgres throughB = b.connectPostgres()) {
      write(throughA, "alone");
      seen(throughB, "alone", MAX_STALENESS);
      postgres.replica().kill();
      long slowest = 0;
      for (int i = 0; i < READS; i++) {
        long start = System.nanoTime();
        String word = read(i % 2 == 0 ? throughA : throughB);
        slowest = Math.max(slowest, System.nanoTime() - start);
        check(word.equals("alone"), "read " + word);
      }
      return new Finding(
          slowest, "the slowest of %d reads through A and B, none failed".formatted(READS));
    }
  }

  private Finding replicaReturns() throws IOException {
    long start = System.nanoTime();
    postgres.replica().restart();
    try (RawPostgres throughA = a.connectPostgres();
        RawPostgres throughB = b.connectPostgres()) {
      awaitReadsFrom(throughA, postgres.replica(), "alone");
      awaitReadsFrom(throughB, postgres.replica(), "alone");
      return new Finding(
          System.nanoTime() - start, "from exec until it answered reads through A and through B");
    }
  }

  private Finding promote() throws IOException {
    postgres.replica().awaitReplayed(postgres.primary());
    long start = System.nanoTime();
    postgres.primary().kill();
    postgres.replica().promote();
    long promoted = System.nanoTime() - start;
    Waiting.until(SOON, () -> tryWrite("promoted"), () -> "no write through A");
    long nanos = System.nanoTime() - start;
    try (RawPostgres reader = b.connectPostgres()) {
      seen(reader, "promoted", SOON);
    }
    return new Finding(
        nanos,
        "from kill -9 of the primary to a write through A, %s of it the promotion; B shows it"
            .formatted(StepTable.millis(promoted)));
  }

  /** A write by a client that connects anew after an error, as an application does. */
  private boolean tryWrite(String word) {
    try (RawPostgres writer = a.connectPostgres()) {
      write(writer, word);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Reads until a server answers; nanoseconds until it did. */
  private static long awaitReadsFrom(RawPostgres client, PostgresServer server, String word) {
    return Waiting.until(
        SOON,
        () -> {
          List<?> row = client.rows(WHO).getFirst();
          check(word.equals(row.getFirst()), "read " + row.getFirst() + ", not " + word);
          return ("" + server.port()).equals(row.get(1));
        },
        () -> "port " + server.port() + " answers no read");
  }

  private static void write(RawPostgres client, String word) throws IOException {
    client.rows("UPDATE greeting SET word = '" + word + "' WHERE id = 1");
  }

  private static String read(RawPostgres client) throws IOException {
    return String.valueOf(client.rows(READ).getFirst().getFirst());
  }

  private static void seen(RawPostgres reader, String word, Duration within) {
    Waiting.until(within, () -> read(reader).equals(word), () -> "B still shows another value");
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new StepFailedException(otherwise);
    }
  }
}
