package io.nearside.agent.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The near-cache: replies by key, bounded by bytes, that no invalidation leaves behind.
 *
 * <p>Coherence rests on three things. <b>Versions</b>: each key belongs to one of {@value #STRIPES}
 * stripes; an invalidation raises the stripe's version first and removes the entry then; a fill
 * remembers the version it began with and is stored, inside the map's own lock on the key, only if
 * it is unchanged. So a value read before an invalidation is either refused or removed. Keys that
 * share a stripe break each other's leases, which costs a miss. <b>Writes in flight</b>: between
 * {@link #beginWrite} and {@link #endWrite} no lease is granted, so a value read while a write is
 * on its way is never stored. <b>Epochs</b>: {@link #moveEpoch} makes every entry and every lease
 * from before unreachable at once.
 *
 * <p>Safe from any thread. A hit takes no lock and allocates nothing.
 */
public final class NearCache {
  /**
   * Every database: for invalidations whose database is not known, such as those of client
   * tracking.
   */
  public static final int EVERY_DATABASE = -1;

  static final int STRIPES = 1 << 14;

  // So often may the upstream be lost within the time that a stale entry may be served.
  private static final int EPOCHS_REMEMBERED = 64;

  // Databases from this number on share one bit of databasesSeen and are swept by a scan.
  private static final int OTHER_DATABASES = 63;

  private final LongSupplier nanoClock;
  private final int variantsMax;
  private final Cache<Key, Entry> entries;
  private final Map<Key, Entry> map;
  private final AtomicLongArray versions = new AtomicLongArray(STRIPES);
  private final AtomicIntegerArray writesInFlight = new AtomicIntegerArray(STRIPES);
  private final AtomicInteger epochWritesInFlight = new AtomicInteger();
  private final AtomicLong epoch = new AtomicLong(1);
  // Of each suspected epoch, until when its entries were proven; of those since the last drop.
  private final AtomicLongArray provenUntil = new AtomicLongArray(EPOCHS_REMEMBERED);
  private volatile long oldestSuspect = 1;
  // Shared by fills while they are stored; see settle().
  private final StampedLock storing = new StampedLock();
  private final InvalidationNotes notes = new InvalidationNotes(STRIPES);
  private final CacheCounters counters = new CacheCounters();
  // Databases that have ever held an entry, a bit each.
  private volatile long databasesSeen;
  private volatile int entryBytesMax;

  /**
   * @param bytesMax weight of all entries
   * @param entryBytesMax largest reply that is stored
   * @param variantsMax command lines kept per key
   * @param nanoClock monotonic, as {@link System#nanoTime()}
   */
  public NearCache(long bytesMax, int entryBytesMax, int variantsMax, LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.variantsMax = variantsMax;
    this.entryBytesMax = entryBytesMax;
    this.entries =
        Caffeine.newBuilder()
            .maximumWeight(bytesMax)
            .weigher((Key key, Entry entry) -> entry.weight(key))
            // Maintenance on the caller's thread: small, amortised, and no pool of threads in a
            // sidecar.
            .executor(Runnable::run)
            .evictionListener((key, entry, cause) -> counters.evictions.increment())
            .build();
    this.map = entries.asMap();
  }

  /** Changes the limits while running; a smaller one evicts. */
  public void resize(long bytesMax, int entryBytesMax) {
    this.entryBytesMax = entryBytesMax;
    entries.policy().eviction().ifPresent(eviction -> eviction.setMaximum(bytesMax));
    entries.cleanUp();
  }

  public int entryBytesMax() {
    return entryBytesMax;
  }

  /**
   * The reply to this exact command line, or null. The caller has made sure that the cache may
   * answer at all (fence).
   *
   * @param from index of the command's first byte in {@code bytes}
   * @return not to be changed
   */
  public byte @Nullable [] lookup(
      Key.Probe key, int scope, byte[] bytes, int from, int to, long nowNanos) {
    Entry entry = map.get(key);
    if (entry == null || entry.epoch() != epoch.get()) {
      return null;
    }
    Entry.Variant variant = entry.find(scope, bytes, from, to);
    if (variant == null || nowNanos - variant.expiresNanos() >= 0) {
      return null;
    }
    variant.hit();
    return variant.reply();
  }

  /** Whether {@link #lookup} would give a reply at {@code nowNanos}; counts as no hit. */
  public boolean holds(Key.Probe key, int scope, byte[] frame, long nowNanos) {
    Entry entry = map.get(key);
    if (entry == null || entry.epoch() != epoch.get()) {
      return false;
    }
    Entry.Variant variant = entry.find(scope, frame, 0, frame.length);
    return variant != null && nowNanos - variant.expiresNanos() < 0;
  }

  /**
   * The replies of the keys that are used most, by the estimate that eviction goes by, most first.
   * Takes their hits: each hit is told once. Takes time in proportion to {@code keysMax}.
   */
  public List<HotReply> hottest(int keysMax) {
    long now = nanoClock.getAsLong();
    List<HotReply> hot = new ArrayList<>();
    entries
        .policy()
        .eviction()
        .ifPresent(
            eviction ->
                eviction
                    .hottest(keysMax)
                    .forEach(
                        (key, entry) -> {
                          for (Entry.Variant variant : entry.variants()) {
                            hot.add(HotReply.of(key.database(), variant, now));
                          }
                        }));
    return hot;
  }

  /**
   * Whether {@code reply} is still what {@link #lookup} gives: for replies put together from
   * several look-ups.
   */
  @SuppressWarnings("ReferenceEquality") // an equal one may have been filled after a write
  public boolean stillHolds(Key.Probe key, int scope, byte[] frame, byte[] reply) {
    Entry entry = map.get(key);
    if (entry == null || entry.epoch() != epoch.get()) {
      return false;
    }
    Entry.Variant variant = entry.find(scope, frame, 0, frame.length);
    return variant != null && variant.reply() == reply;
  }

  /** As {@link #stillHolds}, and its time is not over at {@code nowNanos}. */
  @SuppressWarnings("ReferenceEquality") // as above
  public boolean serves(Key.Probe key, int scope, byte[] frame, byte[] reply, long nowNanos) {
    Entry entry = map.get(key);
    if (entry == null || entry.epoch() != epoch.get()) {
      return false;
    }
    Entry.Variant variant = entry.find(scope, frame, 0, frame.length);
    return variant != null && variant.reply() == reply && nowNanos - variant.expiresNanos() < 0;
  }

  /** Takes a lease, before the read is sent; null when a write of the key is on its way. */
  public @Nullable Fill beginFill(Key.Probe key, int scope, byte[] frame) {
    long leaseEpoch = epoch.get();
    int stripe = stripe(key.hash);
    long version = versions.get(stripe);
    if (writesInFlight.get(stripe) != 0 || epochWritesInFlight.get() != 0) {
      refused(RefusedFill.WRITE_IN_FLIGHT);
      return null;
    }
    return new Fill(key.toStored(), scope, frame, version, leaseEpoch, nanoClock.getAsLong());
  }

  /** Whether the lease would still be good: whether a reader who comes now may share its read. */
  public boolean intact(Fill fill) {
    return versions.get(stripe(fill.key.hash)) == fill.version && epoch.get() == fill.epoch;
  }

  /**
   * Stores a reply if its lease is intact.
   *
   * @param reply raw bytes, not copied
   * @param ttlMillis how long it may be served, counted from the lease; 0 or less: not at all
   */
  public boolean commit(Fill fill, byte[] reply, long ttlMillis) {
    long now = nanoClock.getAsLong();
    long expires = fill.startedNanos + ttlMillis * 1_000_000;
    if (ttlMillis <= 0 || now - expires >= 0) {
      refused(RefusedFill.EXPIRED);
      return false;
    }
    if (reply.length > entryBytesMax) {
      refused(RefusedFill.TOO_LARGE);
      return false;
    }
    seen(fill.key.database);
    int hash = Key.hash(fill.frame, 0, fill.frame.length);
    var variant = new Entry.Variant(fill.scope, hash, fill.frame, reply, now, expires);
    Entry stored = store(fill, variant);
    boolean done = stored != null && isFirst(stored, variant);
    if (done) {
      counters.fills.increment();
    } else {
      refused(RefusedFill.LEASE_BROKEN);
    }
    return done;
  }

  private @Nullable Entry store(Fill fill, Entry.Variant variant) {
    long stamp = storing.readLock();
    try {
      return map.compute(
          fill.key,
          (key, held) -> {
            if (!intact(fill)) {
              return held;
            }
            Entry current = held != null && held.epoch() == fill.epoch ? held : null;
            if (current != null && current.filledSince(fill)) {
              // Two reads over two connections, and nobody knows which value is the newer:
              // neither stays, nor any third that is on its way.
              versions.incrementAndGet(stripe(fill.key.hash));
              return null;
            }
            return current == null
                ? new Entry(fill.epoch, new Entry.Variant[] {variant})
                : current.with(variant, variantsMax);
          });
    } finally {
      storing.unlockRead(stamp);
    }
  }

  /**
   * Returns when every fill that found its lease intact can be seen in the map. Removing a key
   * waits for a fill of that key by itself; a walk over the map takes no lock and would miss it.
   */
  private void settle() {
    storing.unlockWrite(storing.writeLock());
  }

  @SuppressWarnings("ReferenceEquality") // this fill's own variant, not an equal one
  private static boolean isFirst(Entry entry, Entry.Variant variant) {
    return entry.variants()[0] == variant;
  }

  /**
   * A write of the key is about to be sent: drops it, breaks its leases and grants none until
   * {@link #endWrite}.
   */
  public void beginWrite(Key key, String by) {
    writesInFlight.incrementAndGet(stripe(key.hash));
    invalidate(key, by);
  }

  /**
   * The write was answered (or its outcome no longer matters); once for each {@link #beginWrite}.
   */
  public void endWrite(Key key) {
    int stripe = stripe(key.hash);
    versions.incrementAndGet(stripe);
    writesInFlight.decrementAndGet(stripe);
  }

  /**
   * As {@link #beginWrite} for a write whose keys can not be named.
   *
   * @param move whether the epoch moves now; false for a command that will probably be refused
   */
  public void beginEpochWrite(boolean move) {
    epochWritesInFlight.incrementAndGet();
    if (move) {
      moveEpoch();
    }
  }

  /** The write was answered; once for each {@link #beginEpochWrite}. */
  public void endEpochWrite(boolean move) {
    if (move) {
      moveEpoch();
    }
    epochWritesInFlight.decrementAndGet();
  }

  /**
   * Drops a key, in every database if its number is {@link #EVERY_DATABASE}, and breaks its leases.
   */
  public void invalidate(Key key, String by) {
    int stripe = stripe(key.hash);
    versions.incrementAndGet(stripe);
    notes.note(stripe, key.hash, by, nanoClock.getAsLong());
    counters.invalidations.increment();
    if (key.database != EVERY_DATABASE) {
      map.remove(key);
      return;
    }
    long seen = databasesSeen;
    if (seen == 1) {
      map.remove(key.in(0));
    } else if (seen != 0) {
      for (int database = 0; database < OTHER_DATABASES; database++) {
        if ((seen >>> database & 1) != 0) {
          map.remove(key.in(database));
        }
      }
      if (seen >>> OTHER_DATABASES != 0) {
        settle();
        map.keySet().removeIf(k -> k.database >= OTHER_DATABASES && k.equals(key.in(k.database)));
      }
    }
  }

  /**
   * As {@link #moveEpoch} where nothing is known to have changed, and nothing is known at all
   * because the upstream is away: what is held stays for {@link #lookupStale}.
   *
   * @param provenUntilNanos until when the fence was open
   */
  public void suspectAll(long provenUntilNanos) {
    synchronized (provenUntil) {
      provenUntil.set((int) (epoch.get() % EPOCHS_REMEMBERED), provenUntilNanos);
      epoch.incrementAndGet();
    }
  }

  /**
   * The reply to this exact command line though it is not proven any more, or null; for when the
   * upstream is away. Never one that is known to have changed, nor one whose time is over.
   *
   * @param provenUntilNanos until when the present epoch is proven; {@link Long#MAX_VALUE} for ever
   * @param staleNanos for how long after its proof a reply may be served
   * @return not to be changed
   */
  public byte @Nullable [] lookupStale(
      Key.Probe key,
      int scope,
      byte[] bytes,
      int from,
      int to,
      long nowNanos,
      long provenUntilNanos,
      long staleNanos) {
    Entry entry = map.get(key);
    long present = epoch.get();
    if (entry == null
        || entry.epoch() < oldestSuspect
        || present - entry.epoch() >= EPOCHS_REMEMBERED) {
      return null;
    }
    Entry.Variant variant = entry.find(scope, bytes, from, to);
    if (variant == null || nowNanos - variant.expiresNanos() >= 0) {
      return null;
    }
    long proven =
        entry.epoch() == present
            ? provenUntilNanos
            : provenUntil.get((int) (entry.epoch() % EPOCHS_REMEMBERED));
    return proven == Long.MAX_VALUE || nowNanos - proven < staleNanos ? variant.reply() : null;
  }

  /** Makes everything that is held or leased now unreachable. */
  public long moveEpoch() {
    long moved;
    synchronized (provenUntil) {
      moved = epoch.incrementAndGet();
      oldestSuspect = moved;
    }
    // Only memory: the epoch alone has made the entries unreachable.
    entries.invalidateAll();
    return moved;
  }

  /**
   * Drops every key for which {@code matches} holds, and breaks all leases; how many entries went.
   */
  public int invalidateMatching(Predicate<byte[]> matches, String by) {
    int removed = 0;
    for (int stripe = 0; stripe < STRIPES; stripe++) {
      versions.incrementAndGet(stripe);
    }
    settle();
    for (Key key : List.copyOf(map.keySet())) {
      if (key instanceof Key.Stored stored && matches.test(stored.canonical())) {
        notes.note(stripe(key.hash), key.hash, by, nanoClock.getAsLong());
        if (map.remove(key) != null) {
          removed++;
        }
      }
    }
    counters.invalidations.add(removed);
    return removed;
  }

  public long epoch() {
    return epoch.get();
  }

  /** Entries and their bytes, approximately; and the counters. */
  public CacheStatistics statistics() {
    entries.cleanUp();
    long bytes =
        entries.policy().eviction().map(eviction -> eviction.weightedSize().orElse(0)).orElse(0L);
    long bytesMax = entries.policy().eviction().map(eviction -> eviction.getMaximum()).orElse(0L);
    return new CacheStatistics(
        entries.estimatedSize(),
        bytes,
        bytesMax,
        epoch.get(),
        counters.fills.sum(),
        counters.evictions.sum(),
        counters.invalidations.sum(),
        counters.refused());
  }

  /**
   * What is known of a key: for people.
   *
   * @param label names a command line
   */
  public KeyDescription describe(Key.Probe key, Function<byte[], String> label) {
    Entry entry = map.get(key);
    long now = nanoClock.getAsLong();
    int stripe = stripe(key.hash);
    return KeyDescription.of(
        entry != null && entry.epoch() == epoch.get() ? entry : null,
        label,
        now,
        writesInFlight.get(stripe) != 0,
        notes.describe(stripe, key.hash, now));
  }

  /** Counts a fill that its caller did not even try to commit. */
  public void refused(RefusedFill reason) {
    counters.refused(reason);
  }

  private void seen(int database) {
    long bit = 1L << Math.min(database, OTHER_DATABASES);
    if ((databasesSeen & bit) == 0) {
      synchronized (this) {
        databasesSeen |= bit;
      }
    }
  }

  private static int stripe(int hash) {
    return (hash ^ (hash >>> 16)) & (STRIPES - 1);
  }
}
