package io.nearside.agent;

import io.nearside.agent.admin.ConsistencyView;
import io.nearside.agent.redis.RedisFace;
import io.nearside.config.NearsideConfig;
import io.nearside.config.RedisConfig;
import io.vertx.core.Future;
import java.util.function.Supplier;

/** The Redis face's fence, epochs and tracking, as people may ask for them. */
final class RedisFaceConsistency implements ConsistencyView {
  private final RedisFace face;
  private final Supplier<NearsideConfig> config;

  RedisFaceConsistency(RedisFace face, Supplier<NearsideConfig> config) {
    this.face = face;
    this.config = config;
  }

  @Override
  public Future<Report> report() {
    return face.statistics()
        .map(
            statistics ->
                new Report(
                    RedisFaceCache.fence(face.fence()),
                    face.cache().epoch(),
                    RedisFaceFigures.byLabel(statistics.epochMoves()),
                    tracking(),
                    face.hasStrongKeys() ? RedisFaceCache.fence(face.strongFence()) : null));
  }

  private Tracking tracking() {
    RedisConfig redis = config.get().redis();
    if (!redis.tracking().enabled() || !redis.cache().enabled()) {
      return Tracking.OFF;
    }
    return face.tracksWriters() ? Tracking.ON : Tracking.UNSUPPORTED;
  }
}
