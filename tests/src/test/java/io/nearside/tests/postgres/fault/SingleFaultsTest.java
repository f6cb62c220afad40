package io.nearside.tests.postgres.fault;

import static io.nearside.tests.stack.PostgresRequest.query;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.postgres.PostgresFleet;
import io.nearside.tests.stack.PostgresMessage;
import io.nearside.tests.stack.PostgresRequest;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.PostgresYaml;
import io.nearside.tests.stack.RawPostgres;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One fault each: what its client is told, and that the others do not notice. */
@SuppressWarnings("NullAway.Init") // set before every test
final class SingleFaultsTest {
  private static final int CANCELS = 2_000;
  private static final int MUTATIONS = 400;

  private static PostgresServer server;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static PostgresYaml onePerPool() {
    return PostgresYaml.inFrontOf(server)
        .with("pool.mode", "transaction")
        .with("pool.min", "0")
        .with("pool.max", "1");
  }

  private static String sqlState(List<PostgresMessage> replies) {
    return replies.stream()
        .filter(m -> m.type() == 'E')
        .map(PostgresMessage::sqlState)
        .findFirst()
        .orElse("");
  }

  @Test
  void pool_exhausted_clearErrorThenRecovered() throws IOException {
    try (PostgresFleet fleet = PostgresFleet.alone(onePerPool().with("pool.acquireMillis", "300"));
        RawPostgres holder = fleet.connect(0);
        RawPostgres other = fleet.connect(0)) {
      holder.query("BEGIN");
      assertEquals("53300", sqlState(other.query("SELECT 1")));
      holder.query("COMMIT");
      assertEquals(List.of(List.of("1")), other.rows("SELECT 1"));
    }
  }

  @Test
  void queuedClient_cancel_isToldAndGoesOn() throws IOException {
    try (PostgresFleet fleet = PostgresFleet.alone(onePerPool());
        RawPostgres holder = fleet.connect(0);
        RawPostgres queued = fleet.connect(0)) {
      holder.query("BEGIN");
      queued.send(query("SELECT 2"));
      assertEquals(false, queued.hasBytesWithin(Duration.ofMillis(100)));
      queued.cancel();
      assertEquals("57014", sqlState(queued.readUntil('Z')));
      holder.query("COMMIT");
      assertEquals(List.of(List.of("2")), queued.rows("SELECT 2"));
    }
  }

  @Test
  void cancel_thousandsOnASharedConnection_neverHitsAnother() throws Exception {
    var running = new AtomicBoolean(true);
    try (PostgresFleet fleet = PostgresFleet.alone(onePerPool());
        RawPostgres canceller = fleet.connect(0);
        RawPostgres victim = fleet.connect(0)) {
      CompletableFuture<Integer> asked =
          CompletableFuture.supplyAsync(
              () -> {
                int count = 0;
                try {
                  while (running.get()) {
                    assertEquals(
                        List.of(List.of("9")), victim.rows("SELECT 9 FROM pg_sleep(0.0005)"));
                    count++;
                  }
                } catch (IOException hit) {
                  throw new java.io.UncheckedIOException(hit);
                }
                return count;
              });
      for (int i = 0; i < CANCELS && !asked.isDone(); i++) {
        canceller.send(query("SELECT 1"));
        canceller.cancel();
        canceller.readUntil('Z');
      }
      running.set(false);
      assertTrue(asked.get() > 100);
    }
  }

  @Test
  void primary_stopped_writesWaitThenFailClearlyAndRecover() throws IOException {
    try (PostgresServer own = PostgresServer.start();
        PostgresFleet fleet =
            PostgresFleet.alone(
                PostgresYaml.inFrontOf(own)
                    .with("pool.mode", "transaction")
                    .with("pool.acquireMillis", "700")
                    .with("routing.watchMillis", "50"));
        RawPostgres client = fleet.connect(0)) {
      client.query("CREATE TABLE t (a int)");
      own.stop();
      String state = sqlState(client.query("INSERT INTO t VALUES (1)"));
      assertTrue(List.of("53300", "57P03", "08006", "08001").contains(state), state);
      client.send(query("INSERT INTO t VALUES (2)"));
      own.restart();
      String after = sqlState(client.readUntil('Z'));
      assertTrue(List.of("", "53300", "57P03", "08006", "08001").contains(after), after);
      assertEquals(List.of(), insertUntilDone(client));
      assertEquals("1", own.value("SELECT count(*) FROM t WHERE a = 3"));
    }
  }

