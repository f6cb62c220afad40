package io.nearside.agent;

import io.nearside.agent.admin.AdminServer;
import io.nearside.agent.admin.AdminSources;
import io.nearside.agent.admin.ConfigOperations;
import io.nearside.agent.admin.LifecycleOperations;
import io.nearside.agent.health.LoopProbe;
import io.nearside.agent.memory.MemoryFigures;
import io.nearside.agent.metrics.AgentMetrics;
import io.nearside.agent.postgres.PostgresFace;
import io.nearside.agent.redis.RedisFace;
import io.nearside.config.NearsideConfig;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Wires the admin listener to the faces. */
final class Operations {
  private Operations() {}

  /**
   * Opens the admin listener; best before the faces listen, so that it tells of their start and
   * misses no event.
   *
   * @param faces the faces' Vert.x, whose event loops are watched
   * @param postgres null where that face is off
   * @param listening whether the faces accept clients
   */
  static Future<AdminServer> start(
      Vertx faces,
      RedisFace redis,
      @Nullable PostgresFace postgres,
      ConfigOperations config,
      BooleanSupplier listening,
      LifecycleOperations lifecycle,
      MemoryFigures memory) {
    Supplier<NearsideConfig> now = () -> config.effective().config();
    return AdminServer.start(
        () -> now.get().admin(),
        new AdminSources(
            FaceChecks.of(
                redis.bus(), now.get().redis().enabled() ? redis : null, postgres, listening),
            loops(faces),
            lifecycle,
            memory,
            new AgentMetrics(Version.get(), redis.nodeId()),
            new RedisFaceFigures(redis),
            redis.bus(),
            new RedisFaceCache(redis, now),
            new RedisFaceConsistency(redis, now),
            config,
            postgres == null ? null : new PostgresFaceOperations(postgres.controls()),
            postgres == null ? null : new PostgresFaceFigures(postgres.controls()),
            redis::onEvent));
  }

  private static List<LoopProbe> loops(Vertx faces) {
    List<LoopProbe> probes = new ArrayList<>();
    for (EventExecutor loop : ((VertxInternal) faces).nettyEventLoopGroup()) {
      probes.add(new LoopProbe(Integer.toString(probes.size()), loop));
    }
    return probes;
  }
}
