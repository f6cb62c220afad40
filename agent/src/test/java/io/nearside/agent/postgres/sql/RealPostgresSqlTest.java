package io.nearside.agent.postgres.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The lexer, the table of statements and the catalog's queries, judged by a real server. */
final class RealPostgresSqlTest {
  private static final Pattern NEAR =
      Pattern.compile("syntax error at or near \"(.*)\"", Pattern.DOTALL);

  private static @Nullable RealPostgres server;

  @BeforeAll
  static void start() throws IOException {
    RealPostgres started = RealPostgres.primary();
    server = started;
    for (String statement : Statements.schema()) {
      started.execute(statement);
    }
  }

  @AfterAll
  static void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  private static RealPostgres server() {
    RealPostgres started = server;
    if (started == null) {
      throw new IllegalStateException("not started");
    }
    return started;
  }

  private static @Nullable PgException refusal(RealPostgres at, String sql, boolean prepared) {
    try {
      if (prepared) {
        at.prepare(sql);
      } else {
        at.execute(sql);
      }
      return null;
    } catch (PgException e) {
      return e;
    }
  }

  private static boolean isSeveral(@Nullable PgException refusal) {
    return refusal != null
        && String.valueOf(refusal.getErrorMessage()).contains("cannot insert multiple commands");
  }

