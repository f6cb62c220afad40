package io.nearside.cluster;

import io.nearside.cluster.BusMessage.StreamPosition;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between the protocol and the listener: whatever the listener fails to apply is owed as an
 * epoch, and while one is owed this sidecar is not fresh. Used under the bus's lock.
 */
final class ListenerGuard {
  private static final Logger LOG = LoggerFactory.getLogger(ListenerGuard.class);

  private final BusClock clock;
  private @Nullable BusListener target;
  private @Nullable EpochReason owed;

  ListenerGuard(BusClock clock) {
    this.clock = clock;
  }

  /** Before anything is told. */
  void target(BusListener listener) {
    target = listener;
  }

  private BusListener listener() {
    BusListener listener = target;
    if (listener == null) {
      throw new IllegalStateException("nobody listens yet");
    }
    return listener;
  }

  void invalidateAll(int database, List<byte[]> keys, String node) {
    try {
      listener().invalidateAll(database, keys, node);
    } catch (RuntimeException e) {
      LOG.error("invalidation failed, the epoch will move instead: node={}", node, e);
      moveEpoch(EpochReason.UNKNOWN_KEYS, node, "an invalidation failed");
    }
  }

  void position(StreamPosition position, String node) {
    try {
      listener().position(position.stream(), position.timeline(), position.position(), node);
    } catch (RuntimeException e) {
      LOG.error("position lost, the epoch will move instead: node={}", node, e);
      moveEpoch(EpochReason.UNKNOWN_KEYS, node, "a position was not taken");
    }
  }

  void moveEpoch(EpochReason reason, String node, String detail) {
    try {
      listener().moveEpoch(reason, node);
    } catch (RuntimeException e) {
      LOG.error("epoch did not move, fenced until it does: reason={}", reason.label(), e);
      owed = reason;
    }
    event(ClusterEvent.Type.EPOCH, node, reason.label() + ": " + detail);
  }

  void event(ClusterEvent.Type type, String node, String detail) {
    Instant now = Instant.EPOCH.plusNanos(clock.wallNanos());
    try {
      listener().event(new ClusterEvent(type, now, node, detail));
    } catch (RuntimeException e) {
      LOG.error("event lost: type={} node={}", type, node, e);
    }
  }

  void lag(long nanos) {
    try {
      listener().onLag(nanos);
    } catch (RuntimeException e) {
      LOG.error("lag not recorded", e);
    }
  }

  /** Soft, so that nothing is owed for it. */
  void note(int kind, byte[] payload, String node, String incarnation) {
    try {
      listener().note(kind, payload, node, incarnation);
    } catch (RuntimeException e) {
      LOG.error("note not taken: kind={} node={}", kind, node, e);
    }
  }

  /** Whether the hold is in force; what is not must not be acknowledged. */
  boolean held(String node, List<HeldKey> keys) {
    try {
      listener().held(node, keys);
      return true;
    } catch (RuntimeException e) {
      LOG.error("hold failed, the epoch will move instead: node={}", node, e);
      moveEpoch(EpochReason.UNKNOWN_KEYS, node, "a hold failed");
      return false;
    }
  }

  void settled(String node, List<HeldKey> keys) {
    try {
      listener().settled(node, keys);
    } catch (RuntimeException e) {
      LOG.error("end of a hold failed, the epoch will move instead: node={}", node, e);
      moveEpoch(EpochReason.UNKNOWN_KEYS, node, "the end of a hold failed");
    }
  }

  boolean owes() {
    return owed != null;
  }

  /** Tries again to move an owed epoch. */
  void settle(String node) {
    EpochReason reason = owed;
    if (reason != null) {
      owed = null;
      moveEpoch(reason, node, "again, after a failure");
    }
  }
}
