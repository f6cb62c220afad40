package io.nearside.agent.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NearCacheTest {
  private static final long TTL_MILLIS = 1000;
  private static final byte[] VALUE = latin("$1\r\nv\r\n");

  // Not zero: nothing may depend on where a monotonic clock begins.
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_500_000_000);
  private final NearCache cache = new NearCache(1 << 20, 100, 2, clock::get);

  @Test
  void commit_leaseIntact_isServed() {
    Fill fill = begin("k");
    assertTrue(cache.commit(fill, VALUE, TTL_MILLIS));
    assertSame(VALUE, lookup("k"));
    assertEquals(1, cache.statistics().fills());
  }

  @Test
  void commit_afterInvalidate_isRefused() {
    Fill fill = begin("k");
    cache.invalidate(key("k"), "test");
    assertFalse(cache.intact(fill));
    assertRefused(fill, RefusedFill.LEASE_BROKEN);
  }

  @Test
  void commit_afterInvalidateOfEveryDatabase_isRefused() {
    Fill fill = begin("k");
    cache.invalidate(key(NearCache.EVERY_DATABASE, "k"), "test");
    assertRefused(fill, RefusedFill.LEASE_BROKEN);
  }

  @Test
  void commit_afterMoveEpoch_isRefused() {
    Fill fill = begin("k");
    cache.moveEpoch();
    assertFalse(cache.intact(fill));
    assertRefused(fill, RefusedFill.LEASE_BROKEN);
  }

  @Test
  void suspectAll_heldReply_onlyStaleAndOnlySoLong() {
    cache.commit(begin("k"), VALUE, TTL_MILLIS);
    long proven = clock.get() + 5;
    cache.suspectAll(proven);
    assertNull(lookup("k"));
    assertSame(VALUE, stale("k", proven + 99, 100));
    assertNull(stale("k", proven + 100, 100));
    assertNull(stale("k", proven, 0));
  }

  @Test
  void lookupStale_presentEpochFenced_countsFromItsProof() {
    cache.commit(begin("k"), VALUE, TTL_MILLIS);
    assertSame(VALUE, stale("k", clock.get() + 9, 10));
    assertNull(stale("k", clock.get() + 10, 10));
  }

  @Test
  void lookupStale_knownToHaveChangedOrOver_null() {
    for (String name : new String[] {"k", "written", "over"}) {
      cache.commit(begin(name), VALUE, name.equals("over") ? 1 : TTL_MILLIS);
    }
    cache.suspectAll(clock.get());
    cache.invalidate(key("written"), "test");
    assertSame(VALUE, stale("k", clock.get() + 1_000_000, TTL_MILLIS * 1_000_000));
    assertNull(stale("written", clock.get(), TTL_MILLIS * 1_000_000));
    assertNull(stale("over", clock.get() + 1_000_000, TTL_MILLIS * 1_000_000));
    cache.moveEpoch();
    assertNull(stale("k", clock.get(), TTL_MILLIS * 1_000_000));
  }

  @Test
  void lookupStale_lostTooOften_null() {
    cache.commit(begin("k"), VALUE, TTL_MILLIS);
    for (int i = 0; i < 63; i++) {
      cache.suspectAll(clock.get());
    }
    assertSame(VALUE, stale("k", clock.get(), 10));
    cache.suspectAll(clock.get());
    assertNull(stale("k", clock.get(), 10));
  }

  private byte @Nullable [] stale(String name, long now, long staleNanos) {
    byte[] frame = latin("GET " + name);
    return cache.lookupStale(key(name), 1, frame, 0, frame.length, now, clock.get(), staleNanos);
  }

  @Test
  void commit_afterInvalidateMatchingSomethingElse_isRefused() {
    Fill fill = begin("k");
    assertEquals(0, cache.invalidateMatching(bytes -> false, "test"));
    assertRefused(fill, RefusedFill.LEASE_BROKEN);
  }

  @Test
  void commit_afterAWholeWrite_isRefused() {
    Fill fill = begin("k");
    cache.beginWrite(key("k"), "test");
    cache.endWrite(key("k"));
    assertRefused(fill, RefusedFill.LEASE_BROKEN);
  }

  @Test
  void commit_ofAnotherKeyInvalidated_isStored() {
    Fill fill = begin("k");
    Key.Probe other = key("other0");
    for (int i = 1; stripe(other) == stripe(key("k")); i++) {
      other = key("other" + i);
    }
    cache.invalidate(other, "test");
    assertTrue(cache.commit(fill, VALUE, TTL_MILLIS));
  }

  @Test
  void beginFill_duringAWrite_isRefused() {
    cache.beginWrite(key("k"), "test");
    assertNull(cache.beginFill(key("k"), 1, latin("GET k")));
    assertEquals(1, cache.statistics().refusedFills().get(RefusedFill.WRITE_IN_FLIGHT));
    assertTrue(cache.describe(key("k"), NearCacheTest::text).writeInFlight());
    cache.endWrite(key("k"));
    assertNotNull(cache.beginFill(key("k"), 1, latin("GET k")));
  }

  @Test
  void beginFill_duringTwoWrites_isRefusedUntilBothEnded() {
    cache.beginWrite(key("k"), "test");
    cache.beginWrite(key(NearCache.EVERY_DATABASE, "k"), "test");
    cache.endWrite(key("k"));
    assertNull(cache.beginFill(key("k"), 1, latin("GET k")));
    cache.endWrite(key(NearCache.EVERY_DATABASE, "k"));
    assertNotNull(cache.beginFill(key("k"), 1, latin("GET k")));
  }

  @Test
  void beginFill_duringAnEpochWrite_isRefused() {
    cache.beginEpochWrite(false);
    assertNull(cache.beginFill(key("k"), 1, latin("GET k")));
    cache.endEpochWrite(false);
    assertNotNull(cache.beginFill(key("k"), 1, latin("GET k")));
  }

  @Test
  void epochWrite_thatMovesAtItsEndOnly_dropsThen() {
    fill("k", VALUE);
    cache.beginEpochWrite(false);
    assertSame(VALUE, lookup("k"));
    cache.endEpochWrite(true);
    assertNull(lookup("k"));
  }

  @Test
  void beginWrite_ofAHeldKey_dropsItAtOnce() {
    fill("k", VALUE);
    cache.beginWrite(key("k"), "local");
    assertNull(lookup("k"));
    cache.endWrite(key("k"));
    assertNull(lookup("k"));
    assertEquals("local", cache.describe(key("k"), NearCacheTest::text).lastInvalidatedBy());
  }

  @Test
  void lookup_upToItsTimeToLive_isAHit() {
    fill("k", VALUE);
    clock.addAndGet(TTL_MILLIS * 1_000_000 - 1);
    assertSame(VALUE, lookup("k"));
    clock.addAndGet(1);
    assertNull(lookup("k"));
  }

  @Test
  void commit_timeToLiveCountsFromTheLease() {
    Fill fill = begin("k");
    clock.addAndGet(TTL_MILLIS * 1_000_000 - 1);
    assertTrue(cache.commit(fill, VALUE, TTL_MILLIS));
    clock.addAndGet(1);
    assertNull(lookup("k"));
  }

  @Test
  void commit_expiredMeanwhile_isRefused() {
    Fill fill = begin("k");
    clock.addAndGet(TTL_MILLIS * 1_000_000);
    assertRefused(fill, RefusedFill.EXPIRED);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, -2})
  void commit_withoutTimeToLive_isRefused(long ttlMillis) {
    assertFalse(cache.commit(begin("k"), VALUE, ttlMillis));
    assertNull(lookup("k"));
  }

  @Test
  void commit_atEntryBytesMax_isStored_onePastIsNot() {
    assertTrue(cache.commit(begin("k"), new byte[100], TTL_MILLIS));
    assertRefused(begin("other"), RefusedFill.TOO_LARGE, new byte[101]);
  }

  @Test
  void commit_moreCommandLinesThanKept_dropsTheOldest() {
    for (String command : new String[] {"GET k", "STRLEN k", "GETRANGE k 0 1"}) {
      assertTrue(cache.commit(begin(0, "k", 1, command), latin(command), TTL_MILLIS));
      clock.addAndGet(1);
    }
    assertNull(lookup(0, "k", 1, "GET k"));
    assertArrayEquals(latin("STRLEN k"), lookup(0, "k", 1, "STRLEN k"));
    assertArrayEquals(latin("GETRANGE k 0 1"), lookup(0, "k", 1, "GETRANGE k 0 1"));
  }

  @Test
  void lookup_anotherScopeOrCaseOrDatabase_isAMiss() {
    fill("k", VALUE);
    assertNull(lookup(0, "k", 2, "GET k"));
    assertNull(lookup(0, "k", 1, "get k"));
    assertNull(lookup(1, "k", 1, "GET k"));
  }

  @Test
  void lookup_commandInsideABuffer_comparesItsBytesOnly() {
    fill("k", VALUE);
    byte[] buffer = latin("xxGET kyy");
    var probe = new Key.Probe().set(0, buffer, 6, 1);
    assertSame(VALUE, cache.lookup(probe, 1, buffer, 2, 7, clock.get()));
    assertNull(cache.lookup(probe, 1, buffer, 2, 8, clock.get()));
  }

  @Test
  void commit_overlappingFillsOfOneCommandLine_leaveNothing() {
    Fill first = begin("k");
    Fill second = begin("k");
    clock.addAndGet(5);
    assertTrue(cache.commit(first, VALUE, TTL_MILLIS));
    assertRefused(second, RefusedFill.LEASE_BROKEN);
  }

  @Test
  void commit_thirdOfThreeOverlappingFills_isRefusedToo() {
    Fill first = begin("k");
    Fill second = begin("k");
    Fill third = begin("k");
    clock.addAndGet(5);
    assertTrue(cache.commit(first, VALUE, TTL_MILLIS));
    assertFalse(cache.commit(second, VALUE, TTL_MILLIS));
    // Its value may be older than the first one's, which was served.
    assertFalse(cache.commit(third, VALUE, TTL_MILLIS));
    assertNull(lookup("k"));
  }

  @Test
  void commit_ofALeaseFromBeforeTheEpoch_leavesTheNewerReply() {
    Fill old = begin("k");
    cache.moveEpoch();
    fill("k", VALUE);
    assertFalse(cache.commit(old, new byte[1], TTL_MILLIS));
    assertSame(VALUE, lookup("k"));
  }

  @Test
  void commit_oneAfterTheOther_replaces() {
    fill("k", VALUE);
    clock.addAndGet(1);
    byte[] newer = VALUE.clone();
    fill("k", newer);
    assertSame(newer, lookup("k"));
    assertFalse(cache.stillHolds(key("k"), 1, latin("GET k"), VALUE));
    assertTrue(cache.stillHolds(key("k"), 1, latin("GET k"), newer));
  }

  @Test
  void stillHolds_afterInvalidateOrEpoch_isFalse() {
    fill("k", VALUE);
    cache.moveEpoch();
    assertFalse(cache.stillHolds(key("k"), 1, latin("GET k"), VALUE));
    clock.addAndGet(1);
    fill("k", VALUE);
    cache.invalidate(key("k"), "test");
    assertFalse(cache.stillHolds(key("k"), 1, latin("GET k"), VALUE));
  }

  @Test
  void bytes_overTheBound_evict() {
    var small = new NearCache(10_000, 1000, 2, clock::get);
    for (int i = 0; i < 100; i++) {
      Fill fill = small.beginFill(key("k" + i), 1, latin("GET k" + i));
      assertNotNull(fill);
      assertTrue(small.commit(fill, new byte[500], TTL_MILLIS));
    }
    CacheStatistics statistics = small.statistics();
    assertTrue(statistics.bytes() <= 10_000, statistics.toString());
    assertTrue(statistics.entries() <= 20, statistics.toString());
    assertTrue(statistics.evictions() >= 80, statistics.toString());
  }

  @Test
  void resize_smaller_evicts() {
    for (int i = 0; i < 50; i++) {
      fill("k" + i, VALUE);
    }
    cache.resize(1000, 10);
    assertTrue(cache.statistics().bytes() <= 1000);
    assertEquals(1000, cache.statistics().bytesMax());
    assertRefused(begin("large"), RefusedFill.TOO_LARGE, new byte[11]);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 62, 63, 64, 127, 1000})
  void invalidate_everyDatabase_dropsItInThisOne(int database) {
    assertTrue(cache.commit(begin(0, "k", 1, "GET k"), VALUE, TTL_MILLIS));
    if (database != 0) {
      assertTrue(cache.commit(begin(database, "k", 1, "GET k"), VALUE, TTL_MILLIS));
    }
    assertTrue(cache.commit(begin(database, "other", 1, "GET other"), VALUE, TTL_MILLIS));
    cache.invalidate(key(NearCache.EVERY_DATABASE, "k"), "tracking");
    assertNull(lookup(database, "k", 1, "GET k"));
    assertNull(lookup(0, "k", 1, "GET k"));
    assertSame(VALUE, lookup(database, "other", 1, "GET other"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 63, 64})
  void invalidate_oneDatabase_leavesTheOthers(int database) {
    assertTrue(cache.commit(begin(database, "k", 1, "GET k"), VALUE, TTL_MILLIS));
    assertTrue(cache.commit(begin(database + 1, "k", 1, "GET k"), VALUE, TTL_MILLIS));
    cache.invalidate(key(database, "k"), "test");
    assertNull(lookup(database, "k", 1, "GET k"));
    assertSame(VALUE, lookup(database + 1, "k", 1, "GET k"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 511, 512, 513, 5000})
  void invalidate_byCanonicalBytes_findsKeysOfAnyLength(int length) {
    String name = "x".repeat(length);
    fill(name, VALUE);
    assertSame(VALUE, lookup(name));
    byte[] travelled = Key.canonical(latin(name), 0, length);
    assertTrue(travelled.length <= Key.KEY_BYTES_MAX);
    cache.invalidate(new Key.Stored(0, travelled), "bus");
    assertNull(lookup(name));
  }

  @Test
  void invalidateMatching_dropsWhatMatches() {
    fill("user:1", VALUE);
    fill("user:2", VALUE);
    fill("item:1", VALUE);
    assertEquals(2, cache.invalidateMatching(bytes -> bytes[0] == 'u', "admin"));
    assertNull(lookup("user:1"));
    assertSame(VALUE, lookup("item:1"));
    assertEquals("admin", cache.describe(key("user:2"), NearCacheTest::text).lastInvalidatedBy());
  }

  @Test
  void describe_heldKey_listsItsReplies() {
    fill("k", VALUE);
    clock.addAndGet(3_000_000);
    KeyDescription description = cache.describe(key("k"), NearCacheTest::text);
    assertEquals(
        new KeyDescription.HeldReply("GET k", 1, VALUE.length, 3, TTL_MILLIS - 3),
        description.replies().get(0));
    cache.moveEpoch();
    assertFalse(cache.describe(key("k"), NearCacheTest::text).held());
  }

  @Test
  void canonical_upTo512Bytes_isTheKeyItself() {
    byte[] bytes = new byte[Key.KEY_BYTES_MAX];
    Arrays.fill(bytes, (byte) 'a');
    assertArrayEquals(bytes, Key.canonical(bytes, 0, bytes.length));
    assertFalse(Key.isDigest(bytes));
  }

  @Test
  void canonical_513Bytes_isADigestOfAllOfThem() {
    byte[] bytes = new byte[Key.KEY_BYTES_MAX + 3];
    byte[] canonical = Key.canonical(bytes, 1, Key.KEY_BYTES_MAX + 1);
    assertTrue(Key.isDigest(canonical));
    assertArrayEquals(canonical, Key.canonical(canonical, 0, canonical.length));
    bytes[Key.KEY_BYTES_MAX + 1] = 1;
    assertFalse(Arrays.equals(canonical, Key.canonical(bytes, 1, Key.KEY_BYTES_MAX + 1)));
  }

  private void assertRefused(Fill fill, RefusedFill reason) {
    assertRefused(fill, reason, VALUE);
  }

  private void assertRefused(Fill fill, RefusedFill reason, byte[] reply) {
    assertFalse(cache.commit(fill, reply, TTL_MILLIS));
    assertNull(lookup(text(fill.key.canonical())));
    assertEquals(1, cache.statistics().refusedFills().get(reason));
  }

  private void fill(String name, byte[] reply) {
    assertTrue(cache.commit(begin(name), reply, TTL_MILLIS));
  }

  private Fill begin(String name) {
    return begin(0, name, 1, "GET " + name);
  }

  private Fill begin(int database, String name, int scope, String command) {
    Fill fill = cache.beginFill(key(database, name), scope, latin(command));
    assertNotNull(fill);
    return fill;
  }

  private byte @Nullable [] lookup(String name) {
    return lookup(0, name, 1, "GET " + name);
  }

  private byte @Nullable [] lookup(int database, String name, int scope, String command) {
    byte[] bytes = latin(command);
    return cache.lookup(key(database, name), scope, bytes, 0, bytes.length, clock.get());
  }

  private static Key.Probe key(String name) {
    return key(0, name);
  }

  private static Key.Probe key(int database, String name) {
    byte[] bytes = latin(name);
    return new Key.Probe().set(database, bytes, 0, bytes.length);
  }

  private static int stripe(Key key) {
    return (key.hash ^ (key.hash >>> 16)) & (NearCache.STRIPES - 1);
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
