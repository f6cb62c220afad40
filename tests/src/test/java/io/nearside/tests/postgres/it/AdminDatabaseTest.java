package io.nearside.tests.postgres.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.it.Eventually;
import io.nearside.tests.stack.PostgresMessage;
import io.nearside.tests.stack.PostgresRequest;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.PostgresYaml;
import io.nearside.tests.stack.RawPostgres;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.SidecarYaml;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The database {@code nearside} of a sidecar in front of a primary and a replica. */
@SuppressWarnings("NullAway.Init") // set before every test
final class AdminDatabaseTest {
  private static final Duration A_WHILE = Duration.ofMillis(400);
  private static final String CONSOLE = "nearside";

  private static PostgresServer primary;
  private static PostgresServer replica;
  private static SidecarProcess sidecar;
  private static int port;

  private final List<RawPostgres> opened = new ArrayList<>();

  @BeforeAll
  static void start() {
    primary = PostgresServer.start();
    primary.sql("CREATE TABLE public.t (i int); GRANT ALL ON public.t TO app");
    replica = PostgresServer.replicaOf(primary);
    PostgresYaml face =
        PostgresYaml.inFrontOf(primary, replica)
            .with("pool.mode", "transaction")
            .with("statistics.slowMillis", "200");
    port = face.port();
    sidecar = SidecarProcess.start(SidecarYaml.postgresOnly(face).text());
  }

  @AfterAll
  static void stop() {
    sidecar.close();
    replica.close();
    primary.close();
  }

  @AfterEach
  void resumeAll() throws IOException {
    try (RawPostgres console = login(CONSOLE, PostgresServer.SUPERUSER)) {
      console.query("RESUME");
      console.query("ENABLE app");
    }
    opened.forEach(RawPostgres::close);
  }

  private static RawPostgres login(String database, String user) throws IOException {
    return RawPostgres.login(port, database, user, PostgresServer.password(user));
  }

  private RawPostgres console() throws IOException {
    return kept(login(CONSOLE, PostgresServer.SUPERUSER));
  }

  private RawPostgres client() throws IOException {
    return kept(login(PostgresServer.DATABASE, PostgresServer.USER));
  }

  private RawPostgres kept(RawPostgres connection) {
    opened.add(connection);
    return connection;
  }

  /** The rows of an answer by the names of its columns. */
  private static List<Map<String, @Nullable String>> table(RawPostgres console, String command)
      throws IOException {
    List<String> columns = new ArrayList<>();
    List<Map<String, @Nullable String>> rows = new ArrayList<>();
    for (PostgresMessage message : console.query(command)) {
      switch (message.type()) {
        case 'E' -> throw new IOException(command + ": " + message.fields());
        case 'T' -> columns = columns(message.body());
        case 'D' -> {
          List<@Nullable String> values = RawPostgres.row(message);
          Map<String, @Nullable String> row = new TreeMap<>();
          for (int i = 0; i < columns.size(); i++) {
            row.put(columns.get(i), values.get(i));
          }
          rows.add(row);
        }
        default -> {
          // the end
        }
      }
    }
    return rows;
  }

  private static List<String> columns(byte[] description) {
    List<String> names = new ArrayList<>();
    int at = 2;
    while (at < description.length) {
      int end = at;
      while (description[end] != 0) {
        end++;
      }
      names.add(new String(description, at, end - at, UTF_8));
      at = end + 1 + 18;
    }
    return names;
  }

  private static String code(List<PostgresMessage> reply) {
    return reply.stream()
        .filter(message -> message.type() == 'E')
        .map(message -> String.valueOf(message.fields().get('C')))
        .findFirst()
        .orElse("");
  }

  private static Optional<Map<String, @Nullable String>> primaryPool(RawPostgres console)
      throws IOException {
    return table(console, "SHOW POOLS").stream()
        .filter(pool -> "primary".equals(pool.get("role")) && "app".equals(pool.get("database")))
        .findFirst();
  }

  @Test
  void show_pools_countsClientsAndConnections() throws IOException {
    RawPostgres client = client();
    RawPostgres other = client();
    client.query("BEGIN");
    other.query("SELECT 1");
    Map<String, @Nullable String> pool = primaryPool(console()).orElseThrow();
    client.query("COMMIT");
    assertEquals("2", pool.get("cl_active"));
    assertEquals("0", pool.get("cl_waiting"));
    assertEquals("1", pool.get("sv_active"));
    assertEquals("transaction", pool.get("pool_mode"));
    assertEquals("127.0.0.1:" + primary.port(), pool.get("server"));
  }

