package io.nearside.agent.admin;

import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
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
   * Since when the fence is as it is.
   *
   * @param lastReason what closed it when it was last closed; empty if it never was
   * @param closings how often it was closed
   */
  record FenceHistory(Instant since, String lastReason, long closings) {}

  /**
   * The last move of the epoch.
   *
   * @param reason its label
   * @param from the sidecar that caused it, or {@code local}
   */
  record EpochMove(String reason, Instant at, String from) {}

  /**
   * What the sampler has measured since the start.
   *
   * @param perSecond comparisons per second at most; 0 when it is off
   * @param stale samples that differed from the upstream and were still held
   * @param worstMillis for how long at most such a one stayed after the newer value was seen
   * @param violations those that stayed for longer than promised
   */
  record Sampler(
      int perSecond,
      long samples,
      long stale,
      double worstMillis,
      long violations,
      @Nullable Violation lastViolation) {}

  /**
   * One broken promise.
   *
   * @param key printable
   * @param heldMillis for how long the old value had been held; -1 when not known
   * @param lastInvalidatedBy who last said that the key had changed; empty when nobody is known
   */
  record Violation(
      Instant at,
      int database,
      String key,
      String command,
      long ageMillis,
      long heldMillis,
      long epoch,
      String lastInvalidatedBy) {}

  /**
   * A look at it.
   *
   * @param epochMoves how often the epoch moved, by the reason's label
   * @param lastEpochMove null before the first
   * @param strong what the answers of strongly consistent keys rest on beside the fence; null where
   *     no policy is strong
   */
  record Report(
      FenceReport fence,
      FenceHistory fenceHistory,
      long epoch,
      Map<String, Long> epochMoves,
      @Nullable EpochMove lastEpochMove,
      Tracking tracking,
      Sampler sampler,
      long staleServed,
      @Nullable FenceReport strong) {
    public Report {
      epochMoves = Map.copyOf(epochMoves);
    }
  }

  Future<Report> report();

  /**
   * Who sees the writers that bypass the sidecars.
   *
   * @param self whether this sidecar tracks
   * @param peers those that do, as far as they are heard
   * @param provenMillisAgo how old the newest proof is; -1 for none
   * @param detail for people; why, where tracking is refused
   */
  record Trackers(boolean self, List<String> peers, long provenMillisAgo, String detail) {
    public Trackers {
      peers = List.copyOf(peers);
    }
  }

  /** Null where the configuration does not want any. */
  default @Nullable Trackers trackers() {
    return null;
  }
}
