package io.nearside.tests.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PgBouncerTest {
  @Test
  void parsed_debians_isItsFirstLineAndCanNotPrepare() {
    var version = PgBouncer.parsed("PgBouncer 1.18.0\nlibevent 2.1.12-stable\n").orElseThrow();

    assertEquals("PgBouncer 1.18.0", version.text());
    assertFalse(version.canPrepare());
  }

  @Test
  void parsed_since121_canPrepare() {
    assertTrue(PgBouncer.parsed("PgBouncer 1.21.0").orElseThrow().canPrepare());
    assertTrue(PgBouncer.parsed("PgBouncer 2.0.1").orElseThrow().canPrepare());
    assertFalse(PgBouncer.parsed("PgBouncer 1.20.1").orElseThrow().canPrepare());
  }

  @Test
  void parsed_somethingElse_isNone() {
    assertEquals(Optional.empty(), PgBouncer.parsed("command not found"));
  }
}
