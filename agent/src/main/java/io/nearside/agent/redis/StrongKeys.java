package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import io.nearside.agent.cache.NearCache;
import io.nearside.cluster.HeldKey;
import io.nearside.cluster.InvalidationBus;
import io.nearside.config.NearsideConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * What strongly consistent keys need beside the rest: the {@link Anchor}, a fence of their own, and
 * the peers' holds. Safe from any thread.
 */
final class StrongKeys {
  private final NearCache cache;
  private final Anchor anchor;
  private final Fence fence = new Fence(System::nanoTime);
  private final StrongFigures figures;

  StrongKeys(Vertx vertx, Upstream upstream, Coherence coherence, NearsideConfig config) {
    this.cache = coherence.cache();
    long leaseMillis = config.coherence().strongLeaseMillis();
    this.figures = new StrongFigures(leaseMillis);
    this.anchor =
        new Anchor(
            vertx,
            upstream,
            coherence,
            config.cluster().name(),
            config.node().id(),
            leaseMillis,
            config.redis().upstream().reconnectMinMillis());
    InvalidationBus bus = coherence.bus();
    fence.add(new Fence.Source("bus", bus::strongUntilNanos, bus::strongDetail));
    fence.add(new Fence.Source("anchor", anchor::readUntilNanos, anchor::detail));
  }

  /** Does what is to be done when keys are strong from now on, or none is any more. */
  void apply(boolean areAny) {
    if (areAny) {
      anchor.start();
    } else {
      var _ = anchor.stop();
    }
  }

  /**
   * Completes when the upstream does not count this sidecar any more: before the bus is left, as
   * who is counted and not known makes the others stop answering from memory.
   */
  Future<Void> stop() {
    return anchor.stop();
  }

  Anchor anchor() {
    return anchor;
  }

  /** Whether these keys may be answered from memory, the ordinary fence apart. */
  Fence fence() {
    return fence;
  }

  StrongFigures figures() {
    return figures;
  }

  /** A peer is about to write these: none is answered from memory or stored until settled. */
  void held(String fromNode, List<HeldKey> keys) {
    if (keys.isEmpty()) {
      cache.beginEpochWrite(true);
    }
    for (HeldKey key : keys) {
      cache.beginWrite(new Key.Stored(key.database(), key.key()), fromNode);
    }
  }

  /** That write is over. Nothing can have been stored under the hold; leases break once more. */
  void settled(List<HeldKey> keys) {
    if (keys.isEmpty()) {
      cache.endEpochWrite(true);
    }
    for (HeldKey key : keys) {
      cache.endWrite(new Key.Stored(key.database(), key.key()));
    }
  }
}
