package io.nearside.agent.postgres.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.cluster.local.LocalHub;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Budgets on a real server, counted by the server, all the time. */
@Timeout(120)
final class BudgetServerTest {
  private static final int LIMIT = 20;
  private static final BudgetSettings SETTINGS = new BudgetSettings(LIMIT, 3, 4, 500);
  private static final int SLOTS = 8;

  private static DebianPostgres server;

  private final Vertx vertx = Vertx.vertx();
  private final LocalHub hub = new LocalHub();
  private final List<RealSidecar> sidecars = new ArrayList<>();
  private final AtomicInteger most = new AtomicInteger();
  private final AtomicInteger samples = new AtomicInteger();
  private volatile int now;
  private PgConnection superuser;
  private volatile boolean watching = true;

  @BeforeAll
  static void startServer() throws Exception {
    server = DebianPostgres.start(60);
  }

  @AfterAll
  static void stopServer() throws Exception {
    if (server != null) {
      server.stop();
    }
  }

  @BeforeEach
  void watch() {
    LoopThread loop = LoopThread.on(vertx);
    superuser =
        LoopThread.await(loop.call(() -> PgConnection.connect(vertx, server.options("super"))));
    ask("DROP ROLE IF EXISTS app");
    ask("CREATE ROLE app LOGIN");
    sample();
  }

  /** One count after the other, as fast as the server answers. */
  private void sample() {
    superuser
        .query("SELECT count(*)::int FROM pg_stat_activity WHERE usename = 'app'")
        .execute()
        .onSuccess(
            rows -> {
              now = rows.iterator().next().getInteger(0);
              most.accumulateAndGet(now, Math::max);
              samples.incrementAndGet();
              if (watching) {
                sample();
              }
            });
  }

  @AfterEach
  void end() {
    watching = false;
    sidecars.forEach(RealSidecar::close);
    LoopThread.await(vertx.close());
  }

  private RealSidecar start(String name) {
    RealSidecar sidecar = new RealSidecar(name, vertx, server, hub, SETTINGS);
    sidecars.add(sidecar);
    return sidecar;
  }

  private List<Row> ask(String sql) {
    List<Row> rows = new ArrayList<>();
    LoopThread.await(superuser.query(sql).execute()).forEach(rows::add);
    return rows;
  }

  private void killLedgers(int atMost) {
    ask(
        "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE"
            + " application_name = 'nearside-budget' ORDER BY random() LIMIT "
            + atMost
            + ") AS victims");
  }

  private void awaitHeld(RealSidecar sidecar, int slots) {
    await(
        () -> sidecar.state().held() == slots && sidecar.state().resting() == 0,
        () -> sidecar.name + " " + sidecar.state());
  }

  @Test
  void fleet_sharesTheBudgetAndFollowsDemand_neverAboveIt() {
    for (String name : List.of("a", "b", "c", "d")) {
      start(name).want(30);
    }
    await(() -> now == LIMIT, () -> "at most " + most);
    sidecars.forEach(each -> awaitHeld(each, SLOTS / 4));

    RealSidecar a = sidecars.getFirst();
    sidecars.forEach(each -> each.want(each == a ? 30 : 0));
    awaitHeld(a, SLOTS);
    // Its ledger connection and what needs no slot; the others' ledgers.
    await(() -> now == 3 + SLOTS + 3, () -> "now " + now);

    RealSidecar b = sidecars.get(1);
    b.want(30);
    awaitHeld(b, SLOTS / 2);
    awaitHeld(a, SLOTS / 2);

    b.leaveCluster();
    awaitHeld(b, 0);
    awaitHeld(a, SLOTS);
    assertEquals(2, b.state().allowed());
    await(() -> b.state().open() == 2, () -> b.state().toString());
    assertTrue(b.state().detail().contains("not joined"), b.state()::detail);

    sidecars.forEach(each -> each.want(30));
    await(() -> now == LIMIT, () -> "now " + now);
    assertNeverAbove();
  }

  @Test
  void ledgersKilled_connectionsGoAndComeBack_neverAboveTheBudget() {
    for (String name : List.of("a", "b", "c", "d")) {
      start(name).want(30);
    }
    await(() -> now == LIMIT, () -> "at most " + most);
    long seed = System.nanoTime();
    System.out.println("budget on a real server: seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 25; round++) {
      int dice = random.nextInt(6);
      if (dice < 3) {
        killLedgers(1 + random.nextInt(4));
      } else {
        sidecars.get(random.nextInt(4)).want(dice == 3 ? 0 : random.nextInt(30));
      }
      pauseMillis(random.nextInt(dice == 5 ? 900 : 250));
    }
    assertTrue(sidecars.stream().anyMatch(each -> each.cutAtOnce.get() > 0), "nobody noticed");
    sidecars.forEach(each -> each.want(30));
    await(() -> now == LIMIT, () -> "now " + now);
    sidecars.forEach(each -> awaitHeld(each, SLOTS / 4));
    assertNeverAbove();
  }

  @Test
  void sidecarThatEnds_leavesItsSlotsToTheOthers() {
    RealSidecar a = start("a");
    RealSidecar b = start("b");
    a.want(30);
    awaitHeld(a, SLOTS);
    b.want(30);
    awaitHeld(b, SLOTS / 2);
    a.close();
    sidecars.remove(a);
    awaitHeld(b, SLOTS);
    assertNeverAbove();
  }

  @Test
  void ledgerBackendThatHangs_countsAsLostAndKeepsItsLocks() throws Exception {
    RealSidecar a = start("a");
    a.want(4);
    awaitHeld(a, 2);
    int pid =
        ask("SELECT pid FROM pg_stat_activity WHERE application_name = 'nearside-budget'")
            .getFirst()
            .getInteger(0);
    signal("STOP", pid);
    try {
      await(() -> a.cutAtOnce.get() > 0, () -> a.state().toString());
      // The slots that the dead connection holds on to are not offered again.
      awaitHeld(a, 2);
      assertEquals(4, locks());
    } finally {
      signal("CONT", pid);
    }
    await(() -> locks() == 2, () -> "locks " + locks());
  }

