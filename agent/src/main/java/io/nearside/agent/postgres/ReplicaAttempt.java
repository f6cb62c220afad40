package io.nearside.agent.postgres;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A read that was sent to a replica and may still be sent elsewhere: as long as nothing but what
 * any server would answer (parsed, bound, described) has come, which is kept back. On one event
 * loop.
 */
final class ReplicaAttempt {
  // Longer descriptions are delivered, and the read stays where it is.
  static final int KEPT_BYTES_MAX = 64 * 1024;

  /** Where the read stands. */
  enum State {
    /** The replica has been asked whether it has replayed the token. */
    CHECKING,
    /** Nothing was delivered yet. */
    KEEPING,
    /** The replica is behind: whatever comes is not for the client. */
    DISCARDING,
    /** The client has seen something of it. */
    DELIVERING
  }

  private State state;
  private byte[] kept = new byte[256];
  private int keptLength;
  private @Nullable String healedError;

  ReplicaAttempt(boolean checked) {
    state = checked ? State.KEEPING : State.CHECKING;
  }

  State state() {
    return state;
  }

  void checked(boolean replayed) {
    if (state == State.CHECKING) {
      state = replayed ? State.KEEPING : State.DISCARDING;
    }
  }

  /** Whether the client has seen nothing of it. */
  boolean isOpen() {
    return state != State.DELIVERING;
  }

  /** Keeps a reply back; false when there is no room: it must be delivered. */
  boolean keep(byte[] bytes, int from, int to) {
    if (keptLength + to - from > KEPT_BYTES_MAX) {
      return false;
    }
    if (kept.length < keptLength + to - from) {
      kept = Arrays.copyOf(kept, Math.max(2 * kept.length, keptLength + to - from));
    }
    System.arraycopy(bytes, from, kept, keptLength, to - from);
    keptLength += to - from;
    return true;
  }

  /** From here on the client sees everything. */
  void deliver(Session session) {
    state = State.DELIVERING;
    if (keptLength > 0) {
      session.deliver(kept, 0, keptLength);
      keptLength = 0;
    }
  }

  /** What was kept is being delivered. */
  void delivering() {
    state = State.DELIVERING;
  }

  /** The replica's error is the sidecar's own doing: another server is asked. */
  void heal(String reason) {
    healedError = reason;
    state = State.DISCARDING;
    keptLength = 0;
  }

  /** By which the read is asked elsewhere; null for the token. */
  @Nullable String healedError() {
    return healedError;
  }
}
