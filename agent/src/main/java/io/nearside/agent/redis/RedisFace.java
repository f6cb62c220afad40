package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import io.nearside.agent.cache.NearCache;
import io.nearside.agent.cache.warm.WarmNote;
import io.nearside.agent.memory.MemoryGuard;
import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.redis.command.CommandTable;
import io.nearside.cluster.BusListener;
import io.nearside.cluster.ClusterEvent;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.HeldKey;
import io.nearside.cluster.InvalidationBus;
import io.nearside.config.ClientIdentity;
import io.nearside.config.NearsideConfig;
import io.nearside.config.RedisCacheConfig;
import io.nearside.config.RedisUpstreamConfig;
import io.nearside.config.UpstreamMode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Redis face: listeners, one {@link RedisLoop} per event loop, the near-cache and what keeps it
 * coherent. Methods are safe from any thread unless they say otherwise.
 */
public final class RedisFace {
  private static final Logger log = LoggerFactory.getLogger(RedisFace.class);

  /** Bytes of requests half received that one event loop holds. */
  static final long REQUEST_BYTES_BUFFERED_MAX = 64L * 1024 * 1024;

  private final Vertx vertx;
  private final String nodeId;
  private final InvalidationBus bus;
  private final Upstream upstream;
  private final Coherence coherence;
  private final Pinned pinned;
  private final Scopes scopes = new Scopes();
  private final Scope initialScope;
  private final ControlConnection control;
  private final @Nullable Trackers tracking;
  private final @Nullable Sentinels sentinels;
  private final StrongKeys strong;
  private final long maxStalenessMillis;
  private final List<RedisLoop> loops = new CopyOnWriteArrayList<>();
  private final Observations observations = new Observations();
  private final AtomicInteger clients = new AtomicInteger();
  private final LongAdder clientsTotal = new LongAdder();
  private final Map<DisconnectReason, LongAdder> disconnects = new ConcurrentHashMap<>();
  private final UpstreamHealth health = new UpstreamHealth();
  private final Listeners listeners;
  private final Warmer warmer;
  private volatile LiveSettings settings;
  private volatile boolean draining;
  private volatile long cacheLimitBytes = Long.MAX_VALUE;
  private volatile BooleanSupplier refusesClients = () -> false;

  public RedisFace(Vertx vertx, NearsideConfig config, String nodeId, InvalidationBus bus) {
    this.vertx = vertx;
    this.settings = LiveSettings.of(config, CommandTable.bundled());
    this.listeners = new Listeners(vertx, this, config.redis().listen());
    this.nodeId = nodeId;
    this.bus = bus;
    this.maxStalenessMillis = config.coherence().maxStalenessMillis();
    RedisUpstreamConfig server = config.redis().upstream();
    this.upstream = new Upstream(server);
    this.sentinels =
        server.mode() == UpstreamMode.SENTINEL
            ? new Sentinels(vertx, upstream, server.sentinel(), nodeId, this::primaryMoved)
            : null;
    this.pinned = new Pinned(config.redis().upstream().pinnedConnectionsMax());
    RedisCacheConfig cache = config.redis().cache();
    var nearCache =
        new NearCache(
            cache.maxBytes().bytes(),
            cache.entryBytesMax().intBytes(),
            cache.variantsPerKeyMax(),
            System::nanoTime);
    var fence = new Fence(System::nanoTime);
    this.coherence =
        new Coherence(
            nearCache,
            bus,
            fence,
            ((VertxInternal) vertx).nettyEventLoopGroup(),
            config.redis().upstream().unknownOutcomeMillis(),
            () -> settings.keepsStale());
    long retryMillis = config.redis().upstream().reconnectMinMillis();
    this.control =
        new ControlConnection(
            vertx, upstream, maxStalenessMillis, nodeId, retryMillis, new Watch());
    // Not the time of asking: that is later than the batch's clock, with which the fence compares.
    long longAgo = System.nanoTime() - 1;
    fence.add(new Fence.Source("bus", bus::freshUntilNanos, bus::freshnessDetail));
    fence.add(new Fence.Source("acl", control::aclFreshUntilNanos, control::detail));
    fence.add(
        new Fence.Source(
            "role",
            () -> control.role().equals("slave") ? longAgo : Long.MAX_VALUE,
            () -> "the upstream is a replica"));
    if (config.redis().tracking().enabled()) {
      tracking =
          new Trackers(vertx, upstream, coherence, nodeId, control::serverId, () -> settings);
      fence.add(new Fence.Source("tracking", tracking::freshUntilNanos, tracking::detail));
    } else {
      tracking = null;
    }
    this.strong = new StrongKeys(vertx, upstream, coherence, config);
    this.initialScope =
        java.util.Objects.requireNonNull(
            scopes.of(
                config.redis().clients().identity() == ClientIdentity.SIDECAR
                        && upstream.hasCredentials()
                    ? upstream.credentials()
                    : null,
                2,
                config.redis().upstream().url().database()));
    this.warmer = new Warmer(vertx, this, bus);
  }

