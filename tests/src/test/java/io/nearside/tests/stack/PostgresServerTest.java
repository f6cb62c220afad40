package io.nearside.tests.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PostgresServerTest {
  @Test
  void start_everyUser_logsInAsDocumented() throws IOException {
    try (PostgresServer server = PostgresServer.start()) {
      assertTrue(server.value("SHOW server_version").startsWith("18."));
      for (String user : List.of(PostgresServer.SUPERUSER, PostgresServer.USER, "cleartext_user")) {
        try (RawPostgres client = server.connect(PostgresServer.DATABASE, user)) {
          assertEquals(List.of(List.of(user)), client.rows("SELECT current_user"));
        }
        assertThrows(
            IOException.class,
            () -> RawPostgres.login(server.port(), PostgresServer.DATABASE, user, "wrong"));
      }
      try (RawPostgres client =
          RawPostgres.login(server.port(), PostgresServer.DATABASE, "trusted_user", "")) {
        assertEquals(List.of(List.of("1")), client.rows("SELECT 1"));
      }
      try (RawPostgres client = RawPostgres.connect(server.port())) {
        List<PostgresMessage> asked =
            client.startup(
                PostgresRequest.VERSION_3_0,
                RawPostgres.parameters("app", "nobody_there", Map.of()),
                "x");
        assertEquals("28P01", asked.getLast().sqlState());
      }
    }
  }

  @Test
  void replica_writePauseDelayDetachPromote_followsAndLeads() {
    try (PostgresServer primary = PostgresServer.start();
        PostgresServer replica = PostgresServer.replicaOf(primary);
        PostgresServer second = PostgresServer.replicaOf(primary)) {
      primary.sql("CREATE TABLE t (a int)");
      replica.awaitReplayed(primary);
      assertTrue(replica.isReplica());
      assertEquals("0", replica.value("SELECT count(*) FROM t"));

      replica.pauseReplay();
      primary.sql("INSERT INTO t VALUES (1)");
      second.awaitReplayed(primary);
      assertEquals("0", replica.value("SELECT count(*) FROM t"));
      assertTrue(replica.replayPosition() < primary.insertPosition());
      replica.resumeReplay();
      replica.awaitReplayed(primary);
      assertEquals("1", replica.value("SELECT count(*) FROM t"));

      second.detach();
      primary.sql("INSERT INTO t VALUES (2)");
      replica.awaitReplayed(primary);
      assertEquals("1", second.value("SELECT count(*) FROM t"));

      primary.kill();
      replica.promote();
      replica.sql("INSERT INTO t VALUES (3)");
      second.follow(replica);
      second.awaitReplayed(replica);
      assertEquals("3", second.value("SELECT count(*) FROM t"));
    }
  }

  @Test
  void delayReplay_set_replicaIsBehind() {
    try (PostgresServer primary = PostgresServer.start();
        PostgresServer replica = PostgresServer.replicaOf(primary)) {
      primary.sql("CREATE TABLE t (a int)");
      replica.awaitReplayed(primary);
      replica.delayReplay(Duration.ofMinutes(10));
      primary.sql("INSERT INTO t VALUES (1)");
      replica.awaitTrue("SELECT pg_last_wal_receive_lsn() - '0/0' >= " + primary.insertPosition());
      assertEquals("0", replica.value("SELECT count(*) FROM t"));
      replica.delayReplay(Duration.ZERO);
      replica.awaitReplayed(primary);
      assertEquals("1", replica.value("SELECT count(*) FROM t"));
    }
  }

  @Test
  void pauseKillRestart_connections_hangEndAndComeBack() throws IOException {
    try (PostgresServer server = PostgresServer.start("max_connections = 20")) {
      assertEquals("20", server.value("SHOW max_connections"));
      server.sql("CREATE TABLE t AS SELECT 7 AS a");
      try (RawPostgres client = server.connect()) {
        server.pause();
        client.send(PostgresRequest.query("SELECT 1"));
        assertFalse(client.hasBytesWithin(Duration.ofMillis(200)));
        server.resume();
        assertEquals('Z', client.readUntil('Z').getLast().type());
        server.stop();
        assertEquals("57P01", client.readToEnd(RawPostgres.TIMEOUT).getFirst().sqlState());
      }
      server.restart();
      try (RawPostgres client = server.connect()) {
        server.kill();
        assertEquals(List.of(), client.readToEnd(RawPostgres.TIMEOUT));
      }
      server.restart();
      assertEquals("7", server.value("SELECT a FROM t"));
    }
  }

  @Test
  void close_running_leavesNoProcessAndNoFolder() {
    PostgresServer server = PostgresServer.start();
    long pid = server.pid();
    server.close();
    assertFalse(Files.exists(server.folder()));
    assertFalse(ProcessHandle.of(pid).isPresent());
  }

  @Test
  void start_wrongSetting_saysWhatTheServerSaid() {
    var failure =
        assertThrows(IllegalStateException.class, () -> PostgresServer.start("no_such_thing = 1"));
    assertTrue(failure.toString().contains("no_such_thing"), failure.toString());
  }

  @Test
  void cancel_runningQuery_isCancelled() throws IOException {
    try (PostgresServer server = PostgresServer.start();
        RawPostgres client = server.connect()) {
      client.send(PostgresRequest.query("SELECT pg_sleep(60)"));
      server.awaitTrue(
          "SELECT count(*) = 1 FROM pg_stat_activity WHERE state = 'active' AND pid = "
              + client.processId());
      client.cancel();
      List<PostgresMessage> replies = client.readUntil('Z');
      assertEquals("57014", replies.get(replies.size() - 2).sqlState());
    }
  }

  @Test
  void startup_protocol32_longKeyAndNegotiation() throws IOException {
    try (PostgresServer server = PostgresServer.start();
        RawPostgres newer = RawPostgres.connect(server.port());
        RawPostgres newest = RawPostgres.connect(server.unixSocket())) {
      assertEquals('N', newer.requestEncryption(PostgresRequest.SSL_REQUEST));
      assertEquals('N', newer.requestEncryption(PostgresRequest.GSS_REQUEST));
      newer.startup(
          PostgresRequest.VERSION_3_2,
          RawPostgres.parameters("app", "app", Map.of()),
          PostgresServer.password("app"));
      assertEquals(32, newer.secret().length);
      List<PostgresMessage> replies =
          newest.startup(
              PostgresRequest.VERSION_3_0 + 9_999,
              RawPostgres.parameters("app", "app", Map.of("_pq_.unknown", "1")),
              "");
      assertEquals('v', replies.getFirst().type());
    }
  }
}
