package io.nearside.agent;

import io.nearside.agent.redis.RedisFace;
import io.nearside.cluster.InvalidationBus;
import io.nearside.config.LoadedConfig;
import io.nearside.config.NearsideConfig;
import io.nearside.config.ReloadDiff;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.transport.Transport;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sidecar: the one place where its parts are wired, started and drained. Safe from any thread,
 * but not from an event loop.
 */
public final class Agent implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Agent.class);
  private static final long START_SECONDS = 30;
  // Beyond the drain itself: leaving the cluster and closing what is left.
  private static final long CLOSE_MILLIS = 5_000;

  private final Vertx vertx;
  private final InvalidationBus bus;
  private final RedisFace redis;
  private LoadedConfig loaded;
  private boolean closed;

  private Agent(LoadedConfig loaded, Vertx vertx, InvalidationBus bus) {
    this.loaded = loaded;
    this.vertx = vertx;
    this.bus = bus;
    NearsideConfig config = loaded.config();
    this.redis = new RedisFace(vertx, config, config.node().id(), bus);
  }

  /**
   * Starts a sidecar; returns when its faces accept clients. Neither the upstream nor the cluster
   * is waited for.
   *
   * @throws IllegalStateException when a listener can not be opened
   */
  public static Agent start(LoadedConfig loaded) {
    return start(loaded, Buses.of(loaded.config()));
  }

  /** As {@link #start(LoadedConfig)}, with a bus of the caller's: for tests and simulation. */
  public static Agent start(LoadedConfig loaded, InvalidationBus bus) {
    NearsideConfig config = loaded.config();
    Transport transport = Transports.of(config.runtime().transport());
    Vertx vertx =
        Vertx.builder()
            .with(
                new VertxOptions()
                    // One more than the faces use: the control plane has its own.
                    .setEventLoopPoolSize(config.runtime().eventLoops() + 1)
                    .setWorkerPoolSize(2)
                    .setInternalBlockingPoolSize(2))
            .withTransport(transport)
            .build();
    var agent = new Agent(loaded, vertx, bus);
    try {
      await(agent.redis.start(), START_SECONDS * 1000);
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

  /** TCP port of the Redis face. */
  public int redisPort() {
    return redis.port();
  }

  /** The Redis face, for operations. */
  public RedisFace redis() {
    return redis;
  }

  /** Takes over what can change while running; the answer names what can not. */
  public synchronized ReloadDiff reload(LoadedConfig next) {
    var diff = ReloadDiff.between(loaded, next);
    loaded = ReloadDiff.applied(loaded, next);
    redis.apply(loaded.config());
    return diff;
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
    }
    long drainMillis = loaded.config().runtime().drainMillis();
    try {
      await(redis.drain(drainMillis), drainMillis + CLOSE_MILLIS);
    } catch (RuntimeException e) {
      log.warn("drain was not complete reason=\"{}\"", e.getMessage());
    }
    bus.close();
    try {
      await(vertx.close(), CLOSE_MILLIS);
    } catch (RuntimeException e) {
      log.warn("event loops did not end reason=\"{}\"", e.getMessage());
    }
  }

  private static <T> T await(Future<T> future, long millis) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(millis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("not within " + millis + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