  /** Takes over what can change while running. */
  public void apply(NearsideConfig now) {
    boolean hadStrong = settings.hasStrong();
    RedisCacheConfig before = settings.cache();
    RedisCacheConfig cache = now.redis().cache();
    LiveSettings next = LiveSettings.of(now, settings.upstreamTable());
    if (tracking != null && !before.policies().equals(cache.policies())) {
      tracking.watch(next.trackedPrefixes());
    }
    settings = next;
    resizeCache();
    if (!before.equals(cache)) {
      coherence.moveEpoch(EpochReason.CONFIG_RELOAD);
    }
    if (settings.hasStrong() != hadStrong) {
      strong.apply(settings.hasStrong());
    }
  }

  private void resizeCache() {
    RedisCacheConfig cache = settings.cache();
    coherence
        .cache()
        .resize(
            Math.min(cache.maxBytes().bytes(), cacheLimitBytes), cache.entryBytesMax().intBytes());
  }

  /** The near-cache, for who looks after the process' memory. */
  public MemoryGuard.Cache memory() {
    return new MemoryGuard.Cache() {
      @Override
      public long bytes() {
        return coherence.cache().statistics().bytes();
      }

      @Override
      public long configuredBytes() {
        return settings.cache().maxBytes().bytes();
      }

      @Override
      public void limit(long bytes) {
        cacheLimitBytes = bytes;
        resizeCache();
      }
    };
  }

  /** While this says so, new clients are refused; before the start. */
  public void refuseClientsWhen(BooleanSupplier full) {
    refusesClients = full;
  }

  /**
   * Begins to listen and to connect; the future completes when clients may connect. Does not wait
   * for the upstream.
   */
  public Future<Void> start() {
    if (!settings.config().redis().enabled()) {
      return Future.succeededFuture();
    }
    observations.watch(vertx, coherence.fence());
    if (sentinels != null) {
      sentinels.start();
    }
    var _ =
        upstream
            .known()
            .onSuccess(
                known -> {
                  control.start();
                  if (settings.hasStrong()) {
                    strong.apply(true);
                  }
                  if (tracking != null) {
                    tracking.start();
                  }
                });
    return listeners
        .open(settings.config().runtime().eventLoops(), loops::add)
        .onSuccess(v -> warmer.start());
  }

  /** What the bus is to tell this face; it is started by the agent, for all faces. */
  public BusListener busListener() {
    return new FromBus();
  }

  private final class Watch implements ControlConnection.Watcher {
    @Override
    public void commands(CommandTable table) {
      settings = LiveSettings.of(settings.config(), CommandTable.fromBundledPlus(table));
    }

    @Override
    public void aclChanged() {
      coherence.moveEpoch(EpochReason.ACL_CHANGE);
      retireConnections();
    }

    @Override
    public void demoted() {
      upstreamDemoted();
    }

    @Override
    public void reachable(boolean yes, String why) {
      upstreamState(yes, why);
    }
  }

  private final class FromBus implements BusListener {
    private final ThreadLocal<Key.Probe> probes = ThreadLocal.withInitial(Key.Probe::new);

    @Override
    public void invalidate(int database, byte[] key, String fromNode) {
      coherence.cache().invalidate(probes.get().set(database, key, 0, key.length), fromNode);
    }

    @Override
    public void invalidateAll(int database, List<byte[]> keys, String fromNode) {
      for (int i = 0; i < keys.size(); i++) {
        invalidate(database, keys.get(i), fromNode);
      }
    }

    @Override
    public void held(String fromNode, List<HeldKey> keys) {
      strong.held(fromNode, keys);
    }

    @Override
    public void settled(String fromNode, List<HeldKey> keys) {
      strong.settled(keys);
    }

    @Override
    public void moveEpoch(EpochReason reason, String fromNode) {
      coherence.moveEpoch(reason, fromNode);
      event(
          new ClusterEvent(
              ClusterEvent.Type.EPOCH, java.time.Instant.now(), fromNode, reason.label()));
    }

