package io.nearside.tests.postgres.fault;

import static io.nearside.tests.stack.PostgresRequest.query;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.RawPostgres;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Nobody reads another's rows, no acknowledged write is lost, none is made twice, and the pool
 * serves again: whatever happens. {@code nearside.fault.seconds} makes runs longer, {@code
 * nearside.fault.seed} repeats their choices.
 */
final class DesynchronisationTest {
  private static final Duration TIME =
      Duration.ofSeconds(Integer.getInteger("nearside.fault.seconds", 8));
  private static final int CLIENTS = 24;

  private static long seed() {
    return Long.getLong("nearside.fault.seed", System.nanoTime());
  }

  @Test
  void manyClients_noFault_everyAnswerIsRight() throws InterruptedException {
    try (var run = new TagRun(seed(), 30_000)) {
      TagLedger ledger = run.run(CLIENTS, TIME.dividedBy(2), false, false);
      assertEquals(List.of(), ledger.violations());
      assertEquals(0, ledger.counted("lost"), ledger::toString);
      assertTrue(ledger.counted("answered") > 500, ledger::toString);
    }
  }

  @Test
  void clientsLeaveAndCancel_serversWell_everyAnswerIsRight() throws InterruptedException {
    try (var run = new TagRun(seed(), 30_000)) {
      TagLedger ledger = run.run(CLIENTS, TIME, true, false);
      assertEquals(List.of(), ledger.violations());
      assertTrue(ledger.counted("answered") > 500, ledger::toString);
      assertTrue(ledger.counted("cancelled") > 0, ledger::toString);
    }
  }

  @Test
  void everythingFails_everyAnswerIsRightAndThePoolRecovers() throws InterruptedException {
    try (var run = new TagRun(seed(), 2_000)) {
      TagLedger ledger = run.run(CLIENTS, TIME.plusSeconds(7), true, true);
      assertEquals(List.of(), ledger.violations());
      assertTrue(ledger.counted("answered") > 300, ledger::toString);
      assertTrue(ledger.writes(TagLedger.Fate.ACKNOWLEDGED) > 20, ledger::toString);
    }
  }

  /** A connection on which an answer is left over: what a pool must never give to the next. */
  @Test
  void leftOverAnswer_nextQuestion_isConvicted() throws IOException {
    try (PostgresServer server = PostgresServer.start();
        RawPostgres connection = server.connect()) {
      var ledger = new TagLedger();
      connection.send(query("SELECT '" + TagLedger.tag(2, 7) + "'"));
      new TagSession(connection, ledger, new SplittableRandom(1))
          .ask(TagSession.Way.SIMPLE, TagLedger.tag(1, 1));
      assertFalse(ledger.violations().isEmpty());
    }
  }
}
