package io.nearside.agent.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Commands are cut as SQL would be. */
final class ConsoleCommandTest {

  private static List<List<String>> cut(String text) {
    List<List<String>> commands = new ArrayList<>();
    ConsoleCommand.Cut cut = ConsoleCommand.cut(text, 0);
    while (cut != null) {
      commands.add(cut.command().words().stream().map(ConsoleCommand.Word::text).toList());
      cut = ConsoleCommand.cut(text, cut.end());
    }
    return commands;
  }

  @Test
  void cut_severalCommands_areInTurn() {
    assertEquals(
        List.of(List.of("show", "pools"), List.of("PAUSE", "app")),
        cut(" show pools ;; PAUSE app; -- the end\n;"));
    assertEquals(List.of(), cut(" ; -- nothing"));
  }

  @Test
  void cut_quotes_holdAnything() {
    assertEquals(
        List.of(List.of("SHOW", "ROUTE", "FOR", "select ';' -- x", "IN", "My \"Db")),
        cut("SHOW ROUTE FOR 'select '';'' -- x' IN \"My \"\"Db\""));
    assertThrows(ConsoleException.class, () -> cut("show 'pools"));
  }

  @Test
  void name_bare_isFolded() {
    ConsoleCommand.Cut cut = ConsoleCommand.cut("KILL App \"App\"", 0);
    assertEquals("KILL", cut == null ? null : cut.command().keyword(0));
    assertEquals("app", cut == null ? null : cut.command().name(1));
    assertEquals("App", cut == null ? null : cut.command().name(2));
    assertNull(cut == null ? "" : cut.command().name(3));
    assertEquals("", cut == null ? null : cut.command().keyword(2));
  }
}
