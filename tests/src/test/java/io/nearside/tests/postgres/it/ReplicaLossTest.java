package io.nearside.tests.postgres.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.PostgresYaml;
import io.nearside.tests.stack.RawPostgres;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.SidecarYaml;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A replica that can not be connected to is nobody's trouble: the primary serves its reads. */
final class ReplicaLossTest {
  private static final int READS = 20;
  private static final String WHO = "/* nearside: replica */ SELECT inet_server_port()";

  // A look that finds the replica a few bytes behind is made good by the next one.
  @Test
  @Timeout(120)
  void read_replicaKilledBeforeTheWatchSeesIt_isServedByThePrimary() throws IOException {
    try (PostgresServer primary = PostgresServer.start();
        PostgresServer replica = PostgresServer.replicaOf(primary)) {
      PostgresYaml face =
          PostgresYaml.inFrontOf(primary, replica)
              .with("pool.mode", "transaction")
              .with("readYourWrites.scope", "off")
              .with("routing.watchMillis", "5000");
      try (SidecarProcess sidecar = SidecarProcess.start(SidecarYaml.postgresOnly(face).text());
          RawPostgres client = login(face)) {
        awaitAnswerOf(client, replica);

        replica.kill();

        for (int i = 0; i < READS; i++) {
          assertEquals(Integer.toString(primary.port()), port(client), sidecar::log);
        }
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

  private static void awaitAnswerOf(RawPostgres client, PostgresServer server) throws IOException {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!port(client).equals(Integer.toString(server.port()))) {
      assertTrue(System.nanoTime() < deadline, "the replica serves nothing");
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  private static String port(RawPostgres client) throws IOException {
    return String.valueOf(client.rows(WHO).getFirst().getFirst());
  }
}
