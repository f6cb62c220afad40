package io.nearside.agent.postgres.upstream;

import static io.nearside.agent.postgres.upstream.Facts.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PositionHistoryTest {
  private final PositionHistory history = new PositionHistory();

  @Test
  void lag_nothingKnown_isUnknown() {
    assertEquals(-1, history.lagMillis(100, 5, SECOND));
  }

  @Test
  void lag_positionUnknown_isUnknown() {
    history.add(100, 0);
    assertEquals(-1, history.lagMillis(Positions.UNKNOWN, 5, SECOND));
  }

  @Test
  void lag_idlePrimary_isZeroHoweverOldTheLastTransaction() {
    history.add(100, 0);
    assertEquals(0, history.lagMillis(100, 3_600_000, 3600 * SECOND));
  }

  @Test
  void lag_primaryWritesAfterAnHour_countsFromTheWrite() {
    history.add(100, 0);
    history.add(200, 3600 * SECOND);
    assertEquals(500, history.lagMillis(100, 3_600_500, 3600 * SECOND + SECOND / 2));
  }

  @Test
  void lag_replayPaused_growsFromTheFirstPositionMissed() {
    history.add(100, 0);
    history.add(200, SECOND);
    history.add(300, 2 * SECOND);
    assertEquals(9000, history.lagMillis(100, 0, 10 * SECOND));
    assertEquals(8000, history.lagMillis(250, 0, 10 * SECOND));
    assertEquals(59_000, history.lagMillis(150, 0, 60 * SECOND));
  }

  @Test
  void lag_olderThanTheHistory_takesTheServersEstimate() {
    history.add(100, 0);
    assertEquals(70_000, history.lagMillis(50, 70_000, SECOND));
    assertEquals(90_000, history.lagMillis(50, 70_000, 90 * SECOND));
    assertEquals(-1, history.lagMillis(50, -1, SECOND));
  }

  @Test
  void lag_ofATimelineThatIsOver_isForgotten() {
    history.add(100, 0);
    history.clear();
    assertEquals(-1, history.lagMillis(100, 5, SECOND));
    history.add(50, SECOND);
    assertEquals(0, history.lagMillis(50, 5, SECOND));
  }

  @Test
  void lag_longHistory_isExactAsFarAsItReaches() {
    for (int i = 0; i < 10_000; i++) {
      history.add(i * 10L, i * SECOND);
    }
    assertEquals(1_022_000, history.lagMillis(89_765, 0, 9_999 * SECOND));
    // Behind the oldest sample: at least its age, or what the servers say.
    assertEquals(1_023_000, history.lagMillis(70_000, 0, 9_999 * SECOND));
    assertEquals(3_000_000, history.lagMillis(70_000, 3_000_000, 9_999 * SECOND));
  }
}
