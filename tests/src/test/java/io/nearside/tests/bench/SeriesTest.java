package io.nearside.tests.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class SeriesTest {
  @Test
  void median_oddAndEven_isTheMiddle() {
    assertEquals(3, Series.median(9, 1, 3));
    assertEquals(2, Series.median(4, 1, 3, 1));
  }

  @Test
  void ratioTo_drift_isPairedByRound() {
    Series ours = series(10, 20, 40);
    Series peer = series(5, 20, 80);
    assertEquals(1, ours.ratioTo(peer, round -> round.load().requestsPerSecond()));
  }

  @Test
  void json_figuresAndRaw_isOneFlatObject() {
    Scoreboard scores = new Scoreboard();
    scores.putRatio(
        RedisFigure.HIT_P1_RATIO, series(3), series(2), round -> round.load().requestsPerSecond());
    scores.put(RedisFigure.IDLE_RSS_MIB, 120.25);
    scores.putRaw("x_rps", 7);
    assertEquals(
        "{\n  \"hit_p1_ratio\": 1.5000,\n  \"idle_rss_mib\": 120.2500,\n  \"raw_x_rps\": 7.0000\n}\n",
        scores.json());
  }

  private static Series series(double... speeds) {
    Series series = new Series("one");
    for (double speed : speeds) {
      series.add(new Series.Round(new LoadResult(speed, 1, 1), 1, 1));
    }
    return series;
  }
}
