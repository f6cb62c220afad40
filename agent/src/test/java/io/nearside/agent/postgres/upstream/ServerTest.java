package io.nearside.agent.postgres.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ServerTest {
  private final Server replica = Facts.replica(1, 1, 100);

  @Test
  void replayPosition_onlyGrows() {
    replica.observedReplay(150);
    Facts.replica(replica, 1, 120, 1);
    assertEquals(150, replica.replayPosition());
    replica.observedReplay(140);
    assertEquals(150, replica.replayPosition());
  }

  @Test
  void replayPosition_afterALoss_isUnknownUntilItAnswers() {
    replica.disconnected();
    replica.observedReplay(500);
    assertEquals(Positions.UNKNOWN, replica.replayPosition());
    assertEquals(-1, replica.lagBytes());
    Facts.replica(replica, 1, 90, 1);
    assertEquals(90, replica.replayPosition());
  }

  @Test
  void replayPosition_ofAPrimary_isUnknown() {
    Facts.primary(replica, Facts.CLUSTER, 2, 300);
    assertEquals(Positions.UNKNOWN, replica.replayPosition());
    assertEquals(300, replica.flushPosition());
  }

  @Test
  void lost_thenBack_startsSlowly() {
    UpstreamSettings settings = Facts.settings(ReplicaChoiceKind.LEAST_LAG, java.util.Map.of());
    assertEquals(1, replica.ejection.share(settings, 0));
    replica.lost("refused");
    Facts.replica(replica, 1, 100, 5);
    assertTrue(replica.ejection.share(settings, 5) < 1);
  }

  @Test
  void replicaTimeline_theReceiversElseTheHighestKnown() {
    assertEquals(3, WatchQuery.replicaTimeline(3, 2, 2));
    assertEquals(2, WatchQuery.replicaTimeline(null, 1, 2));
    assertEquals(2, WatchQuery.replicaTimeline(null, 2, -1));
    assertEquals(-1, WatchQuery.replicaTimeline(null, null, -1));
  }
}
