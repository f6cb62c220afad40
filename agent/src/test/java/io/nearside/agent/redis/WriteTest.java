package io.nearside.agent.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.cache.Fill;
import io.nearside.agent.cache.Key;
import io.nearside.agent.cache.NearCache;
import io.nearside.agent.redis.command.Command;
import io.nearside.agent.redis.command.CommandTable;
import io.nearside.agent.redis.resp.RequestFrame;
import io.nearside.agent.redis.resp.RequestScanner;
import io.nearside.agent.redis.resp.RespLimits;
import io.nearside.cluster.BusListener;
import io.nearside.cluster.BusSettings;
import io.nearside.cluster.ClusterEvent;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.InvalidationBus;
import io.nearside.cluster.local.LocalHub;
import io.nearside.cluster.local.LocalInvalidationBus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a write does to the near-cache and tells a peer, and when. */
final class WriteTest {
  private static final ClusterSecret SECRET = secret();

  private final NearCache cache = new NearCache(1 << 20, 1000, 4, System::nanoTime);
  private final LocalHub hub = new LocalHub();
  private final InvalidationBus bus =
      new LocalInvalidationBus(BusSettings.of("here", 1000, SECRET), hub);
  private final InvalidationBus peer =
      new LocalInvalidationBus(BusSettings.of("peer", 1000, SECRET), hub);
  private final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private final Coherence coherence =
      new Coherence(cache, bus, new Fence(System::nanoTime), timer, 20);

  @BeforeEach
  void join() throws InterruptedException {
    peer.start(new Recorder(heard));
    bus.start(new Recorder(new LinkedBlockingQueue<>()));
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (!settled() && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(2);
    }
    assertTrue(settled());
    heard.clear();
  }

  private boolean settled() {
    return bus.freshUntilNanos() - System.nanoTime() > 0
        && peer.freshUntilNanos() - System.nanoTime() > 0;
  }

  @AfterEach
  void stop() {
    timer.shutdownNow();
    bus.close();
    peer.close();
  }

  @Test
  void begin_beforeSending_dropsAndGrantsNoLease_tellsNobodyYet() {
    hold("k");
    Fill early = lease("k");
    Write write = write("SET k v");
    write.begin(null);
    assertFalse(holds("k"));
    assertNull(lease("k"));
    assertNotNull(early);
    assertFalse(cache.commit(early, new byte[1], 1000));
    assertTrue(heard.isEmpty());
  }

  @Test
  void answered_publishes_andGrantsLeasesAgain() throws InterruptedException {
    Write write = write("SET k v");
    write.begin(null);
    write.answered(false);
    assertEquals("0 k", next());
    assertNotNull(lease("k"));
  }

  @Test
  void answered_withAnError_publishesAllTheSame() throws InterruptedException {
    Write write = write("SET k v");
    write.begin(null);
    write.answered(true);
    assertEquals("0 k", next());
  }

  @Test
  void answered_alone_countsWhatItPublished() {
    try (InvalidationBus alone =
        LocalInvalidationBus.alone(BusSettings.of("alone", 1000, SECRET))) {
      alone.start(new Recorder(new LinkedBlockingQueue<>()));
      var only = new Coherence(cache, alone, new Fence(System::nanoTime), timer, 20);
      Write write = Write.ofKeys(only, List.of(new Key.Stored(0, new byte[] {'k'})));
      hold("k");
      write.begin(null);
      assertFalse(holds("k"));
      write.answered(false);
      assertNotNull(lease("k"));
      assertEquals(Long.MAX_VALUE, alone.freshUntilNanos());
    }
  }

  @Test
  void notSent_tellsNobody_andGrantsLeasesAgain() throws InterruptedException {
    Write write = write("SET k v");
    write.begin(null);
    write.notSent();
    assertNotNull(lease("k"));
    Write other = write("SET other v");
    other.begin(null);
    other.answered(false);
    assertEquals("0 other", next());
  }

  @Test
  void manyKeys_arePublishedTogether() throws InterruptedException {
    Write write = write("MSET a 1 b 2");
    write.begin(null);
    assertNull(lease("a"));
    assertNull(lease("b"));
    write.answered(false);
    assertEquals("0 a", next());
    assertEquals("0 b", next());
  }

  @Test
  void crossingDatabases_isPublishedForAllOfThem() throws InterruptedException {
    hold("k");
    Write write = write("MOVE k 1");
    write.begin(null);
    assertFalse(holds("k"));
    write.answered(false);
    assertEquals("-1 k", next());
  }

