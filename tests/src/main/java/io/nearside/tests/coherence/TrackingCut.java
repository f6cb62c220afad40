package io.nearside.tests.coherence;

import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts, at Redis, the connections by which sidecars hear of other writers. Stateless. */
final class TrackingCut {
  private static final Pattern TRACKING =
      Pattern.compile("\\bid=(?<id>\\d+) .*\\bname=nearside-tracking");

  private TrackingCut() {}

  /** How many were cut. */
  static int cut(RedisServer redis) {
    int cut = 0;
    try (RawRedis connection = redis.connect()) {
      Matcher tracking = TRACKING.matcher(connection.ask("CLIENT", "LIST"));
      while (tracking.find()) {
        connection.ask("CLIENT", "KILL", "ID", tracking.group("id"));
        cut++;
      }
      return cut;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot cut the tracking connections", e);
    }
  }
}
