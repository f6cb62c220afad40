package io.nearside.agent.postgres.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Policies; what the texts themselves decide is in the table of statements. */
final class RouterTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PRIMARY | true | SELECT 1 | PRIMARY | policy",
        "PRIMARY | true | /* nearside: replica */ SELECT 1 | REPLICA | hint",
        "PRIMARY | false | /* nearside: replica */ SELECT 1 | PRIMARY | policy",
        "PRIMARY | true | BEGIN READ ONLY | PRIMARY | policy",
        "REPLICA | true | SELECT user_volatile(1) | REPLICA | policy",
        "REPLICA | true | /* nearside: primary */ SELECT 1 | PRIMARY | hint",
        "REPLICA | true | SELECT nextval('s') | PRIMARY | write",
        "REPLICA | true | SELECT pg_advisory_lock(1) | PRIMARY | session",
        "REPLICA | true | SELECT * FROM t FOR UPDATE | PRIMARY | write",
        "REPLICA | true | SELECT 1; SELECT 2 | PRIMARY | multiple",
        "REPLICA | true | BEGIN | PRIMARY | transaction",
        "REPLICA | true | BEGIN READ ONLY | REPLICA | policy",
        "REPLICA | true | SHOW work_mem | PRIMARY | session",
        "REPLICA | true | SELECT 'open | PRIMARY | not-exact",
        "AUTO | false | /* nearside: primary */ SELECT 1 | REPLICA | read",
      })
  void policy_decides(
      RoutePolicy.Mode mode, boolean hints, String sql, Decision.Target target, String label) {
    Decision decision =
        Router.decide(Statements.analyze(sql), KnownCatalog.CATALOG, new RoutePolicy(mode, hints));
    assertEquals(target + " " + label, decision.target() + " " + decision.label());
  }

  @Test
  void read_catalogNotLoaded_goesToThePrimary() {
    assertEquals(
        Decision.primary("the catalog is not loaded yet", "catalog"),
        Statements.decide("SELECT 1", FunctionCatalog.EMPTY));
  }

  @Test
  void name_beyondAscii_isSuspectOnceTheCatalogHasOne() {
    String sql = "SELECT \"größe\" FROM t";
    assertEquals(Decision.Target.REPLICA, Statements.decide(sql, KnownCatalog.CATALOG).target());
    FunctionCatalog other =
        KnownCatalog.builder()
            .row(CatalogQuery.RELATIONS, List.of("flüchtig", "an unlogged table"))
            .build();
    assertEquals("relation", Statements.decide(sql, other).label());
    assertEquals(Decision.Target.REPLICA, Statements.decide("SELECT a FROM t", other).target());
  }

  @Test
  void view_ofATextThatCanNotBeJudged_needsThePrimary() {
    FunctionCatalog catalog =
        KnownCatalog.builder()
            .row(CatalogQuery.DEFINITIONS, List.of("v_odd", "a view", "SELECT 'open"))
            .build();
    assertEquals(
        "SELECT names v_odd, which is a view that can not be judged",
        Statements.decide("SELECT * FROM v_odd", catalog).reason());
  }

  @Test
  void catalogRow_withTooFewColumns_isRefused() {
    CatalogBuilder builder = new CatalogBuilder();
    assertThrows(
        IllegalArgumentException.class,
        () -> builder.row(CatalogQuery.FUNCTIONS, List.of("upper")));
  }
}
