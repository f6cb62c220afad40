package io.nearside.agent.inject.server;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does the same again and again: a period after a round has ended well, after a failure by a
 * backoff that doubles, with jitter. A failure is logged when it begins and when it changes.
 * Confined to the context it is started on.
 */
final class Rounds {
  private static final Logger log = LoggerFactory.getLogger(Rounds.class);
  private static final long BACKOFF_FIRST_MILLIS = 250;
  private static final long BACKOFF_MAX_MILLIS = 30_000;

  private final Vertx vertx;
  private final String name;
  private final long periodMillis;
  private final Supplier<Future<Void>> round;
  private final LongUnaryOperator below;
  private int failures;
  private String complaint = "";

  /**
   * @param name what is done, for the log
   * @param below gives a random number from 0 up to its argument
   */
  Rounds(
      Vertx vertx,
      String name,
      Duration period,
      LongUnaryOperator below,
      Supplier<Future<Void>> round) {
    this.vertx = vertx;
    this.name = name;
    this.periodMillis = Math.max(1, period.toMillis());
    this.below = below;
    this.round = round;
  }

  /** Begins with a round at once. */
  void start() {
    Future<Void> done;
    try {
      done = round.get();
    } catch (RuntimeException e) {
      done = Future.failedFuture(e);
    }
    done.onComplete(
        end -> {
          failures = end.succeeded() ? 0 : failures + 1;
          tell(end.succeeded() ? "" : String.valueOf(end.cause().getMessage()));
          vertx.setTimer(wait(failures), timer -> start());
        });
  }

  private void tell(String failure) {
    if (!failure.equals(complaint)) {
      if (failure.isEmpty()) {
        log.info("{}: well again", name);
      } else {
        log.warn("{}: {}", name, failure);
      }
      complaint = failure;
    }
  }

  /** Between half and the whole of what is due, so that replicas do not come all at once. */
  private long wait(int failed) {
    if (failed == 0) {
      return periodMillis;
    }
    long full = Math.min(BACKOFF_MAX_MILLIS, BACKOFF_FIRST_MILLIS << Math.min(failed - 1, 10));
    return full / 2 + below.applyAsLong(full / 2 + 1);
  }
}