  @Test
  void show_everything_isAnsweredWithATable() throws IOException {
    client().query("SELECT 1");
    RawPostgres console = console();
    for (String what :
        List.of(
            "POOLS",
            "clients",
            "SERVERS",
            "STATS",
            "STATS_TOTALS",
            "STATS_AVERAGES",
            "TOTALS",
            "LISTS",
            "DATABASES",
            "USERS",
            "REPLICAS",
            "CONFIG",
            "STATE",
            "VERSION",
            "QUERIES",
            "COUNTERS")) {
      assertFalse(table(console, "SHOW " + what + ";").isEmpty(), what);
    }
    assertEquals(List.of(), table(console, "SHOW PINS; -- nobody is"));
    assertEquals("N", String.valueOf(console.query("SHOW HELP").getFirst().type()));
    assertEquals("I", String.valueOf(console.query(" ; ").getFirst().type()));
  }

  @Test
  void show_replicas_tellsRoleAndReach() throws IOException {
    RawPostgres console = console();
    Eventually.holds(
        "the replica, reachable",
        () ->
            table(console, "SHOW REPLICAS").stream()
                .anyMatch(
                    server ->
                        "replica".equals(server.get("role"))
                            && "1".equals(server.get("reachable"))
                            && ("127.0.0.1:" + replica.port()).equals(server.get("server"))));
  }

  @Test
  void show_route_explains() throws IOException {
    replica.awaitReplayed(primary);
    client().query("SELECT 1");
    RawPostgres console = console();
    Eventually.holds(
        "a route to the replica",
        () ->
            "replica"
                .equals(
                    table(console, "SHOW ROUTE FOR 'SELECT i FROM t'").getFirst().get("route")));
    Map<String, @Nullable String> write =
        table(console, "show route for 'SELECT nextval(''s'')' in app").getFirst();
    assertEquals("primary", write.get("route"));
    assertTrue(String.valueOf(write.get("reason")).contains("nextval"), write.toString());
    assertEquals("3D000", code(console.query("SHOW ROUTE FOR 'SELECT 1' IN nowhere")));
  }

  @Test
  void show_pins_namesTheReason() throws IOException {
    RawPostgres client = client();
    client.query("LISTEN news");
    RawPostgres console = console();
    Map<String, @Nullable String> pin = table(console, "SHOW PINS").getFirst();
    assertEquals("listen", pin.get("reason"));
    assertEquals(Integer.toString(client.processId()), pin.get("client"));
    client.query("UNLISTEN *");
    assertEquals(List.of(), table(console, "SHOW PINS"));
  }

  @Test
  void pause_transactionOpen_waitsForItsEnd() throws IOException {
    RawPostgres busy = client();
    RawPostgres other = client();
    busy.query("BEGIN");
    RawPostgres console = console();
    console.send(PostgresRequest.query("PAUSE app"));
    assertFalse(console.hasBytesWithin(A_WHILE), "paused while a transaction is open");
    other.send(PostgresRequest.query("SELECT 1"));
    assertEquals("", code(busy.query("COMMIT")));
    assertEquals("", code(console.readUntil('Z')));
    assertFalse(other.hasBytesWithin(A_WHILE), "served while paused");
    assertEquals("55000", code(console.query("PAUSE app")));
    assertEquals("", code(console.query("RESUME app")));
    assertEquals("", code(other.readUntil('Z')));
    assertEquals("55000", code(console.query("RESUME app")));
  }

  @Test
  void pause_whoAskedLeaves_resumes() throws IOException {
    RawPostgres busy = client();
    busy.query("BEGIN");
    RawPostgres console = console();
    console.send(PostgresRequest.query("PAUSE app"));
    assertFalse(console.hasBytesWithin(A_WHILE));
    console.close();
    RawPostgres other = client();
    assertEquals("", code(other.query("SELECT 1")));
    assertEquals("", code(busy.query("COMMIT")));
  }

  @Test
  void reconnect_thenWaitClose_replacesConnections() throws IOException {
    RawPostgres client = client();
    String before = String.valueOf(client.rows("SELECT pg_backend_pid()").getFirst().getFirst());
    RawPostgres console = console();
    assertEquals("", code(console.query("RECONNECT; WAIT_CLOSE")));
    String after = String.valueOf(client.rows("SELECT pg_backend_pid()").getFirst().getFirst());
    assertFalse(after.equals(before), before);
  }

