package io.nearside.agent.postgres.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against real servers; skipped where the machine has none. */
@Timeout(180)
class ServersTest {
  @Test
  void started_findsRolesPositionsAndLag() throws Exception {
    try (var real = RealServers.start(2)) {
      real.awaitOn("a replica is usable", () -> real.servers.chooseReplica(server -> 0) != null);
      assertSame(real.server(0), real.on(real.servers::primary));
      assertEquals(List.of(real.server(1), real.server(2)), real.on(real.servers::replicas));
      assertEquals(1, real.on(real.servers::generation));
      Server replica = real.server(1);
      assertEquals(
          real.text(0, "SELECT system_identifier::text FROM pg_control_system()"),
          "" + real.on(replica::systemIdentifier));
      assertEquals(1, real.on(replica::timeline));
      assertEquals(
          real.text(0, "SELECT current_setting('server_version_num')"),
          "" + real.on(replica::versionNum));
      assertEquals(16 << 20, real.on(replica::segmentBytes));
      assertTrue(real.events.contains("primary none -> s0"), real.events::toString);
      assertTrue(
          real.events.stream().noneMatch(event -> event.startsWith("not on")),
          real.events::toString);
    }
  }

  @Test
  void idlePrimary_lagIsZero_alsoRightAfterASegmentSwitch() throws Exception {
    try (var real = RealServers.start(1)) {
      real.sql(0, "CREATE TABLE t (n int)");
      real.sql(0, "SELECT pg_switch_wal()");
      long token = RealServers.get(real.on(real.servers::askPrimaryPosition));
      // The next record would begin behind a header; replay ends before it and is not behind.
      real.awaitOn(
          "everything is replayed",
          () -> real.server(1).replayPosition() >= token && real.server(1).lagBytes() == 0);
      assertEquals(0, real.on(real.server(1)::lagMillis));
      assertEquals(0, token % (16 << 20), () -> Positions.format(token));
    }
  }

  @Test
  void replayPaused_lagGrowsUntilNoReplicaIsChosen() throws Exception {
    try (var real = RealServers.start(1)) {
      real.awaitOn("usable", () -> real.servers.chooseReplica(server -> 0) != null);
      real.sql(1, "SELECT pg_wal_replay_pause()");
      real.sql(0, "CREATE TABLE t (n int)");
      real.awaitOn("lag is seen", () -> real.server(1).lagBytes() > 0);
      long early = real.on(real.server(1)::lagMillis);
      real.awaitOn("lag grows", () -> real.server(1).lagMillis() > early + 300);
      assertNotNull(real.choose());
      real.sql(0, "INSERT INTO t SELECT generate_series(1, 30000)");
      real.awaitOn(
          "too many bytes behind",
          () -> "behind by more than maxLagBytes".equals(real.servers.refusal(real.server(1))));
      assertNull(real.choose());
      real.awaitOn(
          "too long behind", () -> real.server(1).lagMillis() > real.settings.maxLagMillis());
      real.sql(1, "SELECT pg_wal_replay_resume()");
      real.awaitOn("usable again", () -> real.servers.chooseReplica(server -> 0) != null);
    }
  }

  @Test
  void replicaStopped_isNotChosen_andBackStartsSlowly() throws Exception {
    try (var real = RealServers.start(2)) {
      real.awaitOn("usable", () -> real.servers.refusal(real.server(2)) == null);
      real.postgres.get(2).stop();
      real.awaitOn("its loss is seen", () -> !real.server(2).isReachable());
      assertEquals("not reachable", real.on(() -> real.servers.refusal(real.server(2))));
      assertEquals(Positions.UNKNOWN, real.on(real.server(2)::replayPosition));
      assertTrue(real.events.contains("s2 unreachable"), real.events::toString);
      for (int i = 0; i < 20; i++) {
        assertSame(real.server(1), real.choose());
      }
      real.postgres.get(2).start();
      real.awaitOn("usable again", () -> real.servers.refusal(real.server(2)) == null);
      int chosen = 0;
      for (int i = 0; i < 20; i++) {
        chosen += real.server(2).equals(real.choose()) ? 1 : 0;
      }
      // 10 s of slow start have just begun: far from its half.
      assertTrue(chosen < 8, "chosen " + chosen + " times of 20");
    }
  }

