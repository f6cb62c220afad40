package io.nearside.agent.inject.server;

import java.time.Duration;
import java.time.Instant;

/**
 * What is next in an authority's life. A new one is first made known to clients beside the old one,
 * and signs only when they have had time to learn of it: so every certificate that is served is
 * trusted, whichever replica serves it.
 *
 * <pre>
 *   KEEP --a third of its life is left--> PREPARE --clients know the next one--> PROMOTE --> KEEP
 *     \--it expired, as no replica ran--> REPLACE --> KEEP
 * </pre>
 */
enum RotationStep {
  /** Nothing to do, or to wait. */
  KEEP,
  /** Make the next authority. */
  PREPARE,
  /** Let the next authority sign. */
  PROMOTE,
  /** Nobody trusts the authority any more, and none is prepared: begin anew. */
  REPLACE;

  private static final int RENEWED_AT_PARTS_LEFT = 3;

  /**
   * @param lifetime of an authority
   * @param nextIsKnown whether clients have had time to learn of the next one
   */
  static RotationStep of(
      AuthoritySecret secret, Duration lifetime, boolean nextIsKnown, Instant now) {
    boolean expired = !secret.current().left(now).isPositive();
    var next = secret.next();
    if (next != null && next.left(now).isPositive()) {
      return nextIsKnown || expired ? PROMOTE : KEEP;
    }
    if (expired) {
      return REPLACE;
    }
    return isDue(secret.current().left(now), lifetime) ? PREPARE : KEEP;
  }

  /** Whether so little of a lifetime is left that it should be renewed. */
  static boolean isDue(Duration left, Duration lifetime) {
    return left.compareTo(lifetime.dividedBy(RENEWED_AT_PARTS_LEFT)) < 0;
  }
}
