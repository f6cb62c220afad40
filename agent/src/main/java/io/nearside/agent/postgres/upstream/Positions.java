package io.nearside.agent.postgres.upstream;

/**
 * WAL positions (PostgreSQL manual, "pg_lsn Type") as numbers: bytes since the beginning of the
 * log. Those of 2^63 and beyond, which no server reaches, are refused.
 */
public final class Positions {
  /** No position is known. */
  public static final long UNKNOWN = -1;

  /** {@code XLOG_BLCKSZ} of every server that was not compiled otherwise. */
  public static final int PAGE_BYTES = 8192;

  // MAXALIGN(sizeof(XLogPageHeaderData)) and MAXALIGN(sizeof(XLogLongPageHeaderData)), the latter
  // on the first page of a segment: access/xlog_internal.h.
  private static final int PAGE_HEADER_BYTES = 24;
  private static final int SEGMENT_HEADER_BYTES = 40;
  private static final int HALF_DIGITS_MAX = 8;

  private Positions() {}

  /**
   * Reads {@code 16/B374D848}.
   *
   * @throws IllegalArgumentException if it is not a position
   */
  public static long parse(String text) {
    int slash = text.indexOf('/');
    long high = half(text, 0, slash);
    long low = half(text, slash + 1, text.length());
    if (slash < 0 || high < 0 || low < 0 || high > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("not a WAL position: " + text);
    }
    return high << 32 | low;
  }

  /** -1 for no number of 1 to 8 hexadecimal digits. */
  private static long half(String text, int from, int to) {
    if (to <= from || to - from > HALF_DIGITS_MAX) {
      return -1;
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) < 0x80 ? Character.digit(text.charAt(i), 16) : -1;
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    return value;
  }

  /** As servers up to 18 write it: {@code 16/B374D848}. */
  public static String format(long position) {
    return Long.toHexString(position >>> 32).toUpperCase(java.util.Locale.ROOT)
        + "/"
        + Long.toHexString(position & 0xFFFF_FFFFL).toUpperCase(java.util.Locale.ROOT);
  }

  /** {@link #pageBoundary(long, long, int)} with pages of {@link #PAGE_BYTES}. */
  public static long pageBoundary(long insertPosition, long segmentBytes) {
    return pageBoundary(insertPosition, segmentBytes, PAGE_BYTES);
  }

  /**
   * The position that a replica reports when it has replayed everything up to {@code
   * insertPosition}. {@code pg_current_wal_insert_lsn()} is where the next record begins (xlog.c,
   * XLogBytePosToRecPtr); {@code pg_last_wal_replay_lsn()} is where the last one ended
   * (XLogBytePosToEndRecPtr). They differ when the last record filled its page: it ended at the
   * page's end, the next begins behind the next page's header. No replay ends within a header, so a
   * token taken there would wait for a record that nobody has written yet.
   */
  public static long pageBoundary(long insertPosition, long segmentBytes, int pageBytes) {
    long inPage = insertPosition % pageBytes;
    long page = insertPosition - inPage;
    int header = page % segmentBytes == 0 ? SEGMENT_HEADER_BYTES : PAGE_HEADER_BYTES;
    return inPage <= header ? page : insertPosition;
  }
}
