package io.nearside.agent.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.postgres.sql.StatementAnalyzer;
import io.nearside.config.PostgresStatisticsConfig;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Texts find the figures of their fingerprint; what is kept is bounded. */
final class QueryStatisticsTest {
  private final QueryStatistics statistics = new QueryStatistics(config(0, 3));

  private static PostgresStatisticsConfig config(long slowMillis, int fingerprintsMax) {
    return new PostgresStatisticsConfig(slowMillis, fingerprintsMax);
  }

  private static StatementText analysed(String sql) {
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    return new StatementText(StatementAnalyzer.analyze(bytes, 0, bytes.length, true, Set.of()));
  }

  private @Nullable QueryFigures seen(String sql) {
    StatementText text = analysed(sql);
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    statistics.seen(text, bytes, 0, bytes.length);
    return text.figures();
  }

  @Test
  void seen_otherLiteralsAndSpacing_areTheSameFigures() {
    QueryFigures first = seen("SELECT a FROM t WHERE i = 1");
    assertNotNull(first);
    assertSame(first, seen("SELECT a FROM t WHERE i = 22"));
    assertSame(first, seen("select a  from t where i = $1 -- x"));
    assertEquals("select a from t where i = ?", first.fingerprint());
    assertEquals(1, statistics.fingerprints());
  }

  @Test
  void seen_moreThanAreKept_dropsTheOldest() {
    QueryFigures first = seen("SELECT a");
    assertNotNull(first);
    seen("SELECT b");
    seen("SELECT c");
    assertFalse(first.isDropped());
    seen("SELECT d");
    assertTrue(first.isDropped());
    assertEquals(3, statistics.fingerprints());
    QueryFigures again = seen("SELECT a");
    assertNotNull(again);
    assertFalse(again.isDropped());
    assertEquals(3, statistics.fingerprints());
  }

  @Test
  void apply_none_keepsNothing() {
    seen("SELECT a");
    statistics.apply(config(0, 0));
    assertNull(seen("SELECT a"));
    assertEquals(0, statistics.fingerprints());
    statistics.apply(config(5, 0));
    assertNotNull(seen("SELECT a"));
    assertEquals(0, statistics.queries(QueryStatistics.Order.TIME, 10).size());
  }

  @Test
  void isWriting_byTheText() {
    assertTrue(analysed("INSERT INTO t VALUES (1)").isWriting());
    assertTrue(analysed("SELECT 1; DELETE FROM t").isWriting());
    assertTrue(analysed("SELECT 'no end").isWriting());
    assertFalse(analysed("SELECT 1").isWriting());
    assertFalse(analysed("BEGIN").isWriting());
  }
}