  private static List<String> insertUntilDone(RawPostgres client) throws IOException {
    String state = "";
    for (int i = 0; i < 20; i++) {
      state = sqlState(client.query("INSERT INTO t VALUES (3)"));
      if (state.isEmpty()) {
        return List.of();
      }
    }
    return List.of(state);
  }

  @Test
  void lengths_hostile_areRefusedAndOthersServed() throws IOException {
    try (PostgresFleet fleet = PostgresFleet.alone(onePerPool());
        RawPostgres other = fleet.connect(0)) {
      for (int length : new int[] {-1, 0, 3, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
        try (RawPostgres client = fleet.connect(0)) {
          client.send(ByteBuffer.allocate(9).put((byte) 'Q').putInt(length).putInt(0).array());
          List<PostgresMessage> last = client.readToEnd(Duration.ofSeconds(5));
          // Without a word, as the server does.
          assertEquals(List.of(), last, "length " + length);
        }
        try (RawPostgres client = RawPostgres.connect(fleet.port(0))) {
          client.send(ByteBuffer.allocate(8).putInt(length).putInt(196_608).array());
          client.readToEnd(Duration.ofSeconds(5));
        }
      }
      assertEquals(List.of(List.of("1")), other.rows("SELECT 1"));
    }
  }

  @Test
  void clientMessages_mutated_othersUnharmed() throws IOException {
    long seed = Long.getLong("nearside.fault.seed", System.nanoTime());
    System.out.println("mutated client messages: seed " + seed);
    var random = new SplittableRandom(seed);
    try (PostgresFleet fleet = PostgresFleet.alone(onePerPool().with("pool.max", "3"));
        RawPostgres other = fleet.connect(0)) {
      for (int i = 0; i < MUTATIONS; i++) {
        byte[] bytes = conversation();
        for (int n = random.nextInt(1, 4); n > 0; n--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        try (RawPostgres client = fleet.connect(0)) {
          client.send(bytes);
          client.hasBytesWithin(Duration.ofMillis(10));
        }
        assertEquals(List.of(List.of("n" + i)), other.rows("SELECT 'n" + i + "'"));
      }
    }
  }

  private static byte[] conversation() {
    byte[][] messages = {
      query("SELECT 1"),
      PostgresRequest.parse("s", "SELECT $1::text", List.of(25)),
      PostgresRequest.describe('S', "s"),
      PostgresRequest.bind("", "s", List.of("x")),
      PostgresRequest.execute("", 0),
      PostgresRequest.close('S', "s"),
      PostgresRequest.sync(),
      query("BEGIN; SELECT 2"),
      query("COMMIT")
    };
    int length = 0;
    for (byte[] message : messages) {
      length += message.length;
    }
    ByteBuffer all = ByteBuffer.allocate(length);
    for (byte[] message : messages) {
      all.put(message);
    }
    return all.array();
  }

  @Test
  void logins_failed_areLimited() throws IOException {
    try (PostgresFleet fleet =
        PostgresFleet.alone(onePerPool().with("auth.failuresPerMinuteMax", "3"))) {
      for (int i = 0; i < 3; i++) {
        assertThrows(
            IOException.class,
            () -> RawPostgres.login(fleet.port(0), PostgresServer.DATABASE, "app", "wrong"));
      }
      IOException limited = assertThrows(IOException.class, () -> fleet.connect(0).close());
      assertTrue(String.valueOf(limited.getMessage()).contains("refused"), limited::toString);
    }
  }
}
