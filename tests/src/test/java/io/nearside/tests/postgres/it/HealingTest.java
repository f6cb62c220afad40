package io.nearside.tests.postgres.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.postgres.PostgresFleet;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.PostgresYaml;
import io.nearside.tests.stack.RawPostgres;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Errors that the sidecar's own choice of a server brought about: the client never sees them. */
@SuppressWarnings("NullAway.Init") // set before every test
@Timeout(120)
final class HealingTest {
  private static PostgresServer primary;
  private static PostgresServer replica;

  @BeforeAll
  static void start() {
    primary = PostgresServer.start();
    replica = PostgresServer.replicaOf(primary);
  }

  @AfterAll
  static void stop() {
    replica.close();
    primary.close();
  }

  private static PostgresFleet fleet() {
    return PostgresFleet.alone(
        PostgresYaml.inFrontOf(primary, replica).with("pool.mode", "transaction"));
  }

  /** Waits until the read is served by a replica: the catalog has been read, its lag is known. */
  private static void awaitReplica(RawPostgres client) throws IOException {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    String who = "/* nearside: replica */ SELECT inet_server_port()";
    while (!value(client, who).equals(Integer.toString(replica.port()))) {
      assertTrue(System.nanoTime() < deadline, "the replica serves nothing");
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  private static String value(RawPostgres client, String sql) throws IOException {
    List<List<@Nullable String>> rows = client.rows(sql);
    return String.valueOf(rows.getFirst().getFirst());
  }

  @Test
  void stableFunctionThatWrites_onAReplica_isServedByThePrimary() throws IOException {
    primary.sqlIn(PostgresServer.DATABASE, "CREATE SEQUENCE public.lied AS bigint");
    primary.sqlIn(PostgresServer.DATABASE, "GRANT ALL ON SEQUENCE public.lied TO PUBLIC");
    primary.sqlIn(
        PostgresServer.DATABASE,
        "CREATE FUNCTION public.lies() RETURNS bigint LANGUAGE plpgsql STABLE AS"
            + " 'BEGIN RETURN nextval(''public.lied''); END'");
    replica.awaitReplayed(primary);
    try (PostgresFleet fleet = fleet();
        RawPostgres client = fleet.connect(0)) {
      awaitReplica(client);
      // A replica refuses it with 25006; it is not volatile by its own word.
      assertEquals("1", value(client, "/* nearside: replica */ SELECT public.lies()"));
      assertEquals("2", value(client, "/* nearside: replica */ SELECT public.lies()"));
    }
  }

  @Test
  void unloggedTable_madeBehindTheSidecarsBack_isReadFromThePrimary() throws IOException {
    try (PostgresFleet fleet = fleet();
        RawPostgres client = fleet.connect(0)) {
      awaitReplica(client);
      primary.sqlIn(PostgresServer.DATABASE, "CREATE UNLOGGED TABLE public.hidden AS SELECT 7 a");
      primary.sqlIn(PostgresServer.DATABASE, "GRANT ALL ON public.hidden TO PUBLIC");
      replica.awaitReplayed(primary);
      assertEquals("7", value(client, "SELECT a FROM public.hidden"));
    }
  }
}
