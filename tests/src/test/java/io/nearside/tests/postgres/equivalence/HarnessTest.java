package io.nearside.tests.postgres.equivalence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.postgres.equivalence.StatementParser.Way;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.TamperProxy;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

/** What differs is seen, and shown where it differs. */
@SuppressWarnings("NullAway.Init") // set before every test
final class HarnessTest {
  private static PostgresServer server;
  private static PostgresServer other;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
    other = PostgresServer.start("work_mem = '5MB'");
  }

  @AfterAll
  static void stop() {
    other.close();
    server.close();
  }

  @Test
  void run_settingDiffers_isCaughtWithItsLine() {
    Script script = only(ScriptParser.parse("own", "== x\nq select 1\nq show work_mem"));
    var failure = assertThrows(AssertionFailedError.class, () -> compare(script));
    assertTrue(failure.toString().contains("a: q show work_mem"), failure.getMessage());
    assertTrue(failure.toString().contains("message 2 differs"), failure.getMessage());
    assertTrue(failure.toString().contains("5MB"), failure.getMessage());
  }

  @Test
  void run_oneMessageMoreOrLess_isCaught() {
    Script longer =
        only(
            ScriptParser.parse(
                "own",
                "== x\nq select from generate_series(1, substr(current_setting('work_mem'), 1,"
                    + " 1)::int)"));
    assertThrows(AssertionFailedError.class, () -> compare(longer));
  }

  @Test
  void run_unsentReply_isCaught() throws IOException {
    Script script = only(ScriptParser.parse("own", "== x\nq select repeat('x', 100000)"));
    try (TamperProxy proxy = TamperProxy.inFrontOf(server.port())) {
      var through = new Endpoint("tampered", proxy.port(), server);
      var comparison = new Comparison(Endpoint.direct(server), through);
      comparison.run(script, ScriptRunner.WHOLE);
      proxy.cutAfter(TamperProxy.Direction.TO_CLIENT, 5_000);
      var failure =
          assertThrows(IOException.class, () -> comparison.run(script, ScriptRunner.WHOLE));
      assertTrue(failure.toString().contains("tampered at"), failure.getMessage());
    }
  }

  @Test
  void parse_statements_areDelimitedAsDocumented() {
    String text =
        """
        -- == one session user=postgres
        select 1; select 2;
        -- # a comment
        do $$ begin
          perform 1;
        end $$;
        copy t from stdin;
        1
        \\.
        -- ~digits
        select 3
        ;
        """;
    assertEquals(4, StatementParser.count("own", text));
    Script script = only(StatementParser.parse("own", text, Way.SIMPLE));
    assertTrue(script.sessionOnly());
    assertEquals("postgres", script.user());
    assertEquals("own/one SIMPLE", script.name());
    assertTrue(script.steps().getLast() instanceof Step.Read read && read.mask() == Mask.DIGITS);
  }

  @Test
  void parse_wrongLine_saysWhere() {
    var failure =
        assertThrows(
            IllegalArgumentException.class, () -> ScriptParser.parse("own", "== x\nnonsense"));
    assertTrue(failure.toString().contains("own:2: nonsense"), failure.getMessage());
  }

  private static void compare(Script script) throws IOException {
    new Comparison(Endpoint.direct(server), Endpoint.direct(other)).run(script, ScriptRunner.WHOLE);
  }

  private static Script only(List<Script> scripts) {
    assertEquals(1, scripts.size());
    return scripts.getFirst();
  }
}
