package io.nearside.agent.admin;

import io.vertx.core.Future;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How consistent this sidecar's answers are. Safe from any thread. */
public interface ConsistencyView {

  /** Whether writers that bypass the sidecars are seen. */
  enum Tracking {
    ON,
    /** By the configuration. */
    OFF,
    /** The upstream can not track, or does not let us: the promise is the policies' TTL cap. */
    UNSUPPORTED
  }

  /**
   * A look at it.
   *
   * @param epochMoves how often the epoch moved, by the reason's label
   * @param strong what the answers of strongly consistent keys rest on beside the fence; null where
   *     no policy is strong
   */
  record Report(
      FenceReport fence,
      long epoch,
      Map<String, Long> epochMoves,
      Tracking tracking,
      @Nullable FenceReport strong) {
    public Report {
      epochMoves = Map.copyOf(epochMoves);
    }
  }

  Future<Report> report();
}