  @ParameterizedTest
  @CsvSource({"FLUSHALL, flush", "SWAPDB 0 1, swapdb", "DEBUG RELOAD, unknown-keys"})
  void keysUnknown_moveTheEpochBeforeAndAfter(String command, String reason)
      throws InterruptedException {
    hold("k");
    Write write = write(command);
    write.begin(null);
    assertFalse(holds("k"));
    assertNull(lease("k"));
    long during = cache.epoch();
    write.answered(false);
    assertEquals(during + 1, cache.epoch());
    assertEquals("epoch " + reason, next());
    assertNotNull(lease("k"));
  }

  @ParameterizedTest
  @CsvSource({"FLUSHALL", "SWAPDB 0 1", "ACL SETUSER u on"})
  void allOrNothing_refused_isTheBusinessOfNobodyElse(String command) throws InterruptedException {
    Write refused = write(command);
    refused.begin(null);
    long during = cache.epoch();
    refused.answered(true);
    assertEquals(during, cache.epoch());
    assertNotNull(lease("k"));
    // What comes next is the first that the peer hears.
    Write next = write("SET k v");
    next.begin(null);
    next.answered(false);
    assertEquals("0 k", next());
  }

  @Test
  void unknownCommand_refused_leavesTheEpoch() {
    hold("k");
    long epoch = cache.epoch();
    Write write = write("NOSUCHCOMMAND k");
    write.begin(null);
    assertTrue(holds("k"));
    assertNull(lease("other"));
    write.answered(true);
    assertEquals(epoch, cache.epoch());
    assertNotNull(lease("other"));
  }

  @Test
  void unknownCommand_accepted_movesTheEpoch() throws InterruptedException {
    hold("k");
    Write write = write("NOSUCHCOMMAND k");
    write.begin(null);
    write.answered(false);
    assertFalse(holds("k"));
    assertEquals("epoch unknown-keys", next());
  }

  @Test
  void outcomeUnknown_tellsPeersNow_andGrantsNoLeaseUntilItIsOver() throws InterruptedException {
    Write write = write("SET k v");
    write.begin(null);
    write.outcomeUnknown();
    assertEquals("0 k", next());
    assertEquals("0 k", next());
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (lease("k") == null && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    assertNotNull(lease("k"));
  }

  @Test
  void aclChange_isMarkedSo() {
    Write write = write("ACL SETUSER u on");
    assertTrue(write.changesAcl());
    assertFalse(write("SET k v").changesAcl());
  }

  @Test
  void read_isNoWrite() {
    assertNull(of("GET k"));
  }

  private String next() throws InterruptedException {
    String what = heard.poll(10, TimeUnit.SECONDS);
    return what == null ? "nothing" : what;
  }

  private Write write(String line) {
    Write write = of(line);
    assertNotNull(write);
    return write;
  }

  private @Nullable Write of(String line) {
    byte[] bytes = Request.of(line.split(" ", -1));
    var scanner = new RequestScanner(new RespLimits(100, 1000, 1000));
    assertEquals(bytes.length, scanner.scan(bytes, 0, bytes.length));
    RequestFrame frame = scanner.frame();
    Command command = CommandTable.bundled().find(frame);
    return Write.of(command, frame, 0, coherence);
  }

  private void hold(String name) {
    Fill fill = lease(name);
    assertNotNull(fill);
    assertTrue(cache.commit(fill, new byte[1], 60_000));
    assertTrue(holds(name));
  }

  private @Nullable Fill lease(String name) {
    return cache.beginFill(key(name), 1, ascii("GET " + name));
  }

  private boolean holds(String name) {
    byte[] get = ascii("GET " + name);
    return cache.lookup(key(name), 1, get, 0, get.length, System.nanoTime()) != null;
  }

  private static Key.Probe key(String name) {
    return new Key.Probe().set(0, ascii(name), 0, name.length());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static ClusterSecret secret() {
    return ClusterSecret.of("a secret of the tests, long enough");
  }

  /** A peer's ears. */
  private record Recorder(LinkedBlockingQueue<String> heard) implements BusListener {
    @Override
    public void invalidate(int database, byte[] key, String fromNode) {
      heard.add(database + " " + new String(key, StandardCharsets.US_ASCII));
    }

    @Override
    public void moveEpoch(EpochReason reason, String fromNode) {
      heard.add("epoch " + reason.label());
    }

    @Override
    public void event(ClusterEvent event) {}
  }
}
