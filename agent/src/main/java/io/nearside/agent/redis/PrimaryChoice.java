package io.nearside.agent.redis;

import io.nearside.config.HostPort;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which of the sentinels' answers holds. Each failover has a configuration epoch, higher than those
 * before, so the answer with the highest one is the newest: a sentinel that was cut off and still
 * names the old primary is not followed. Only where most sentinels agree on another primary without
 * a higher epoch (somebody has told them anew, which begins at 0) are they followed too. Not safe
 * for threads.
 */
final class PrimaryChoice {

  /** What one sentinel says. */
  record Answer(HostPort primary, long epoch) {}

  private final int sentinels;
  private final Map<HostPort, Answer> answers = new HashMap<>();
  private @Nullable Answer followed;

  /**
   * @param sentinels how many there are
   */
  PrimaryChoice(int sentinels) {
    this.sentinels = sentinels;
  }

  /** One sentinel has said where the primary is; whether that changes what is followed. */
  boolean answered(HostPort sentinel, Answer answer) {
    answers.put(sentinel, answer);
    Answer before = followed;
    boolean follows =
        before == null
            || answer.epoch > before.epoch
            || (!answer.primary.equals(before.primary) && 2 * agreeing(answer) > sentinels);
    if (follows) {
      followed = answer;
    }
    return follows && (before == null || !answer.primary.equals(before.primary));
  }

  private int agreeing(Answer answer) {
    return Collections.frequency(
        answers.values().stream().map(Answer::primary).toList(), answer.primary);
  }

  /** What this sentinel has said may be old by now. */
  void silent(HostPort sentinel) {
    answers.remove(sentinel);
  }

  /** The primary that is followed; null before the first answer. */
  @Nullable HostPort primary() {
    return followed == null ? null : followed.primary;
  }
}
