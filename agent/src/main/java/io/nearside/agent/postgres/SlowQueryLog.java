package io.nearside.agent.postgres;

import io.nearside.agent.postgres.sql.Fingerprint;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of slow queries by their fingerprint, which has no literals; at most {@value #PER_SECOND} a
 * second, the others are counted. On the event loop.
 */
final class SlowQueryLog {
  private static final Logger log = LoggerFactory.getLogger(SlowQueryLog.class);
  private static final int PER_SECOND = 10;
  private static final int TEXT_CHARS_MAX = 500;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private long count;
  private long untold;
  private long secondNanos;
  private int toldInSecond;

  void add(String fingerprint, ServerConnection by, long nanos, long rows, boolean failed) {
    count++;
    long now = System.nanoTime();
    if (count == 1 || now - secondNanos >= NANOS_PER_SECOND) {
      secondNanos = now;
      toldInSecond = 0;
    }
    if (++toldInSecond > PER_SECOND) {
      untold++;
      return;
    }
    log.warn(
        "slow query fingerprint={} millis={} rows={} failed={} route={} server={} database={}"
            + " user={} untold={} shape=\"{}\"",
        id(fingerprint),
        nanos / 1_000_000,
        rows,
        failed,
        by.isPrimary() ? "primary" : "replica",
        by.pool().server(),
        by.pool().key().database(),
        by.pool().key().user(),
        untold,
        shown(fingerprint));
    untold = 0;
  }

  /** Slow queries, told or not. */
  long count() {
    return count;
  }

  /** A fingerprint as 16 hexadecimal digits. */
  static String id(String fingerprint) {
    return HexFormat.of().toHexDigits(Fingerprint.hash64(fingerprint));
  }

  /** In one line: names in a fingerprint may hold anything. */
  private static String shown(String fingerprint) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < Math.min(fingerprint.length(), TEXT_CHARS_MAX); i++) {
      char c = fingerprint.charAt(i);
      text.append(c < ' ' || c == 127 ? ' ' : c == '"' ? '\'' : c);
    }
    return fingerprint.length() > TEXT_CHARS_MAX ? text.append("...").toString() : text.toString();
  }
}