  private int locks() {
    return ask("SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory'")
        .getFirst()
        .getInteger(0);
  }

  private static void signal(String name, int pid) throws Exception {
    assertEquals(0, new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).start().waitFor());
  }

  @Test
  void ledgerConnections_raceForSlots_nobodyGetsAnothers() {
    int slots = 40;
    Set<Integer> taken = new HashSet<>();
    List<LoggingLedger> ledgers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ledgers.add(new LoggingLedger());
    }
    ledgers.forEach(each -> await(() -> each.ups.get() == 1, () -> "not up"));
    for (int round = 0; round < 12; round++) {
      ledgers.forEach(each -> each.loop.run(() -> each.connection.acquire(3, slots)));
      int asked = round + 1;
      ledgers.forEach(each -> await(() -> each.answers.get() == asked, () -> "no answer"));
    }
    int sum = 0;
    for (LoggingLedger each : ledgers) {
      sum += each.obtained.size();
      taken.addAll(each.obtained);
    }
    assertEquals(slots, sum);
    assertEquals(slots, taken.size(), "each once");
    assertTrue(taken.stream().allMatch(slot -> slot >= 0 && slot < slots));

    LoggingLedger first = ledgers.getFirst();
    List<Integer> back = List.copyOf(first.obtained).subList(0, 2);
    first.loop.run(() -> first.connection.release(back));
    await(() -> first.released.size() == 2, () -> "not released");
    LoggingLedger last = ledgers.getLast();
    last.obtained.clear();
    last.loop.run(() -> last.connection.acquire(3, slots));
    await(() -> last.obtained.size() == 2, () -> "got " + last.obtained);
    assertEquals(Set.copyOf(back), Set.copyOf(last.obtained));
    ledgers.forEach(each -> LoopThread.await(each.loop.call(() -> each.connection.close())));
    await(() -> locks() == 0, () -> "locks " + locks());
  }

  @Test
  void ledgerConnection_killed_isNoticedAndMadeAnew() {
    LoggingLedger ledger = new LoggingLedger();
    await(() -> ledger.ups.get() == 1, () -> "not up");
    for (int i = 1; i <= 3; i++) {
      killLedgers(9);
      int times = i;
      await(() -> ledger.losses.get() == times, () -> "lost " + ledger.losses);
      await(() -> ledger.ups.get() == times + 1, () -> "up " + ledger.ups);
    }
    LoopThread.await(ledger.loop.call(() -> ledger.connection.close()));
    pauseMillis(300);
    assertEquals(0, now);
    assertEquals(4, ledger.ups.get());
  }

  @Test
  void locksOfOthers_withTheSameClass_doNotConfuse() {
    int classId = LedgerConnection.CLASS_ID;
    ask("SELECT pg_advisory_lock(" + classId + ", 1), pg_advisory_lock(" + classId + ", -1)");
    ask("SELECT pg_advisory_lock(2)");
    LoggingLedger ledger = new LoggingLedger();
    await(() -> ledger.ups.get() == 1, () -> "not up");
    ledger.loop.run(() -> ledger.connection.acquire(9, 4));
    await(() -> ledger.answers.get() == 1, () -> "no answer");
    assertEquals(Set.of(0, 2, 3), Set.copyOf(ledger.obtained));
    LoopThread.await(ledger.loop.call(() -> ledger.connection.close()));
    ask("SELECT pg_advisory_unlock_all()");
  }

  @Test
  void classId_isTheHashOfItsName() {
    CRC32 crc = new CRC32();
    crc.update("nearside-budget".getBytes(StandardCharsets.US_ASCII));
    assertEquals((int) (crc.getValue() & 0x7fff_ffffL), LedgerConnection.CLASS_ID);
  }

  /** A ledger connection on a loop of its own, and what it told. */
  private final class LoggingLedger implements LedgerEvents {
    final List<Integer> obtained = new CopyOnWriteArrayList<>();
    final List<Integer> released = new CopyOnWriteArrayList<>();
    final AtomicInteger ups = new AtomicInteger();
    final AtomicInteger losses = new AtomicInteger();
    final AtomicInteger answers = new AtomicInteger();
    final LoopThread loop = LoopThread.on(vertx);
    final LedgerConnection connection =
        new LedgerConnection(vertx, server.options("app"), 100, new Random(5), this);

    LoggingLedger() {
      loop.run(connection::start);
    }

    @Override
    public void up() {
      ups.incrementAndGet();
    }

    @Override
    public void lost(String why) {
      losses.incrementAndGet();
    }

    @Override
    public void answered(long askedNanos) {
      assertTrue(System.nanoTime() - askedNanos >= 0);
    }

    @Override
    public void acquired(List<Integer> slots) {
      obtained.addAll(slots);
      answers.incrementAndGet();
    }

    @Override
    public void released(List<Integer> slots) {
      released.addAll(slots);
    }
  }

  private void assertNeverAbove() {
    System.out.printf("budget: %d counts by the server, at most %d%n", samples.get(), most.get());
    assertTrue(most.get() <= LIMIT, () -> most + " connections");
    assertTrue(samples.get() > 1_000, "counted too seldom");
  }

  private static void pauseMillis(long millis) {
    LockSupport.parkNanos(millis * 1_000_000);
  }

  private static void await(BooleanSupplier condition, Supplier<String> otherwise) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadline < 0, otherwise);
      pauseMillis(5);
    }
  }
}
