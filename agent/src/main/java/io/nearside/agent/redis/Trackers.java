package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import io.nearside.agent.cache.NearCache;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.InvalidationBus;
import io.nearside.cluster.TrackingPeer;
import io.nearside.config.ClusterProof;
import io.nearside.config.RedisTrackingConfig;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How this sidecar learns of writes that go around the sidecars. A few sidecars of the fleet track
 * the upstream ({@link TrackerElection}) and publish on the bus what they see, and with each beat
 * how far it is proven; {@link TrackingCoverage} strings the proofs together, and the fence rests
 * on that.
 *
 * <p>A sidecar that can not know which server its peers speak with tracks for itself, and so does
 * every one with {@code trackers: 0}, or when nobody's proof has come for long.
 *
 * <p>Runs on one Vert.x context, except for what says otherwise.
 */
final class Trackers implements TrackingConnection.Watcher {
  private static final Logger log = LoggerFactory.getLogger(Trackers.class);
  private static final String BY = "tracking";
  private static final String SELF = "self";

  /** Without any proof for so long, whoever was elected: this sidecar tracks too. */
  private static final int UNCOVERED_STALENESSES = 3;

  /** A refusal is not likely to be taken back soon. */
  private static final int REFUSED_RETRIES = 10;

  private final Vertx vertx;
  private final Context context;
  private final Upstream upstream;
  private final Coherence coherence;
  private final InvalidationBus bus;
  private final Supplier<@Nullable String> server;
  private final Supplier<LiveSettings> settings;
  private final RedisTrackingConfig config;
  private final String clientName;
  private final long maxStalenessMillis;
  private final long maxStalenessNanos;
  private final long retryNanos;
  private final boolean provesPeers;
  private final TrackingCoverage coverage;
  private final Key.Probe probe = new Key.Probe();

  private @Nullable TrackingConnection connection;
  private long retryAtNanos;
  private boolean started;
  private long startedNanos;
  private boolean closed;

  /** Since when others track well enough without us; 0 while they do not. */
  private long spareSinceNanos;

  /** In which scope something was said on the bus; empty for none. */
  private String saidScope = "";

  private boolean saidActive;

  private volatile List<byte[]> prefixes;

  /** Null until the server is known. */
  private volatile @Nullable TrackingScope scope;

  private volatile boolean tracking;
  private volatile boolean unsupported;
  private volatile long peersFreshUntilNanos;
  private volatile String detail = "not connected yet";

