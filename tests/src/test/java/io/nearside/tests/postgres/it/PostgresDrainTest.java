package io.nearside.tests.postgres.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.nearside.tests.stack.PostgresMessage;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.PostgresYaml;
import io.nearside.tests.stack.RawPostgres;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.SidecarYaml;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** SIGTERM: who is between transactions is told, a transaction may end, the process leaves. */
final class PostgresDrainTest {
  @Test
  @Timeout(120)
  void terminated_openTransaction_endsFirst() throws Exception {
    try (PostgresServer server = PostgresServer.start()) {
      PostgresYaml face = PostgresYaml.inFrontOf(server).with("pool.mode", "transaction");
      try (SidecarProcess sidecar = SidecarProcess.start(SidecarYaml.postgresOnly(face).text());
          RawPostgres working = login(face);
          RawPostgres idle = login(face)) {
        working.query("CREATE TABLE kept (a int)");
        working.query("BEGIN");
        working.query("INSERT INTO kept VALUES (1)");
        idle.query("SELECT 1");

        CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(sidecar::stop);
        List<PostgresMessage> told = idle.readToEnd(Duration.ofSeconds(30));
        assertEquals("57P01", told.getFirst().sqlState());
        List<PostgresMessage> committed = working.query("COMMIT");

        assertEquals('C', committed.getFirst().type());
        assertEquals(0, exit.get());
        assertEquals(
            List.of(List.of("1")),
            server.sqlIn(PostgresServer.DATABASE, "SELECT count(*) FROM kept"));
      }
    }
  }

  private static RawPostgres login(PostgresYaml face) throws IOException {
    return RawPostgres.login(
        face.port(),
        PostgresServer.DATABASE,
        PostgresServer.USER,
        PostgresServer.password(PostgresServer.USER));
  }
}
