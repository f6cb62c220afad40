package io.nearside.agent;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import org.junit.jupiter.api.Test;

/** The classes that a start makes ready beforehand are there: libraries may rename theirs. */
final class PreloadTest {
  @Test
  void run_findsEveryClass() {
    assertDoesNotThrow(Preload::run);
  }
}
