package io.nearside.agent;

import io.nearside.agent.admin.AdminServer;
import io.nearside.agent.admin.ConfigOperations;
import io.nearside.agent.admin.LifecycleOperations;
import io.nearside.agent.memory.MemoryGuard;
import io.nearside.agent.postgres.PostgresFace;
import io.nearside.agent.redis.RedisFace;
import io.nearside.cluster.InvalidationBus;
import io.nearside.config.LoadedConfig;
import io.nearside.config.NearsideConfig;
import io.nearside.config.ReloadDiff;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.transport.Transport;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sidecar: the one place where its parts are wired, started and drained. Safe from any thread,
 * but not from an event loop.
 */
public final class Agent implements AutoCloseable, ConfigOperations, LifecycleOperations {
  private static final Logger log = LoggerFactory.getLogger(Agent.class);
  private static final long START_SECONDS = 30;
  // Beyond the drain itself: leaving the cluster and closing what is left.
  private static final long CLOSE_MILLIS = 5_000;

  private final Vertx vertx;
  private final InvalidationBus bus;
  private final RedisFace redis;
  private final @Nullable PostgresFace postgres;
  private final MemoryGuard memory;
  private final Supplier<LoadedConfig> source;
  private volatile LoadedConfig loaded;
  private volatile boolean listening;
  private volatile boolean draining;
  private final Runnable end;
  private final AtomicBoolean ending = new AtomicBoolean();
  private @Nullable AdminServer admin;
  private boolean closed;

  private Agent(
      LoadedConfig loaded,
      Supplier<LoadedConfig> source,
      @Nullable Runnable end,
      Vertx vertx,
      InvalidationBus bus) {
    this.loaded = loaded;
    this.source = source;
    this.end = end == null ? this::close : end;
    this.vertx = vertx;
    this.bus = bus;
    NearsideConfig config = loaded.config();
    this.redis = new RedisFace(vertx, config, config.node().id(), bus);
    this.postgres = config.postgres().enabled() ? new PostgresFace(vertx, config, bus) : null;
    this.memory = new MemoryGuard(vertx, redis.memory());
    redis.refuseClientsWhen(memory::refusesClients);
    if (postgres != null) {
      postgres.refuseClientsWhen(memory::refusesClients);
    }
  }

  /**
   * Starts a sidecar; returns when its faces accept clients. Neither the upstream nor the cluster
   * is waited for.
   *
   * @param source reads the configuration again, for a reload
   * @throws IllegalStateException when a listener can not be opened
   */
  public static Agent start(LoadedConfig loaded, Supplier<LoadedConfig> source) {
    return start(loaded, source, null, Buses.of(loaded.config()));
  }

  /**
   * As {@link #start(LoadedConfig, Supplier)}.
   *
   * @param end what ends the process, which {@code POST /shutdown} asks for; it may do so before
   *     this returns
   */
  static Agent start(LoadedConfig loaded, Supplier<LoadedConfig> source, Runnable end) {
    return start(loaded, source, end, Buses.of(loaded.config()));
  }

  /**
   * As {@link #start(LoadedConfig, Supplier)}, with a bus of the caller's and no reload: for tests
   * and simulation.
   */
  public static Agent start(LoadedConfig loaded, InvalidationBus bus) {
    return start(loaded, () -> loaded, null, bus);
  }

  private static Agent start(
      LoadedConfig loaded,
      Supplier<LoadedConfig> source,
      @Nullable Runnable end,
      InvalidationBus bus) {
    NearsideConfig config = loaded.config();
    Transport transport =
        Transports.of(
            config.runtime().transport(),
            !config.redis().listen().unixSocket().isEmpty()
                || config.redis().upstream().url().unix()
                || (config.postgres().enabled()
                    && !config.postgres().listen().unixSocket().isEmpty()),
            config.postgres().enabled());
    Vertx vertx =
        Vertx.builder()
            .with(
                new VertxOptions()
                    // One more than the faces use: the control plane has its own.
                    .setEventLoopPoolSize(
                        config.runtime().eventLoops() + (config.postgres().enabled() ? 2 : 1))
                    .setWorkerPoolSize(2)
                    .setInternalBlockingPoolSize(2))
            .withTransport(transport)
            .build();
    var agent = new Agent(loaded, source, end, vertx, bus);
    try {
      agent.open();
    } catch (RuntimeException e) {
      agent.close();
      throw e;
    }
    log.info(
        "started node={} transport={} upstream={}",
        config.node().id(),
        transport.name(),
        agent.redis.upstreamName());
    return agent;
  }

