package io.nearside.agent.postgres.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class StatementAnalyzerTest {
  static List<Statements.Row> rows() {
    return Statements.rows();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void statement_analysed_isWhatTheTableSays(Statements.Row row) {
    Analysis analysis = Statements.analyze(row.sql());
    String kinds =
        analysis.kinds().stream().map(Enum::name).collect(Collectors.joining(","))
            + (analysis.exact() ? "" : "!");
    assertEquals(row.kinds() + " " + row.effects(), kinds + " " + Effects.text(analysis.effects()));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void statement_decided_goesWhereTheTableSays(Statements.Row row) {
    Decision decision = Statements.decide(row.sql(), KnownCatalog.CATALOG);
    assertEquals(row.route(), decision.target(), decision.reason());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT f(a), \"G\"(b), s.h(c) FROM t AS x(y) WHERE z IN (1) | [f, G, h]",
        "SELECT left(a, 1), coalesce(b, c)::numeric(3), CAST(a AS s.typ(4)) | [left, coalesce]",
        "SELECT \"in\"(1), s.\"values\"(2), values.over(3) | [\"in\", \"values\", \"over\"]",
        "WITH a(b) AS (SELECT 1), c(d) AS (SELECT f(1)) SELECT a(1) | [f, a]",
        "SELECT 1 FROM f(1) g(x) JOIN (SELECT 2) h(y) ON i(x) | [f, join, i]",
      })
  void read_names_areCalls(String sql, String calls) {
    assertEquals(calls, Statements.analyze(sql).calls().toString());
  }

  @Test
  void read_otherNames_areIdentifiersWithoutReservedWords() {
    Analysis analysis =
        Statements.analyze("SELECT T.A, \"Up\", t.\"select\", b AS lbl FROM sch.t ORDER BY a");
    assertEquals(
        List.of("t", "a", "Up", "select", "b", "lbl", "sch", "by"), analysis.identifiers());
  }

  @Test
  void write_names_areNotCollected() {
    Analysis analysis = Statements.analyze("INSERT INTO t SELECT f(a) FROM u");
    assertEquals(List.of(), analysis.calls());
    assertEquals(List.of(), analysis.identifiers());
  }

  @Test
  void name_longerThanTheServersNames_isCut() {
    String name = "n".repeat(63);
    assertEquals(List.of(name), Statements.analyze("SELECT " + name + "_and_more(1)").calls());
  }

  @Test
  void transactionModes_ofBeginAndSet_areMerged() {
    Analysis analysis =
        Statements.analyze("BEGIN ISOLATION LEVEL READ UNCOMMITTED; SET TRANSACTION READ ONLY");
    assertEquals(
        new TransactionModes(true, Isolation.READ_UNCOMMITTED, null, false), analysis.begins());
  }

  @Test
  void setTransaction_snapshot_isSeen() {
    Analysis analysis = Statements.analyze("SET TRANSACTION SNAPSHOT 'x'");
    assertEquals(new TransactionModes(null, null, null, true), analysis.begins());
  }

  @Test
  void backslash_standardConformingStringsOff_escapesTheQuote() {
    byte[] text = "SELECT 'a\\'; DELETE FROM t; --'".getBytes(StandardCharsets.US_ASCII);
    Analysis off = StatementAnalyzer.analyze(text, 0, text.length, false, Statements.TRACKED);
    Analysis on = StatementAnalyzer.analyze(text, 0, text.length, true, Statements.TRACKED);
    assertEquals(List.of(StatementKind.READ), off.kinds());
    assertEquals(List.of(StatementKind.READ, StatementKind.WRITE), on.kinds());
  }

  @Test
  void range_ofALargerBuffer_isAllThatIsRead() {
    byte[] text = "xxEXECUTE p;LISTEN c".getBytes(StandardCharsets.US_ASCII);
    Analysis analysis = StatementAnalyzer.analyze(text, 2, 11, true, Statements.TRACKED);
    assertEquals(List.of(new Effect.ExecuteNamed("p", 10, 11)), analysis.effects());
  }

  @Test
  void splicedText_analysed_neverThrowsAndNeverReadsAWrite() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<String> statements = rows().stream().map(Statements.Row::sql).toList();
    for (int i = 0; i < 20_000; i++) {
      String one = statements.get(random.nextInt(statements.size()));
      String other = statements.get(random.nextInt(statements.size()));
      String text =
          one.substring(0, random.nextInt(one.length() + 1))
              + other.substring(random.nextInt(other.length() + 1));
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      Analysis analysis =
          StatementAnalyzer.analyze(
              bytes, 0, bytes.length, random.nextBoolean(), Statements.TRACKED);
      Decision decision = Router.decide(analysis, KnownCatalog.CATALOG, Statements.AUTO);
      boolean replica = decision.target() == Decision.Target.REPLICA;
      assertFalse(
          replica && (!analysis.exact() || analysis.has(StatementKind.WRITE) || analysis.pins()),
          () -> "seed " + seed + ": " + text);
    }
  }

  @Test
  void encodings_thatHideAscii_areUnsafe() {
    assertTrue(ClientEncodings.isAsciiSafe("UTF8"));
    assertTrue(ClientEncodings.isAsciiSafe("EUC_JIS_2004"));
    assertFalse(ClientEncodings.isAsciiSafe("Shift_JIS"));
    assertFalse(ClientEncodings.isAsciiSafe("SJIS"));
    assertFalse(ClientEncodings.isAsciiSafe("gb18030"));
    assertFalse(Analysis.OPAQUE.exact());
  }
}
