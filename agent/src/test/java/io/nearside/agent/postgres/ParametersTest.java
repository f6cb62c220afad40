package io.nearside.agent.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.postgres.Parameters.Assignment;
import org.junit.jupiter.api.Test;

final class ParametersTest {
  private final Parameters client = new Parameters();
  private final Parameters server = new Parameters();

  ParametersTest() {
    client.report("timezone", "UTC");
    server.report("timezone", "UTC");
    server.report("server_version", "18.6");
  }

  @Test
  void matches_sameSettables_true() {
    assertTrue(client.matches(server));
    assertNull(client.difference(server));
  }

  @Test
  void difference_reportedDiffers_setsTheValueItself() {
    client.report("timezone", "Europe/O'Higgins\\x");
    assertFalse(client.matches(server));
    assertEquals(
        "SELECT pg_catalog.set_config('timezone', E'Europe/O''Higgins\\\\x',false)",
        client.difference(server));
  }

  @Test
  void difference_trackedSet_saysItAgain() {
    client.track("work_mem", new Assignment("'8MB'", false));
    assertEquals("SET work_mem TO '8MB'", client.difference(server));
    server.applied(client);
    assertTrue(client.matches(server));
  }

  @Test
  void difference_trackedOfAnotherClient_isReset() {
    server.track("work_mem", new Assignment("'8MB'", false));
    assertEquals("RESET work_mem", client.difference(server));
    server.applied(client);
    assertTrue(client.matches(server));
  }

  @Test
  void difference_startupValue_isSetAsIs() {
    client.track("statement_timeout", new Assignment("5s", true));
    assertEquals(
        "SELECT pg_catalog.set_config('statement_timeout','5s',false)",
        client.difference(server));
  }

  @Test
  void difference_trackedAndReported_isTheReportedValue() {
    client.report("search_path", "a");
    server.report("search_path", "b");
    client.track("search_path", new Assignment("a", false));
    assertEquals(
        "SELECT pg_catalog.set_config('search_path','a',false)", client.difference(server));
  }

  @Test
  void takeReported_unsettable_isLeft() {
    server.report("timezone", "CET");
    client.takeReported(server);
    assertEquals("CET", client.reported("timezone"));
    assertNull(client.reported("server_version"));
  }
}
