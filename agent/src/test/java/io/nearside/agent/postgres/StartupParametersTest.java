package io.nearside.agent.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class StartupParametersTest {
  private static StartupParameters of(String... namesAndValues) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      parameters.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return StartupParameters.of(parameters, Set.of("statement_timeout", "search_path"));
  }

  @Test
  void database_missing_isTheUsers() {
    assertEquals("app", of("user", "app").database());
  }

  @Test
  void parameters_reportedOrTracked_followTheClient() {
    StartupParameters parameters =
        of("user", "app", "TimeZone", "UTC", "statement_timeout", "5s", "geqo", "off");
    assertEquals(Map.of("timezone", "UTC", "statement_timeout", "5s"), parameters.tracked());
    assertEquals("geqo\0off\0", parameters.identity());
    assertEquals(
        Map.of("geqo", "off"), StartupParameters.ofIdentity(parameters.identity()));
  }

  @Test
  void options_readable_areSortedLikeParameters() {
    StartupParameters parameters =
        of("user", "app", "options", "-c search_path=a\\ b -cgeqo=off --statement-timeout=3");
    assertEquals(Map.of("search_path", "a b", "statement_timeout", "3"), parameters.tracked());
    assertEquals("geqo\0off\0", parameters.identity());
  }

  @Test
  void options_unreadable_areTheServers() {
    StartupParameters parameters = of("user", "app", "options", "-c search_path=x -B 10");
    assertEquals(Map.of(), parameters.tracked());
    assertEquals("options\0-c search_path=x -B 10\0", parameters.identity());
  }

  @Test
  void extensions_unknown_areListed() {
    assertEquals(List.of("_pq_.later"), of("user", "app", "_pq_.later", "1").extensions());
  }

  @Test
  void identity_order_doesNotMatter() {
    assertEquals(of("b", "1", "a", "2").identity(), of("a", "2", "b", "1").identity());
  }
}
