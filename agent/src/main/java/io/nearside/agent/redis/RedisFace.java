package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import io.nearside.agent.cache.NearCache;
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
  private final @Nullable TrackingConnection tracking;
  private final StrongKeys strong;
  private final long maxStalenessMillis;
  private final List<RedisLoop> loops = new CopyOnWriteArrayList<>();
  private final List<Consumer<ClusterEvent>> eventListeners = new CopyOnWriteArrayList<>();
  private final AtomicInteger clients = new AtomicInteger();
  private final LongAdder clientsTotal = new LongAdder();
  private final Map<DisconnectReason, LongAdder> disconnects = new ConcurrentHashMap<>();
  private final UpstreamHealth health = new UpstreamHealth();
  private final Listeners listeners;
  private volatile LiveSettings settings;
  private volatile boolean draining;

  public RedisFace(Vertx vertx, NearsideConfig config, String nodeId, InvalidationBus bus) {
    this.vertx = vertx;
    this.settings = LiveSettings.of(config, CommandTable.bundled());
    this.listeners = new Listeners(vertx, this, config.redis().listen());
    this.nodeId = nodeId;
    this.bus = bus;
    this.maxStalenessMillis = config.coherence().maxStalenessMillis();
    this.upstream = new Upstream(config.redis().upstream());
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
            config.redis().upstream().unknownOutcomeMillis());
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
          new TrackingConnection(
              vertx,
              upstream,
              coherence,
              maxStalenessMillis,
              nodeId,
              retryMillis,
              () -> settings.trackedPrefixes());
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
  }

  /** Takes over what can change while running. */
  public void apply(NearsideConfig now) {
    boolean cached = settings.cachesAnything();
    boolean hadStrong = settings.hasStrong();
    RedisCacheConfig before = settings.cache();
    RedisCacheConfig cache = now.redis().cache();
    settings = LiveSettings.of(now, settings.upstreamTable());
    coherence.cache().resize(cache.maxBytes().bytes(), cache.entryBytesMax().intBytes());
    if (!before.equals(cache)) {
      coherence.moveEpoch(EpochReason.CONFIG_RELOAD);
    }
    if (settings.hasStrong() != hadStrong) {
      strong.apply(settings.hasStrong());
    }
    if (tracking != null && settings.cachesAnything() && !cached) {
      vertx.runOnContext(v -> tracking.start());
    }
    if (tracking != null && !before.policies().equals(cache.policies())) {
      vertx.runOnContext(v -> tracking.restart());
    }
  }

  /**
   * Begins to listen and to connect; the future completes when clients may connect. Does not wait
   * for the upstream.
   */
  public Future<Void> start() {
    if (!settings.config().redis().enabled()) {
      return Future.succeededFuture();
    }
    control.start();
    if (settings.hasStrong()) {
      strong.apply(true);
    }
    if (tracking != null && settings.cachesAnything()) {
      tracking.start();
    }
    return listeners.open(settings.config().runtime().eventLoops(), loops::add);
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
      coherence.moveEpoch(reason);
      event(
          new ClusterEvent(
              ClusterEvent.Type.EPOCH, java.time.Instant.now(), fromNode, reason.label()));
    }

    @Override
    public void event(ClusterEvent event) {
      eventListeners.forEach(listener -> listener.accept(event));
    }
  }

  /** Hears of joins, leaves, fences and epochs, on the bus's threads. */
  public void onEvent(Consumer<ClusterEvent> listener) {
    eventListeners.add(listener);
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
   * would not be seen.
   */
  long ttlCapMillis(Policy policy) {
    return control.isAclUnwatched()
        ? Math.min(policy.ttlMaxMillis(), maxStalenessMillis)
        : policy.ttlMaxMillis();
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

  /** Whether one more client may stay. */
  boolean clientOpened() {
    if (draining || clients.incrementAndGet() > settings.clients().connectionsMax()) {
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
    coherence.moveEpochEverywhere(EpochReason.UPSTREAM_FAILOVER);
    retireConnections();
  }

  void upstreamState(boolean up, String why) {
    health.state(up, why);
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

  public InvalidationBus bus() {
    return bus;
  }

  public String nodeId() {
    return nodeId;
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

  /**
   * Numbers of now; gathered on the event loops, complete within a second or without the loops that
   * do not answer.
   */
  public Future<RedisStatistics> statistics() {
    return RedisStatistics.gather(vertx, this, loops);
  }

  int clients() {
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
    return closing
        .compose(v -> drained.future())
        .eventually(strong::stop)
        .onComplete(
            v -> {
              control.close();
              if (tracking != null) {
                tracking.close();
              }
            });
  }
}