  @Test
  void kill_clientsAndConnections_areDropped() throws IOException {
    RawPostgres client = client();
    client.query("BEGIN");
    RawPostgres console = console();
    assertEquals("", code(console.query("KILL app")));
    List<PostgresMessage> last = client.readToEnd(Duration.ofSeconds(10));
    assertEquals("57P01", code(last));
    Eventually.holds(
        "no connection left",
        () ->
            table(console, "SHOW SERVERS").stream()
                .noneMatch(server -> "app".equals(server.get("database"))));
    assertEquals("", code(console.query("RESUME app")));
    assertEquals("", code(client().query("SELECT 1")));
  }

  @Test
  void disable_newClients_areRefused() throws IOException {
    RawPostgres client = client();
    RawPostgres console = console();
    assertEquals("", code(console.query("DISABLE app")));
    IOException refused = assertThrows(IOException.class, this::client);
    assertTrue(String.valueOf(refused.getMessage()).contains("55000"), refused.getMessage());
    assertEquals("", code(client.query("SELECT 1")));
    assertEquals("", code(console.query("ENABLE app")));
    assertEquals("", code(client().query("SELECT 1")));
  }

  @Test
  void resize_pool_showsTheNewMaximum() throws IOException {
    client().query("SELECT 1");
    RawPostgres console = console();
    assertEquals("", code(console.query("RESIZE app app 3")));
    assertEquals("3", primaryPool(console).orElseThrow().get("max"));
    assertEquals("", code(console.query("RESIZE app app 0")));
    assertEquals("20", primaryPool(console).orElseThrow().get("max"));
    assertEquals("42704", code(console.query("RESIZE app nobody 3")));
    assertEquals("22023", code(console.query("RESIZE app app many")));
  }

  @Test
  void reload_answersWhatChanged() throws IOException {
    List<PostgresMessage> reply = console().query("RELOAD");
    assertEquals("", code(reply));
    assertEquals('N', reply.getFirst().type());
  }

  @Test
  void commands_thatAreNotForHere_areRefusedAndTheSessionGoesOn() throws IOException {
    RawPostgres console = console();
    assertEquals("42601", code(console.query("SELECT 1")));
    assertEquals("42601", code(console.query("SHOW nonsense")));
    assertEquals("42601", code(console.query("SHOW POOLS now")));
    assertEquals("42601", code(console.query("KILL")));
    assertEquals("0A000", code(console.query("SHUTDOWN")));
    assertEquals("0A000", code(console.query("SET pool_size = 5")));
    assertEquals("", code(console.query("SET extra_float_digits = 3")));
    console.send(PostgresRequest.parse("", "SHOW POOLS", List.of()), PostgresRequest.sync());
    assertEquals("0A000", code(console.readUntil('Z')));
    assertEquals("", code(console.query("SHOW POOLS")));
  }

  @Test
  void login_ofAnybodyElse_isRefused() {
    IOException refused =
        assertThrows(IOException.class, () -> login(CONSOLE, PostgresServer.USER));
    assertTrue(String.valueOf(refused.getMessage()).contains("28P01"), refused.getMessage());
  }

  @Test
  void psql_lists_areReadable() throws Exception {
    Optional<Path> psql = PostgresServer.systemProgram("psql");
    Assumptions.assumeTrue(psql.isPresent(), "no psql here");
    client().query("SELECT 1");
    String pools = psql(psql.get(), "show pools");
    assertTrue(pools.contains("cl_active") && pools.contains("app"), pools);
    String tables = psql(psql.get(), "\\d");
    assertTrue(tables.contains("this is the sidecar's admin console"), tables);
  }

  private static String psql(Path program, String command) throws Exception {
    var builder =
        new ProcessBuilder(
            program.toString(),
            "-X",
            "-h",
            "127.0.0.1",
            "-p",
            Integer.toString(port),
            "-U",
            PostgresServer.SUPERUSER,
            "-c",
            command,
            CONSOLE);
    builder.environment().put("PGPASSWORD", PostgresServer.password(PostgresServer.SUPERUSER));
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertTrue(process.waitFor(20, TimeUnit.SECONDS), output);
    return output;
  }
}