  @Test
  void tableOfStatements_withTheServersCatalog_isDecidedTheSame() {
    FunctionCatalog catalog = server().catalog();
    List<String> wrong = new ArrayList<>();
    for (Statements.Row row : Statements.rows()) {
      Decision decision = Statements.decide(row.sql(), catalog);
      if (decision.target() != row.route()) {
        wrong.add(row.sql() + ": " + decision);
      }
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void parsedText_byTheServer_hasAsManyStatements() {
    List<String> wrong = new ArrayList<>();
    for (Statements.Row row : Statements.rows()) {
      Analysis analysis = Statements.analyze(row.sql());
      PgException refusal = refusal(server(), row.sql(), true);
      if (analysis.exact() ? isSeveral(refusal) != analysis.kinds().size() > 1 : refusal == null) {
        wrong.add(row.sql() + ": " + refusal);
      }
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void splicedText_atASyntaxError_hasTheServersToken() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int compared = 0;
    for (int i = 0; i < 15_000; i++) {
      // Wrong at the end at the latest: then all before it was read as we read it.
      String sql = "SELECT " + Splices.next(random) + "\n FROM FROM";
      PgException refusal = refusal(server(), sql, true);
      if (refusal != null && judge(sql, refusal, seed)) {
        compared++;
      }
    }
    assertTrue(compared > 5_000, "only " + compared + " comparisons, seed " + seed);
  }

  /** Whether there was something to compare. */
  private static boolean judge(String sql, PgException refusal, long seed) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    Analysis analysis = Statements.analyze(sql);
    String message = String.valueOf(refusal.getErrorMessage());
    String about = "seed " + seed + ": " + sql + " -> " + message;
    if (message.startsWith("trailing junk") && (message.contains("0x") || message.contains("_"))) {
      // Numbers since version 16.
      return false;
    }
    if (message.startsWith("unterminated")
        || message.startsWith("zero-length")
        || message.startsWith("trailing junk")) {
      assertFalse(analysis.exact(), about);
      return true;
    }
    if (!analysis.exact()) {
      return false;
    }
    if (isSeveral(refusal)) {
      assertTrue(analysis.kinds().size() > 1, about);
      return true;
    }
    Matcher near = NEAR.matcher(message);
    if (!near.matches() || refusal.getPosition() == null) {
      return false;
    }
    int characters = Integer.parseInt(refusal.getPosition()) - 1;
    int at =
        sql.substring(0, sql.offsetByCodePoints(0, characters))
            .getBytes(StandardCharsets.UTF_8)
            .length;
    Lexer lexer = new Lexer(text, 0, text.length, true);
    while (lexer.next() != Token.END && lexer.end() <= at) {
      // up to the server's token
    }
    String token =
        new String(text, lexer.start(), lexer.end() - lexer.start(), StandardCharsets.UTF_8);
    // To the server N'...' is a word and a string, and it looks one token behind U&'...'.
    boolean national = token.startsWith("n'") && at - lexer.start() <= 1;
    boolean unicode = (token.startsWith("u&") || token.startsWith("U&")) && lexer.start() == at;
    boolean same = lexer.start() == at && token.equals(near.group(1));
    assertTrue(same || national || unicode, about + ", ours: " + token);
    return true;
  }

  @Test
  void keywords_ofTheServer_areOurs() {
    Set<String> reserved = new HashSet<>();
    for (List<@Nullable String> row :
        server().rows("SELECT word::text FROM pg_get_keywords() WHERE catcode = 'R'")) {
      reserved.add(String.valueOf(row.getFirst()));
    }
    // Reserved since 16 only.
    reserved.remove("system_user");
    assertEquals(Words.reserved(), reserved);
  }

  @Test
  void catalog_afterAChange_hasAnotherFingerprint() {
    RealPostgres at = server();
    String sql = CatalogQuery.FINGERPRINT.sql();
    List<List<@Nullable String>> before = at.rows(sql);
    assertEquals(before, at.rows(sql));
    List<String> changes =
        List.of(
            "CREATE FUNCTION changing() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1'",
            "ALTER FUNCTION changing() VOLATILE",
            "CREATE VIEW changing_view AS SELECT 1 AS one",
            "CREATE OR REPLACE VIEW changing_view AS SELECT nextval('s')::int AS one",
            "CREATE UNLOGGED TABLE changing_table (id int)",
            "ALTER TABLE changing_table SET LOGGED",
            "ALTER TABLE changing_table ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY changing_policy ON changing_table USING (true)",
            "ALTER POLICY changing_policy ON changing_table USING (false)",
            "CREATE DOMAIN changing_domain AS int CHECK (VALUE > 1)",
            "CREATE CAST (t AS u) WITH INOUT",
            "DROP CAST (t AS u)",
            "DROP DOMAIN changing_domain",
            "DROP TABLE changing_table",
            "DROP VIEW changing_view",
            "DROP FUNCTION changing()");
    for (String change : changes) {
      at.execute(change);
      List<List<@Nullable String>> after = at.rows(sql);
      assertNotEquals(before, after, change);
      before = after;
    }
  }

  @Test
  void cast_withAVolatileFunction_tiesEveryReadToThePrimary() {
    RealPostgres at = server();
    at.execute("CREATE TYPE castable AS (a int)");
    at.execute(
        "CREATE FUNCTION to_castable(u) RETURNS castable VOLATILE LANGUAGE sql"
            + " AS 'SELECT ROW(1)::castable'");
    at.execute("CREATE CAST (u AS castable) WITH FUNCTION to_castable(u)");
    Decision with = Statements.decide("SELECT 1", at.catalog());
    at.execute("DROP TYPE castable CASCADE");
    assertEquals(
        Decision.primary("SELECT may use the cast u to castable, which is volatile", "cast"), with);
    assertEquals(Decision.Target.REPLICA, Statements.decide("SELECT 1", at.catalog()).target());
  }

  @Test
  void operator_thatAKeywordUses_tiesEveryReadToThePrimary() {
    RealPostgres at = server();
    at.execute("CREATE OPERATOR ~~ (LEFTARG = int, RIGHTARG = int, FUNCTION = vol_op)");
    Decision with = Statements.decide("SELECT 1 LIKE 2", at.catalog());
    at.execute("DROP OPERATOR ~~ (int, int)");
    assertEquals("operator", with.label());
  }

  @Test
  void decisions_areExplainedByTheCatalog() {
    FunctionCatalog catalog = server().catalog();
    assertEquals(
        "SELECT calls nextval, which is volatile",
        Statements.decide("SELECT nextval('s')", catalog).reason());
    assertEquals(
        "SELECT names v_bad2, which is a view that names v_bad, which is a view that calls nextval,"
            + " which is volatile",
        Statements.decide("SELECT * FROM v_bad2", catalog).reason());
    assertEquals(
        "SELECT names parted, which is a parent of an unlogged table",
        Statements.decide("SELECT * FROM parted", catalog).reason());
    assertTrue(catalog.isLoaded() && catalog.functionCount() > 2_000);
  }

  @Test
  void replicaSafeStatements_onAServerInRecovery_areNeverRefused() throws IOException {
    List<String> wrong = new ArrayList<>();
    int answered = 0;
    try (RealPostgres primary = RealPostgres.primary()) {
      for (String statement : Statements.schema()) {
        primary.execute(statement);
      }
      FunctionCatalog catalog = primary.catalog();
      try (RealPostgres replica = primary.replica()) {
        assertEquals(List.of(List.of("true")), replica.rows("SELECT pg_is_in_recovery()::text"));
        for (Statements.Row row : Statements.rows()) {
          if (Statements.decide(row.sql(), catalog).target() == Decision.Target.PRIMARY
              || Statements.analyze(row.sql()).hint() == Hint.REPLICA
              || row.kinds().equals("COPY_TO")) {
            // Vert.x can not COPY.
            continue;
          }
          // A parameter has no value in a simple query, numbers are of version 16.
          boolean prepared = row.sql().contains("$1");
          PgException refusal = refusal(replica, row.sql(), prepared);
          if (refusal == null) {
            answered++;
          } else if (!refusal.getSqlState().equals("42601")) {
            wrong.add(row.sql() + ": " + refusal.getMessage());
          }
          refusal(replica, "ROLLBACK", false);
        }
      }
    }
    assertEquals(List.of(), wrong);
    assertTrue(answered > 80, "only " + answered + " were answered");
  }

  @Test
  void viewsOfTheSystem_thatShowAServersState_areKnown() {
    RealPostgres at = server();
    CatalogBuilder builder = new CatalogBuilder();
    for (List<@Nullable String> row : at.rows(CatalogQuery.FUNCTIONS.sql())) {
      builder.row(CatalogQuery.FUNCTIONS, row);
    }
    FunctionCatalog without = builder.build();
    List<List<@Nullable String>> views =
        at.rows(
            "SELECT relname::text, 'a view', pg_get_viewdef(oid) FROM pg_class"
                + " WHERE relkind = 'v' AND oid < 16384");
    for (List<@Nullable String> view : views) {
      builder.row(CatalogQuery.DEFINITIONS, view);
    }
    FunctionCatalog with = builder.build();
    List<String> unknown = new ArrayList<>();
    for (List<@Nullable String> view : views) {
      String name = String.valueOf(view.getFirst());
      if (without.primaryOnly(name) == null && with.primaryOnly(name) != null) {
        unknown.add(name + ": " + with.primaryOnly(name));
      }
    }
    assertTrue(views.size() > 100);
    assertEquals(List.of(), unknown);
  }

  @Test
  void function_ofTheCatalog_isSafeOrVolatileButNeverBoth() {
    FunctionCatalog catalog = server().catalog();
    assertTrue(catalog.isSafe("upper") && !catalog.isVolatile("upper"));
    assertTrue(catalog.isVolatile("user_mixed") && !catalog.isSafe("user_mixed"));
    assertFalse(catalog.isSafe("version") || catalog.isVolatile("version"));
    assertNull(catalog.primaryOnly("t"));
  }
}
