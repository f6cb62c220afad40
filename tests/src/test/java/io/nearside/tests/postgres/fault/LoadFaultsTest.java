package io.nearside.tests.postgres.fault;

import static io.nearside.tests.stack.PostgresRequest.query;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import io.nearside.tests.postgres.PostgresFleet;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.PostgresYaml;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.SidecarYaml;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Many clients, slow clients, large rows: the sidecar stays small and serves the others. */
@SuppressWarnings("NullAway.Init") // set before every test
final class LoadFaultsTest {
  private static final int IDLE_CLIENTS = 2_000;
  private static final int DESCRIPTORS_NEEDED = 2 * IDLE_CLIENTS + 1_000;
  private static final int SMALL_BUFFER = 512;
  private static final int POOL_MAX = 10;
  private static final long MEBIBYTE = 1 << 20;

  private static PostgresServer server;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static PostgresYaml yaml() {
    return PostgresYaml.inFrontOf(server)
        .with("auth.method", "trust")
        .with("pool.mode", "transaction")
        .with("pool.max", "" + POOL_MAX);
  }

  private static SidecarProcess small(PostgresYaml yaml) {
    return SidecarProcess.start(
        SidecarYaml.alone("redis://127.0.0.1:9").text() + yaml.text(), "-Xmx64m");
  }

  @Test
  void idleClients_twoThousandOnTenConnections_allCanQuery() throws IOException {
    var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    Assumptions.assumeTrue(
        system.getMaxFileDescriptorCount() >= DESCRIPTORS_NEEDED, "too few file descriptors");
    List<LightClient> clients = new ArrayList<>();
    try (PostgresFleet fleet = PostgresFleet.alone(yaml())) {
      for (int i = 0; i < IDLE_CLIENTS; i++) {
        clients.add(new LightClient(fleet.port(0), SMALL_BUFFER));
      }
      for (LightClient client : clients) {
        client.send(query("SELECT 1"));
      }
      for (LightClient client : clients) {
        assertEquals(7, client.readToReady());
      }
      String open = server.value("SELECT count(*) FROM pg_stat_activity WHERE usename = 'app'");
      assertTrue(Integer.parseInt(open) <= POOL_MAX, open);
    } finally {
      for (LightClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void slowReader_largeResult_memoryIsBoundedAndOthersAreServed() throws IOException {
    PostgresYaml yaml = yaml();
    try (SidecarProcess sidecar = small(yaml)) {
      try (LightClient slow = new LightClient(yaml.port(), SMALL_BUFFER);
          LightClient other = new LightClient(yaml.port(), SMALL_BUFFER)) {
        slow.send(query("SELECT repeat('x', 1024) FROM generate_series(1, 65536)"));
        long before = 0;
        for (int i = 0; i < 200; i++) {
          assertEquals(7, other.query("SELECT 1"));
          before = Math.max(before, sidecar.residentBytes());
        }
        assertTrue(before < 400 * MEBIBYTE, "resident bytes " + before);
        assertEquals(65_536L * (1_024 + 6), slow.readToReady());
        assertEquals(7, slow.query("SELECT 1"));
      }
    }
  }

  @Test
  void largeRow_twoHundredMebibytes_streamsThroughASmallHeap() throws IOException {
    PostgresYaml yaml = yaml();
    try (SidecarProcess sidecar = small(yaml);
        LightClient client = new LightClient(yaml.port(), 64 * 1024)) {
      long bytes = 200 * MEBIBYTE;
      assertEquals(bytes + 6, client.query("SELECT repeat('x', " + bytes + ")"));
      assertTrue(sidecar.residentBytes() < 400 * MEBIBYTE, "" + sidecar.residentBytes());
      assertEquals(7, client.query("SELECT 1"));
    }
  }

  @Test
  void largeStatement_fiftyMebibytes_streamsThroughASmallHeap() throws IOException {
    PostgresYaml yaml = yaml();
    try (SidecarProcess sidecar = small(yaml);
        LightClient client = new LightClient(yaml.port(), 64 * 1024)) {
      int bytes = (int) (50 * MEBIBYTE);
      assertTrue(client.query("SELECT length('" + "y".repeat(bytes) + "')") > 0);
      assertTrue(sidecar.residentBytes() < 400 * MEBIBYTE, "" + sidecar.residentBytes());
      assertEquals(7, client.query("SELECT 1"));
    }
  }
}
