package io.nearside.agent.admin;

import io.nearside.agent.health.HealthCheck;
import io.nearside.agent.health.LoopProbe;
import io.nearside.agent.memory.MemoryFigures;
import io.nearside.agent.metrics.AgentMetrics;
import io.nearside.agent.metrics.PostgresFigures;
import io.nearside.agent.metrics.RedisFigures;
import io.nearside.cluster.ClusterEvent;
import io.nearside.cluster.InvalidationBus;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the admin listener reads from and acts on.
 *
 * @param checks one for each {@link io.nearside.config.ReadinessCheck}, called by its label; more
 *     are shown as well
 * @param loops the event loops whose wedging makes the sidecar not live
 * @param metrics taken over: closed with the listener
 * @param postgres null where the PostgreSQL face is off, as its figures
 * @param events called once, with who wants to hear of joins, leaves, fences and epochs
 */
public record AdminSources(
    List<HealthCheck> checks,
    List<LoopProbe> loops,
    LifecycleOperations lifecycle,
    MemoryFigures memory,
    AgentMetrics metrics,
    RedisFigures redis,
    InvalidationBus bus,
    CacheOperations cache,
    ConsistencyView consistency,
    ConfigOperations config,
    @Nullable PostgresOperations postgres,
    @Nullable PostgresFigures postgresFigures,
    Consumer<Consumer<ClusterEvent>> events) {

  public AdminSources {
    checks = List.copyOf(checks);
    loops = List.copyOf(loops);
  }
}
