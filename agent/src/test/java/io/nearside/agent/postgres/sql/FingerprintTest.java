package io.nearside.agent.postgres.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FingerprintTest {
  private static String of(String sql) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    return Fingerprint.of(text, 0, text.length);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '§',
      quoteCharacter = '\0',
      value = {
        "SELECT * FROM T WHERE Id=42; § select * from t where id = ?",
        "select *  from t /* x */ where id = $1 -- y § select * from t where id = ?",
        "SELECT 'secret', E'x', $$y$$, 1.5, -1, - 2, a-3, a -$1 § select ?, ?, ?, ?, ?, ?, a - ?, a - ?",
        "SELECT a FROM t WHERE a IN (1, 2,3) AND b IN ($1) § select a from t where a in (?) and b in (?)",
        "SELECT a FROM t WHERE a IN (1, 4, x, 2, 3) § select a from t where a in (?, x, ?, ?)",
        "SELECT ARRAY[1,-2,3], a[1], b.c::text § select array[?], a[?], b.c::text",
        "INSERT INTO t(a, b) VALUES (1,'x'), (2,'y'), (3,'z') § insert into t(a, b) values (?, ?)",
        "INSERT INTO t VALUES (1,now()), (2,now()) RETURNING id § insert into t values (?, now()) returning id",
        "SELECT count( * ), \"Name\" FROM \"T\" § select count(*), \"Name\" from \"T\"",
        "SELECT coalesce(f (a), 1) BETWEEN 1 AND 2 § select coalesce (f(a), ?) between ? and ?",
        "SELECT 'open secret § select ?",
        "; § ''",
      })
  void text_fingerprinted_keepsItsShapeOnly(String sql, String expected) {
    assertEquals(expected.equals("''") ? "" : expected, of(sql));
  }

  @Test
  void list_ofAnyLength_isOneFingerprint() {
    String longList = "SELECT 1 FROM t WHERE a IN (1" + ", 2".repeat(100_000) + ") AND c = 3";
    assertEquals("select ? from t where a in (?) and c = ?", of(longList));
    String rows = "INSERT INTO t VALUES (1, 2)" + ", (3, 4)".repeat(100_000);
    assertEquals("insert into t values (?, ?)", of(rows));
  }

  @Test
  void text_ofAnyLength_isCut() {
    assertEquals(Fingerprint.CHARS_MAX, of("SELECT " + "a, b, ".repeat(100_000)).length());
  }

  @Test
  void hash_differsByTextAndIsStable() {
    assertEquals(Fingerprint.hash64("select ?"), Fingerprint.hash64("select ?"));
    assertNotEquals(Fingerprint.hash64("select ?"), Fingerprint.hash64("select ??"));
  }

  @Test
  void spliced_neverThrowsAndNeverShowsAString() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      String text = Splices.next(random) + " 'hidden' " + Splices.next(random);
      String fingerprint = of("SELECT 'hidden' " + text.replace("hidden", "x"));
      assertTrue(fingerprint.startsWith("select ?"), () -> "seed " + seed + ": " + text);
      assertFalse(fingerprint.contains("hidden"), () -> "seed " + seed + ": " + text);
    }
  }
}
