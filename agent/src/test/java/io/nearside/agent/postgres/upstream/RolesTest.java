package io.nearside.agent.postgres.upstream;

import static io.nearside.agent.postgres.upstream.Facts.CLUSTER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RolesTest {
  private final Server s1 = Facts.server(1);
  private final Server s2 = Facts.server(2);
  private final Server s3 = Facts.server(3);
  private final List<Server> all = List.of(s1, s2, s3);

  private static String reason(Roles roles, Server server) {
    return roles.refused().getOrDefault(server, "not refused");
  }

  @Test
  void of_onePrimary_isIt() {
    Facts.replica(s1, 1, 100, 0);
    Facts.primary(s2, CLUSTER, 1, 100);
    Roles roles = Roles.of(all, null, 0);
    assertEquals(new Roles(s2, CLUSTER, false, Map.of()), roles);
  }

  @Test
  void of_replicasOnly_isNoneAndTheClusterStaysOpen() {
    Facts.replica(s1, 1, 100, 0);
    assertEquals(new Roles(null, 0, false, Map.of()), Roles.of(all, null, 0));
  }

  @Test
  void of_primaryNotReachable_isNone() {
    Facts.primary(s1, CLUSTER, 1, 100);
    s1.lost("refused");
    assertNull(Roles.of(all, s1, CLUSTER).primary());
  }

  @Test
  void of_twoTimelines_theHigherOne() {
    Facts.primary(s1, CLUSTER, 1, 900);
    Facts.primary(s2, CLUSTER, 2, 100);
    Roles roles = Roles.of(all, s1, CLUSTER);
    assertSame(s2, roles.primary());
    assertFalse(roles.conflict());
    assertTrue(reason(roles, s1).contains("left behind"), roles::toString);
  }

  @Test
  void of_oldPrimaryBackWhileTheNewOneIsAway_isNone() {
    Facts.primary(s2, CLUSTER, 2, 100);
    s2.lost("refused");
    Facts.primary(s1, CLUSTER, 1, 900);
    assertNull(Roles.of(all, null, CLUSTER).primary());
  }

  @Test
  void of_replicaStreamsAHigherTimeline_thePrimaryIsLeftBehind() {
    Facts.primary(s1, CLUSTER, 1, 900);
    Facts.replica(s2, 2, 100, 0);
    assertNull(Roles.of(all, s1, CLUSTER).primary());
  }

  @Test
  void of_promotedByMistakeAndRebuilt_theOldOneIsUsedAgain() {
    Facts.primary(s1, CLUSTER, 1, 900);
    Facts.primary(s2, CLUSTER, 2, 100);
    s2.lost("refused");
    assertNull(Roles.of(all, s2, CLUSTER).primary());
    Facts.replica(s2, 1, 900, 0);
    assertSame(s1, Roles.of(all, null, CLUSTER).primary());
  }

  @Test
  void of_equalTimelines_theCurrentOneStaysAndItIsAConflict() {
    Facts.primary(s1, CLUSTER, 2, 900);
    Facts.primary(s2, CLUSTER, 2, 100);
    Facts.primary(s3, CLUSTER, 2, 500);
    Roles roles = Roles.of(all, s3, CLUSTER);
    assertSame(s3, roles.primary());
    assertTrue(roles.conflict());
    assertEquals(java.util.Set.of(s1, s2), roles.refused().keySet());
  }

  @Test
  void of_equalTimelinesAtTheStart_theFirstConfigured() {
    Facts.primary(s2, CLUSTER, 2, 900);
    Facts.primary(s3, CLUSTER, 2, 100);
    Roles roles = Roles.of(all, null, 0);
    assertSame(s2, roles.primary());
    assertTrue(roles.conflict());
  }

  @Test
  void of_anotherCluster_isRefusedWhateverItsTimeline() {
    Facts.primary(s1, CLUSTER, 1, 100);
    Facts.primary(s2, 99, 7, 100);
    Roles roles = Roles.of(all, null, 0);
    assertSame(s1, roles.primary());
    assertFalse(roles.conflict());
    assertTrue(reason(roles, s2).contains("another cluster"), roles::toString);
  }

  @Test
  void of_anotherCluster_isNoSubstituteForALostPrimary() {
    Facts.primary(s2, 99, 7, 100);
    assertNull(Roles.of(all, null, CLUSTER).primary());
  }

  @Test
  void of_oneServerByTwoAddresses_isNoConflict() {
    Facts.primary(s1, CLUSTER, 1, 100);
    s2.answered(
        java.util.Objects.requireNonNull(s1.identity()),
        new WatchAnswer(false, 1, 100, 100, -1),
        0);
    Roles roles = Roles.of(all, s1, CLUSTER);
    assertSame(s1, roles.primary());
    assertFalse(roles.conflict());
    assertTrue(reason(roles, s2).contains("same server"), roles::toString);
  }
}