  @Test
  void failuresOfTheDataPlane_eject_untilTheTimeIsOver() throws Exception {
    try (var real = RealServers.start(1)) {
      real.awaitOn("usable", () -> real.servers.refusal(real.server(1)) == null);
      real.on(
          () -> {
            for (int i = 0; i < real.settings.failsMax(); i++) {
              real.servers.failed(real.server(1), "refused");
            }
            return true;
          });
      assertNull(real.choose());
      assertEquals("ejected", real.on(() -> real.servers.refusal(real.server(1))));
      real.awaitOn("its time is over", () -> real.servers.refusal(real.server(1)) == null);
      assertEquals(1, real.on(real.server(1)::ejections));
    }
  }

  @Test
  void promoted_becomesPrimaryAndTokensAreVoid() throws Exception {
    try (var real = RealServers.start(2)) {
      real.awaitOn("usable", () -> real.servers.refusal(real.server(2)) == null);
      real.postgres.get(0).kill();
      real.awaitOn("no primary", () -> real.servers.primary() == null);
      assertEquals(1, real.on(real.servers::generation));
      real.sql(1, "SELECT pg_promote()");
      real.awaitOn("the new one is seen", () -> real.server(1).equals(real.servers.primary()));
      assertEquals(2, real.on(real.servers::generation));
      assertEquals(2, real.on(real.server(1)::timeline));
      // The other replica still follows timeline 1.
      assertNull(real.choose());
      real.sql(
          2,
          "ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 user=postgres port="
              + real.postgres.get(1).address().port()
              + "'");
      real.sql(2, "SELECT pg_reload_conf()");
      real.awaitOn("it follows", () -> real.server(2).equals(real.servers.chooseReplica(s -> 0)));
      // The old primary comes back as if nothing had happened.
      real.postgres.get(0).start();
      real.awaitOn("it is refused", () -> real.server(0).lastError().contains("left behind"));
      assertSame(real.server(1), real.on(real.servers::primary));
      assertEquals(2, real.on(real.servers::generation));
    }
  }

  @Test
  void promotedUnderALivingPrimary_theOldOneGetsNoWrites() throws Exception {
    try (var real = RealServers.start(1)) {
      real.sql(1, "SELECT pg_promote()");
      real.awaitOn("the new one is seen", () -> real.server(1).equals(real.servers.primary()));
      assertEquals(ServerRole.UNKNOWN, real.on(real.server(0)::role));
      assertTrue(real.events.contains("primary s0 -> s1"), real.events::toString);
      assertTrue(real.events.contains("s0 PRIMARY -> UNKNOWN"), real.events::toString);
    }
  }

  @Test
  void frozen_isNoticedAndLeavesNoConnectionsBehind() throws Exception {
    try (var real = RealServers.start(1)) {
      real.awaitOn("usable", () -> real.servers.refusal(real.server(1)) == null);
      real.postgres.get(1).freeze();
      real.awaitOn("replica is lost", () -> !real.server(1).isReachable());
      assertNull(real.choose());
      real.postgres.get(0).freeze();
      real.awaitOn("primary is lost", () -> real.servers.primary() == null);
      // Several logins that hang are given up meanwhile.
      Thread.sleep(5000);
      real.postgres.get(0).thaw();
      real.postgres.get(1).thaw();
      real.awaitOn(
          "both are back",
          () -> real.servers.primary() != null && real.servers.refusal(real.server(1)) == null);
      for (int i = 0; i < 2; i++) {
        int server = i;
        real.await(
            "one control connection",
            () ->
                real.text(
                        server,
                        "SELECT count(*)::text FROM pg_stat_activity WHERE application_name = '"
                            + ControlConnection.APPLICATION_NAME
                            + "'")
                    .equals("1"));
      }
      assertEquals(1, real.on(real.servers::generation));
    }
  }

  @Test
  void controlConnectionTerminated_isMadeAnewWithoutAChangeOfRoles() throws Exception {
    try (var real = RealServers.start(0)) {
      long answers = real.on(real.server(0)::answers);
      int events = real.events.size();
      real.sql(
          0,
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '"
              + ControlConnection.APPLICATION_NAME
              + "'");
      real.awaitOn("it answers again", () -> real.server(0).answers() > answers + 3);
      assertEquals(events, real.events.size(), real.events::toString);
    }
  }