  /**
   * @param server see {@link ServerId}; null while it is not known
   */
  Trackers(
      Vertx vertx,
      Upstream upstream,
      Coherence coherence,
      String nodeId,
      Supplier<@Nullable String> server,
      Supplier<LiveSettings> settings) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.upstream = upstream;
    this.coherence = coherence;
    this.bus = coherence.bus();
    this.server = server;
    this.settings = settings;
    LiveSettings now = settings.get();
    this.prefixes = now.trackedPrefixes();
    this.config = now.config().redis().tracking();
    this.clientName = "nearside-tracking-" + nodeId;
    this.maxStalenessMillis = now.config().coherence().maxStalenessMillis();
    this.maxStalenessNanos = maxStalenessMillis * 1_000_000;
    this.provesPeers = now.config().cluster().proof() == ClusterProof.TRACKERS;
    this.retryNanos = now.config().redis().upstream().reconnectMinMillis() * 1_000_000;
    long nanos = System.nanoTime();
    this.retryAtNanos = nanos;
    this.peersFreshUntilNanos = nanos - 1;
    this.coverage = new TrackingCoverage(maxStalenessNanos, coherence::moveEpoch, nanos);
  }

  /** Begins to look after it, unless it was told so before. From any thread. */
  void start() {
    context.runOnContext(
        v -> {
          if (!started) {
            started = true;
            startedNanos = System.nanoTime();
            long every = maxStalenessMillis / TrackingConnection.PINGS_PER_STALENESS;
            vertx.setPeriodic(Math.max(10, every), timer -> look());
            look();
          }
        });
  }

  /** Other keys will be cached from now on; to be called before they are. From any thread. */
  void watch(List<byte[]> newPrefixes) {
    prefixes = newPrefixes;
    TrackingScope before = scope;
    if (before != null) {
      rescope(before.server());
    }
  }

  /** Begins anew, with the server of now; from any thread. */
  void restart(String why) {
    context.runOnContext(
        v -> {
          if (connection != null) {
            log.info("tracking begins anew, {}", why);
            stop();
            tellAble(null);
          }
        });
  }

  private synchronized void rescope(String serverNow) {
    TrackingScope now = new TrackingScope(serverNow, prefixes);
    scope = now;
    coverage.scope(now.name(), System.nanoTime());
  }

  // What is to be done.

  private void look() {
    if (closed) {
      return;
    }
    long now = System.nanoTime();
    @Nullable TrackingScope seen = lookAtServer();
    TrackingConnection open = connection;
    if (seen == null || !settings.get().cachesAnything()) {
      if (open == null) {
        tellAble(null);
      }
    } else if (open == null) {
      if (now - retryAtNanos >= 0) {
        consider(seen, now);
      }
    } else if (open.isTracking() && !open.scope().name().equals(seen.name())) {
      log.info("tracking begins anew, the server or the cached prefixes have changed");
      stop();
      retryAtNanos = now + retryNanos;
    } else if (isSpare(seen, now)) {
      log.info("tracking is left to peers trackers={}", activePeers());
      stop();
      tellAble(seen);
    }
  }

  /** What is to be tracked; null while that is not known, because the server does not answer. */
  private @Nullable TrackingScope lookAtServer() {
    String serverNow = server.get();
    if (serverNow == null) {
      return null;
    }
    TrackingScope before = scope;
    if (before == null || !before.server().equals(serverNow)) {
      rescope(serverNow);
    }
    return scope;
  }

  /** Whether to track, not doing it yet. */
  private void consider(TrackingScope seen, long now) {
    boolean alone = config.trackers() == 0 || !seen.isShared();
    boolean uncovered = coverage.ageNanos(now) > UNCOVERED_STALENESSES * maxStalenessNanos;
    if (alone || uncovered || (hearsAll(now) && isElected(seen, false))) {
      spareSinceNanos = 0;
      connection =
          new TrackingConnection(
              vertx, upstream, seen.prefixes(), clientName, maxStalenessMillis, this);
    }
    tellAble(seen);
  }

  /** Whether others have tracked well enough without us, for long enough that proofs overlap. */
  private boolean isSpare(TrackingScope seen, long now) {
    boolean spare =
        tracking
            && config.trackers() > 0
            && peersFreshUntilNanos - now > 0
            && hearsAll(now)
            && !isElected(seen, true);
    if (!spare) {
      spareSinceNanos = 0;
    } else if (spareSinceNanos == 0) {
      spareSinceNanos = now;
    }
    return spare && now - spareSinceNanos > maxStalenessNanos;
  }

  private boolean isElected(TrackingScope seen, boolean already) {
    return TrackerElection.elects(
        seen.name(),
        bus.membership().self().incarnation(),
        already,
        bus.trackingPeers(seen.name()),
        config.trackers());
  }

  /**
   * Else the fence is closed anyway, and who else could track is not known. Where nobody else has
   * to be heard, those who could are heard after a while.
   */
  private boolean hearsAll(long now) {
    long until = bus.freshUntilNanos();
    boolean introduced = !provesPeers || now - startedNanos > 2 * maxStalenessNanos;
    return introduced && (until == Long.MAX_VALUE || until - now > 0);
  }

  /** The upstream is another server now: what is open leads to the old one. From any thread. */
  void restart() {
    context.runOnContext(v -> stop());
  }

  private void stop() {
    TrackingConnection open = connection;
    if (open != null) {
      connection = null;
      tracking = false;
      open.close();
    }
  }

  /** Tells the peers, if it is news, that we could track this, or nothing. */
  private void tellAble(@Nullable TrackingScope able) {
    String name = able != null && isForPeers(able) ? able.name() : "";
    if (name.equals(saidScope) && !saidActive) {
      return;
    }
    if (!saidScope.isEmpty() && !saidScope.equals(name)) {
      bus.withdrawTracking(saidScope);
    }
    if (!name.isEmpty()) {
      bus.publishTracking(name, false, 0, 0);
    }
    saidScope = name;
    saidActive = false;
  }

  private boolean isForPeers(TrackingScope what) {
    return config.trackers() > 0 && what.isShared();
  }

  // What our own connection says.

  @Override
  public void written(List<byte[]> keys) {
    List<byte[]> cacheable = new ArrayList<>(keys.size());
    for (byte[] key : keys) {
      coherence.cache().invalidate(probe.set(NearCache.EVERY_DATABASE, key, 0, key.length), BY);
      if (Policy.forKey(settings.get().policies(), key, 0, key.length) != null) {
        cacheable.add(Key.canonical(key, 0, key.length));
      }
    }
    if (config.trackers() > 0 && !cacheable.isEmpty()) {
      bus.publish(NearCache.EVERY_DATABASE, cacheable);
    }
  }

  @Override
  public void flushed() {
    coherence.moveEpochEverywhere(EpochReason.TRACKING_FLUSH);
  }

  @Override
  public void proven(long sinceNanos, long provenNanos) {
    TrackingConnection open = connection;
    if (open == null) {
      return;
    }
    if (!tracking) {
      log.info("tracking writes that go around the sidecars upstream={}", upstream.name());
    }
    TrackingScope proven = open.scope();
    tracking = true;
    detail = "proven";
    coverage.tracked(proven.name(), SELF, sinceNanos, provenNanos, System.nanoTime());
    unsupported = false;
    if (isForPeers(proven)) {
      bus.publishTracking(proven.name(), true, sinceNanos, provenNanos);
      saidScope = proven.name();
      saidActive = true;
    }
  }

  @Override
  public void ended(TrackingConnection which, String why, boolean refused) {
    long now = System.nanoTime();
    connection = null;
    if (tracking) {
      log.info("tracking lost reason=\"{}\"", why);
    }
    tracking = false;
    retryAtNanos = now + (refused ? REFUSED_RETRIES : 1) * retryNanos;
    if (refused && !unsupported && peersFreshUntilNanos - now <= 0) {
      log.warn(
          "client tracking refused upstream={} reason=\"{}\"; writers that bypass the sidecars are"
              + " seen only when an entry's time ends, after {} ms at most",
          upstream.name(),
          why,
          config.unsupportedTtlMillis());
      // What is cached was to be watched, and lives for longer.
      coherence.moveEpoch(EpochReason.TRACKING_LOST);
      unsupported = true;
    }
    detail = (refused ? "client tracking refused: " : "tracking lost: ") + why;
    tellAble(null);
  }

  // What a peer says; on the bus's threads.

  /** See {@link io.nearside.cluster.BusListener#tracked}. */
  void tracked(String inScope, String fromIncarnation, long sinceNanos, long provenNanos) {
    TrackingScope seen = scope;
    if (seen == null || !isForPeers(seen) || !seen.name().equals(inScope)) {
      return;
    }
    long now = System.nanoTime();
    coverage.tracked(inScope, fromIncarnation, sinceNanos, provenNanos, now);
    long until = coverage.freshUntilNanos();
    if (until - now > 0) {
      peersFreshUntilNanos = provenNanos + maxStalenessNanos;
      unsupported = false;
    }
  }

  // What anyone may ask, from any thread.

  /**
   * As {@link TrackingCoverage#freshUntilNanos}; for ever where there is no tracking, unless the
   * writes of the peers are known by it alone.
   */
  long freshUntilNanos() {
    return unsupported && !provesPeers ? Long.MAX_VALUE : coverage.freshUntilNanos();
  }

  /**
   * Whether the server has no client tracking: then only the time to live bounds what such writers
   * make stale.
   */
  boolean isUnsupported() {
    return unsupported;
  }

  String detail() {
    TrackingScope seen = scope;
    if (seen == null) {
      return "the upstream is not known yet";
    }
    if (!coverage.isCovered()) {
      return "nobody has proven anything yet; own connection: " + detail;
    }
    long millis = coverage.ageNanos(System.nanoTime()) / 1_000_000;
    return "the newest proof is " + millis + " ms old; own connection: " + detail;
  }

  TrackingReport report() {
    long age = coverage.isCovered() ? coverage.ageNanos(System.nanoTime()) / 1_000_000 : -1;
    return new TrackingReport(
        tracking, activePeers(), unsupported, age, unsupported ? detail : detail());
  }

  private List<String> activePeers() {
    TrackingScope seen = scope;
    return seen == null
        ? List.of()
        : bus.trackingPeers(seen.name()).stream()
            .filter(TrackingPeer::active)
            .map(TrackingPeer::node)
            .toList();
  }

  void close() {
    context.runOnContext(
        v -> {
          closed = true;
          stop();
          tellAble(null);
        });
  }
}