    @Override
    public void tracked(
        String scope, String fromNode, String fromIncarnation, long sinceNanos, long provenNanos) {
      if (tracking != null) {
        tracking.tracked(scope, fromIncarnation, sinceNanos, provenNanos);
      }
    }

    @Override
    public void note(int kind, byte[] payload, String fromNode, String fromIncarnation) {
      if (kind == WarmNote.KIND) {
        warmer.note(payload, fromIncarnation);
      }
    }

    @Override
    public void event(ClusterEvent event) {
      observations.event(event);
    }

    @Override
    public void onLag(long nanos) {
      observations.lag(nanos);
    }
  }

  /** Hears of joins, leaves, fences and epochs, on the bus's threads. */
  public void onEvent(Consumer<ClusterEvent> listener) {
    observations.listen(listener);
  }

  // ---- for the sessions

  Coherence coherence() {
    return coherence;
  }

  Pinned pinned() {
    return pinned;
  }

  StrongKeys strong() {
    return strong;
  }

  Upstream upstream() {
    return upstream;
  }

  Logger log() {
    return log;
  }

  LiveSettings settings() {
    return settings;
  }

  CommandTable commands() {
    return settings.commands();
  }

  RedisUpstreamConfig upstreamConfig() {
    return settings.config().redis().upstream();
  }

  int outboundBytesMax() {
    return settings.clients().outboundBytesMax().intBytes();
  }

  int requestBufferBytes() {
    return settings.clients().requestBufferBytes().intBytes();
  }

  /**
   * How long a reply may live at most; bounded by {@code maxStaleness} where a change of rights
   * would not be seen, and by {@code unsupportedTtlMillis} where a write around the sidecars would
   * not.
   */
  long ttlCapMillis(Policy policy) {
    long cap = policy.ttlMaxMillis();
    if (control.isAclUnwatched()) {
      cap = Math.min(cap, maxStalenessMillis);
    }
    if (tracking != null && tracking.isUnsupported()) {
      cap = Math.min(cap, settings.config().redis().tracking().unsupportedTtlMillis());
    }
    return cap;
  }

  long maxStalenessNanos() {
    return maxStalenessMillis * 1_000_000;
  }

  /** The sampler has caught a broken promise. */
  void staleBeyondPromise(StalenessFigures.Violation violation) {
    observations.violated(violation, nodeId, maxStalenessMillis);
  }

  /** Whether the upstream asks clients to log in, as far as is known. */
  boolean mustLogIn() {
    return control.mustLogIn();
  }

  Scope initialScope() {
    return initialScope;
  }

  @Nullable Scope scope(Scope.@Nullable Credentials credentials, int protocol, int database) {
    return scopes.of(credentials, protocol, database);
  }

  List<Scope> scopes() {
    return scopes.all();
  }

  List<RedisLoop> loops() {
    return loops;
  }

  long maxStalenessMillis() {
    return maxStalenessMillis;
  }

  /** Whether one more client may stay. */
  boolean clientOpened() {
    if (draining || refusesClients.getAsBoolean()) {
      return false;
    }
    if (clients.incrementAndGet() > settings.clients().connectionsMax()) {
      clients.decrementAndGet();
      return false;
    }
    clientsTotal.increment();
    return true;
  }

  void clientClosed() {
    clients.decrementAndGet();
  }

  void disconnected(DisconnectReason reason) {
    disconnects.computeIfAbsent(reason, r -> new LongAdder()).increment();
  }

  void retireConnections() {
    for (RedisLoop loop : loops) {
      loop.run(loop::retireConnections);
    }
  }

  /** A pinned connection was given up: whoever waits for one, on whatever loop, may have it. */
  void permitFreed() {
    pinned.released();
    if (pinned.isAwaited()) {
      for (RedisLoop loop : loops) {
        loop.run(loop::offerAll);
      }
    }
  }

  /** Somebody waits for a connection: one that lies idle, on each loop, makes room. */
  void closeOneIdle() {
    for (RedisLoop loop : loops) {
      loop.run(loop::closeOneIdle);
    }
  }

  void refreshCommands() {
    vertx.runOnContext(v -> control.refreshCommands());
  }

  /**
   * A server that was the primary refuses writes: whatever was read from it since may be rolled
   * back.
   */
  void upstreamDemoted() {
    askSentinels();
    coherence.moveEpochEverywhere(EpochReason.UPSTREAM_FAILOVER);
    retireConnections();
  }

