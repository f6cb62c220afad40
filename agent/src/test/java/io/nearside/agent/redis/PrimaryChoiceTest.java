package io.nearside.agent.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.redis.PrimaryChoice.Answer;
import io.nearside.config.HostPort;
import org.junit.jupiter.api.Test;

final class PrimaryChoiceTest {
  private static final HostPort S1 = new HostPort("s1", 1);
  private static final HostPort S2 = new HostPort("s2", 1);
  private static final HostPort S3 = new HostPort("s3", 1);
  private static final HostPort OLD = new HostPort("old", 1);
  private static final HostPort NEW = new HostPort("new", 1);

  private final PrimaryChoice choice = new PrimaryChoice(3);

  @Test
  void answered_first_followed() {
    assertNull(choice.primary());
    assertTrue(choice.answered(S1, new Answer(OLD, 4)));
    assertEquals(OLD, choice.primary());
  }

  @Test
  void answered_higherEpoch_followedThoughAlone() {
    choice.answered(S1, new Answer(OLD, 4));
    choice.answered(S2, new Answer(OLD, 4));
    assertTrue(choice.answered(S3, new Answer(NEW, 5)));
    assertEquals(NEW, choice.primary());
  }

  @Test
  void answered_sentinelThatWasCutOff_notFollowed() {
    choice.answered(S1, new Answer(NEW, 5));
    choice.answered(S2, new Answer(NEW, 5));
    assertFalse(choice.answered(S3, new Answer(OLD, 4)));
    assertEquals(NEW, choice.primary());
  }

  @Test
  void answered_mostAgreeOnALowerEpoch_followed() {
    choice.answered(S1, new Answer(OLD, 9));
    assertFalse(choice.answered(S2, new Answer(NEW, 0)));
    assertTrue(choice.answered(S3, new Answer(NEW, 0)));
    assertEquals(NEW, choice.primary());
  }

  @Test
  void silent_itsAnswerCountsNoMore() {
    choice.answered(S1, new Answer(OLD, 9));
    choice.answered(S2, new Answer(NEW, 0));
    choice.silent(S2);
    assertFalse(choice.answered(S3, new Answer(NEW, 0)));
  }

  @Test
  void answered_samePrimaryHigherEpoch_noMove() {
    choice.answered(S1, new Answer(OLD, 4));
    assertFalse(choice.answered(S2, new Answer(OLD, 6)));
    assertFalse(choice.answered(S3, new Answer(NEW, 5)));
  }
}
