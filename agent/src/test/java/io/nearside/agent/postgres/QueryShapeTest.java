package io.nearside.agent.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.nearside.agent.postgres.sql.Fingerprint;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** One shape never stands for two fingerprints, and literals do not change it. */
final class QueryShapeTest {
  private static final List<String> PIECES =
      List.of(
          "select ",
          "from t ",
          "where ",
          "a",
          "b1",
          "\"q\"\"x\"",
          "\"1\"",
          "'s'",
          "'it''s'",
          "''",
          "E'a\\'b'",
          "e'\\\\'",
          "U&'x'",
          "1",
          "42",
          "3.5",
          "1e5",
          "1e-5",
          "-1",
          "- 1",
          "$1",
          "$2",
          "$$x$$",
          "$a$'$a$",
          "/* c */",
          "/* ' */",
          "-- x\n",
          "-- '\n",
          "in (1,2)",
          "in (1)",
          ",",
          "(",
          ")",
          "::int",
          " ",
          "\n",
          "=",
          "->",
          "->>'k'",
          "x'1f'",
          "B'01'",
          "t1",
          "é",
          ";",
          "[1]",
          "/*",
          "'",
          "\"",
          "\\",
          "0x1F",
          "1_000",
          ".5",
          "a.b",
          "+",
          "?",
          "Values ",
          "(1),(2)");

  private static long shape(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return QueryShape.of(bytes, 0, bytes.length);
  }

  private static String fingerprint(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return Fingerprint.of(bytes, 0, bytes.length);
  }

  @Test
  void of_otherLiterals_isTheSame() {
    assertEquals(
        shape("SELECT abalance FROM pgbench_accounts WHERE aid = 4711;"),
        shape("SELECT abalance FROM pgbench_accounts WHERE aid = 3;"));
    assertEquals(shape("select 'a''b', E'\\'' /* x */"), shape("select '', E'zz' /* y 'z */"));
    assertNotEquals(shape("select a1"), shape("select a2"));
    assertNotEquals(shape("select \"a1\""), shape("select \"a2\""));
  }

  @Test
  void of_whatHasNoEnd_isNone() {
    for (String text : List.of("select '", "select \"a", "/* a", "select $$a$$", "/* /* */ */")) {
      assertEquals(QueryShape.NONE, shape(text), text);
    }
  }

  @Test
  void of_anyTexts_ofOneShapeHaveOneFingerprint() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    Map<Long, String> fingerprints = new HashMap<>();
    Map<Long, String> texts = new HashMap<>();
    for (int i = 0; i < 200_000; i++) {
      var text = new StringBuilder();
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        text.append(PIECES.get(random.nextInt(PIECES.size())));
      }
      long shape = shape(text.toString());
      if (shape != QueryShape.NONE) {
        String fingerprint = fingerprint(text.toString());
        String before = fingerprints.putIfAbsent(shape, fingerprint);
        String other = texts.putIfAbsent(shape, text.toString());
        if (before != null) {
          assertEquals(before, fingerprint, "seed " + seed + ": " + text + " | " + other);
        }
      }
    }
  }
}