  private void open() {
    Future<Void> faces = redis.start();
    if (postgres != null) {
      postgres.console(new PostgresFaceConsole(this));
      faces = Future.all(faces, postgres.start()).mapEmpty();
      bus.start(new BusFanOut(List.of(redis.busListener(), postgres.busListener())));
    } else {
      bus.start(redis.busListener());
    }
    if (loaded.config().admin().enabled()) {
      admin =
          await(
              Operations.start(vertx, redis, postgres, this, () -> listening, this, memory),
              START_SECONDS * 1000);
    }
    await(faces, START_SECONDS * 1000);
    memory.start();
    listening = true;
  }

  @Override
  public boolean draining() {
    return draining;
  }

  @Override
  public void drain() {
    draining = true;
  }

  @Override
  public int clients() {
    return redis.clients() + (postgres == null ? 0 : postgres.clients());
  }

  @Override
  public void shutdown() {
    if (ending.compareAndSet(false, true)) {
      Thread.ofPlatform().name("nearside-shutdown").start(end);
    }
  }

  /** TCP port of the admin listener; 0 without one. */
  public int adminPort() {
    return admin == null ? 0 : admin.port();
  }

  /** The faces' event loops. */
  Vertx vertx() {
    return vertx;
  }

  @Override
  public LoadedConfig effective() {
    return loaded;
  }

  @Override
  public synchronized ReloadDiff reload() {
    LoadedConfig next = source.get();
    var diff = ReloadDiff.between(loaded, next);
    loaded = ReloadDiff.applied(loaded, next);
    Logging.apply(loaded.config().log());
    redis.apply(loaded.config());
    if (postgres != null) {
      postgres.apply(loaded.config());
    }
    log.info(
        "configuration reloaded live={} restart={}", diff.live().size(), diff.restart().size());
    return diff;
  }

  /** TCP port of the Redis face; 0 without one. */
  public int redisPort() {
    return loaded.config().redis().enabled() ? redis.port() : 0;
  }

  /** TCP port of the PostgreSQL face; 0 without one. */
  public int postgresPort() {
    return postgres == null ? 0 : postgres.port();
  }

  /** The Redis face, for operations. */
  public RedisFace redis() {
    return redis;
  }

  /**
   * Stops accepting, answers what is in flight, leaves the cluster; within {@code drainMillis} and
   * a little.
   */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      draining = true;
    }
    long drainMillis = loaded.config().runtime().drainMillis();
    try {
      Future<Void> faces = redis.drain(drainMillis);
      if (postgres != null) {
        faces = Future.join(faces, postgres.drain(drainMillis)).mapEmpty();
      }
      await(faces, drainMillis + CLOSE_MILLIS);
    } catch (RuntimeException e) {
      log.warn("drain was not complete reason=\"{}\"", e.getMessage());
    }
    memory.close();
    bus.close();
    try {
      if (admin != null) {
        await(admin.close(), CLOSE_MILLIS);
      }
      await(vertx.close(), CLOSE_MILLIS);
    } catch (RuntimeException e) {
      log.warn("event loops did not end reason=\"{}\"", e.getMessage());
    }
  }

  private static <T> T await(Future<T> future, long millis) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(millis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IllegalStateException(cause.getMessage(), cause);
    } catch (TimeoutException e) {
      throw new IllegalStateException("not within " + millis + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