  /**
   * Commands go to another server. Entries of the old one go at once; what is still read from it
   * while the loops leave it goes when all have.
   */
  private void primaryMoved() {
    coherence.moveEpochEverywhere(EpochReason.UPSTREAM_FAILOVER);
    control.restart();
    if (tracking != null) {
      tracking.restart();
    }
    strong.anchor().restart();
    var staying = new AtomicInteger(loops.size());
    for (RedisLoop loop : loops) {
      loop.run(
          () -> {
            loop.leaveServer();
            if (staying.decrementAndGet() == 0) {
              coherence.moveEpoch(EpochReason.UPSTREAM_FAILOVER);
            }
          });
    }
  }

  void upstreamState(boolean up, String why) {
    health.state(up, why);
    if (!up || control.role().equals("slave")) {
      askSentinels();
    }
  }

  private void askSentinels() {
    if (sentinels != null) {
      sentinels.ask();
    }
  }

  // ---- for operations

  /** The TCP port that clients connect to. */
  public int port() {
    return listeners.port();
  }

  public NearCache cache() {
    return coherence.cache();
  }

  public Fence fence() {
    return coherence.fence();
  }

  /** Whether strongly consistent keys may be answered from memory, the ordinary fence apart. */
  public Fence strongFence() {
    return strong.fence();
  }

  /** Whether any key is strongly consistent. */
  public boolean hasStrongKeys() {
    return settings.hasStrong();
  }

  /** Whether no sidecar that the bus does not know can be writing strongly consistent keys. */
  public boolean isAnchored() {
    return strong.anchor().readUntilNanos() - System.nanoTime() > 0;
  }

  /** What became of their writes. */
  public StrongStatistics strongStatistics() {
    return strong.figures().statistics();
  }

  public Observations observations() {
    return observations;
  }

  /** The last time that the epoch moved; null before the first. */
  public @Nullable EpochMove lastEpochMove() {
    return coherence.lastEpochMove();
  }

  public InvalidationBus bus() {
    return bus;
  }

  public String nodeId() {
    return nodeId;
  }

  /** What fills the near-cache before clients ask. */
  public Warmer warmer() {
    return warmer;
  }

  /** Moves the epoch here, and at every peer if asked. */
  public void moveEpoch(EpochReason reason, boolean everywhere) {
    if (everywhere) {
      coherence.moveEpochEverywhere(reason);
    } else {
      coherence.moveEpoch(reason);
    }
  }

  public UpstreamHealth upstreamHealth() {
    return health;
  }

  /** Where the upstream is, for people. */
  public String upstreamName() {
    return upstream.name();
  }

  /** Whether writers that bypass the sidecars are seen. */
  public boolean tracksWriters() {
    return tracking != null && !tracking.isUnsupported();
  }

  /** How they are seen; null where the configuration does not want it. */
  public @Nullable TrackingReport tracking() {
    return tracking == null ? null : tracking.report();
  }

  /**
   * Numbers of now; gathered on the event loops, complete within a second or without the loops that
   * do not answer.
   */
  public Future<RedisStatistics> statistics() {
    return RedisStatistics.gather(vertx, this, loops);
  }

  /** Connections of clients. */
  public int clients() {
    return clients.get();
  }

  long clientsTotal() {
    return clientsTotal.sum();
  }

  Map<DisconnectReason, LongAdder> disconnects() {
    return disconnects;
  }

  /** Stops accepting, answers what is in flight, closes; within {@code drainMillis}. */
  public Future<Void> drain(long drainMillis) {
    draining = true;
    Future<Void> closing = listeners.shutdown(drainMillis);
    Promise<Void> drained = Promise.promise();
    long deadline = System.nanoTime() + drainMillis * 1_000_000;
    vertx.setPeriodic(
        20,
        timer -> {
          if (System.nanoTime() - deadline >= 0 || clients.get() == 0) {
            vertx.cancelTimer(timer);
            loops.forEach(loop -> loop.run(loop::closeAll));
            drained.tryComplete();
          } else {
            loops.forEach(loop -> loop.run(loop::closeIdle));
          }
        });
    return Future.join(closing, warmer.close())
        .transform(v -> drained.future())
        .eventually(strong::stop)
        .onComplete(
            v -> {
              if (sentinels != null) {
                sentinels.close();
              }
              control.close();
              if (tracking != null) {
                tracking.close();
              }
            });
  }
}
