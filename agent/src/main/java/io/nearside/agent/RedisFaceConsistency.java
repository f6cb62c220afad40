package io.nearside.agent;

import io.nearside.agent.admin.ConsistencyView;
import io.nearside.agent.admin.Printable;
import io.nearside.agent.cache.Key;
import io.nearside.agent.redis.RedisFace;
import io.nearside.agent.redis.StalenessFigures;
import io.nearside.agent.redis.TrackingReport;
import io.nearside.config.NearsideConfig;
import io.nearside.config.RedisConfig;
import io.vertx.core.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
                    fenceHistory(face.observations().fence()),
                    face.cache().epoch(),
                    RedisFaceFigures.byLabel(statistics.epochMoves()),
                    lastMove(face.lastEpochMove()),
                    tracking(),
                    sampler(face.observations().stalenessTotals()),
                    face.observations().staleServed(),
                    face.hasStrongKeys() ? RedisFaceCache.fence(face.strongFence()) : null));
  }

  private static FenceHistory fenceHistory(io.nearside.agent.redis.FenceHistory.State state) {
    return new FenceHistory(state.since(), state.lastReason(), state.closings());
  }

  private static @Nullable EpochMove lastMove(io.nearside.agent.redis.@Nullable EpochMove move) {
    return move == null ? null : new EpochMove(move.reason().label(), move.at(), move.from());
  }

  private Sampler sampler(StalenessFigures.Totals totals) {
    return new Sampler(
        config.get().coherence().sampler().perSecond(),
        totals.samples(),
        totals.stale(),
        totals.worstNanos() / 1e6,
        totals.violations(),
        violation(totals.last()));
  }

  private static @Nullable Violation violation(StalenessFigures.@Nullable Violation last) {
    if (last == null) {
      return null;
    }
    byte[] key = last.key().canonical();
    return new Violation(
        last.at(),
        last.key().database(),
        Key.isDigest(key) ? "(a long key)" : Printable.of(key),
        last.command(),
        last.ageMillis(),
        last.heldMillis(),
        last.epoch(),
        last.lastInvalidatedBy());
  }

  private Tracking tracking() {
    RedisConfig redis = config.get().redis();
    if (!redis.tracking().enabled() || !redis.cache().enabled()) {
      return Tracking.OFF;
    }
    return face.tracksWriters() ? Tracking.ON : Tracking.UNSUPPORTED;
  }

  @Override
  public @Nullable Trackers trackers() {
    TrackingReport report = face.tracking();
    return report == null
        ? null
        : new Trackers(
            report.tracking(), report.trackers(), report.provenMillisAgo(), report.detail());
  }
}