  @Test
  void withoutPgMonitor_aReplicaIsUsedByItsControlFile() throws Exception {
    try (var real = RealServers.start(1, "plain")) {
      real.awaitOn("usable", () -> real.servers.refusal(real.server(1)) == null);
      assertEquals(1, real.on(real.server(1)::timeline));
    }
  }

  @Test
  void withoutTheControlFunctions_thePrimaryServesAndReplicasDoNot() throws Exception {
    try (var real = RealServers.start(1, "plain")) {
      real.sql(
          0,
          "REVOKE EXECUTE ON FUNCTION pg_control_system(), pg_control_recovery(),"
              + " pg_control_checkpoint() FROM public");
      real.await(
          "the replica knows",
          () ->
              real.text(
                      1,
                      "SELECT has_function_privilege('plain', 'pg_control_system()',"
                          + " 'EXECUTE')::text")
                  .equals("false"));
      real.sql(1, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'plain'");
      real.awaitOn("refused", () -> real.servers.refusal(real.server(1)) != null);
      real.awaitOn(
          "it answers without them",
          () -> real.server(1).isReachable() && real.server(1).systemIdentifier() == 0);
      assertNotNull(real.on(real.servers::primary));
    }
  }

  @Test
  void applied_serverTakenOut_isGoneAndThePrimaryWithIt() throws Exception {
    try (var real = RealServers.start(1)) {
      Server removed = real.server(0);
      real.servers.apply(
          Facts.settings(
              List.of(real.postgres.get(1).address()),
              ReplicaChoiceKind.LEAST_LAG,
              java.util.Map.of(),
              "watcher"));
      real.awaitOn("no primary", () -> real.servers.primary() == null);
      assertEquals(List.of(real.server(1)), real.on(real.servers::all));
      assertEquals(false, removed.isReachable());
      real.servers.apply(real.settings);
      real.awaitOn("primary again", () -> real.servers.primary() != null);
      real.awaitOn("usable", () -> real.servers.chooseReplica(server -> 0) != null);
    }
  }

  @Test
  void wrongPassword_isToldAndNothingIsUsed() throws Exception {
    try (var real = RealServers.start(0)) {
      real.servers.apply(
          Facts.settings(
              real.settings.servers(), ReplicaChoiceKind.LEAST_LAG, java.util.Map.of(), "nobody"));
      real.awaitOn("it is told", () -> real.server(0).lastError().contains("nobody"));
      assertNull(real.on(real.servers::primary));
    }
  }

  @Test
  void suspected_isAskedAtOnce() throws Exception {
    try (var real = RealServers.start(1)) {
      real.servers.apply(Facts.watchMillis(real.settings, 600_000));
      real.sql(1, "SELECT pg_promote()");
      assertSame(real.server(0), real.on(real.servers::primary));
      real.on(
          () -> {
            // A thousand sessions that all see the same.
            for (int i = 0; i < 1000; i++) {
              real.servers.suspect(real.server(0));
            }
            return true;
          });
      real.awaitOn("found", () -> real.server(1).equals(real.servers.primary()));
      long answers = real.on(real.server(1)::answers);
      assertTrue(answers < 200, "asked " + answers + " times");
    }
  }

  @Test
  void serverOfAnotherCluster_isRefused() throws Exception {
    try (var real = RealServers.start(0);
        var foreign = RealPostgres.primary(java.util.Objects.requireNonNull(RealPostgres.home()))) {
      foreign.start();
      real.postgres.add(foreign);
      real.servers.apply(
          Facts.settings(
              List.of(real.postgres.get(0).address(), foreign.address()),
              ReplicaChoiceKind.LEAST_LAG,
              java.util.Map.of(),
              "postgres"));
      real.awaitOn("refused", () -> real.server(1).lastError().contains("another cluster"));
      assertSame(real.server(0), real.on(real.servers::primary));
      assertEquals(ServerRole.UNKNOWN, real.on(real.server(1)::role));
    }
  }
}
