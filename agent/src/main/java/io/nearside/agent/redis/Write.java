package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import io.nearside.agent.cache.NearCache;
import io.nearside.agent.redis.command.Command;
import io.nearside.agent.redis.resp.RequestFrame;
import io.nearside.cluster.EpochReason;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one write may make stale, from before it is sent until its reply: {@link #begin} first, then
 * exactly one of {@link #answered}, {@link #notSent}, {@link #outcomeUnknown} and {@link
 * #unanswered}. The order is what promise 1 rests on: the keys are dropped here and no lease is
 * granted on them while the write is on its way; they are published to the peers after the upstream
 * has executed it and before its reply is delivered. A write of strongly consistent keys carries
 * its {@link StrongWrite}, which is settled last of all.
 */
abstract sealed class Write {
  final Coherence coherence;
  private final boolean changesAcl;
  private @Nullable StrongWrite strong;

  private Write(Coherence coherence, boolean changesAcl) {
    this.coherence = coherence;
    this.changesAcl = changesAcl;
  }

  /** What {@code command} may change, or null for nothing. */
  static @Nullable Write of(
      Command command, RequestFrame frame, int database, Coherence coherence) {
    return switch (command.invalidation()) {
      case NOTHING ->
          command.changesAcl() ? new Epoch(coherence, EpochReason.ACL_CHANGE, false) : null;
      case KEYS -> {
        List<Key.Stored> keys = keys(command, frame, database);
        yield keys == null
            ? new Epoch(coherence, EpochReason.UNKNOWN_KEYS, false)
            : keys.isEmpty() ? null : new Keys(coherence, keys);
      }
      case EPOCH ->
          new Epoch(
              coherence,
              command.name().startsWith("flush") ? EpochReason.FLUSH : EpochReason.UNKNOWN_KEYS,
              false);
      case SWAPDB -> new Epoch(coherence, EpochReason.SWAPDB, false);
      case EPOCH_UNLESS_ERROR -> new Epoch(coherence, EpochReason.UNKNOWN_KEYS, true);
    };
  }

  /** The keys a command may change, or null when they can not all be named. */
  static @Nullable List<Key.Stored> keys(Command command, RequestFrame frame, int database) {
    int db = command.crossesDatabases() ? NearCache.EVERY_DATABASE : database;
    var keys = new ArrayList<Key.Stored>(2);
    boolean all =
        command.writtenKeys(
            frame,
            index -> {
              if (frame.hasArg(index)) {
                keys.add(
                    new Key.Stored(
                        db,
                        Key.canonical(
                            frame.bytes(), frame.argStart(index), frame.argLength(index))));
              }
            });
    return all ? keys : null;
  }

  /** The keys of a transaction, or of a command whose effect was seen late. */
  static Write ofKeys(Coherence coherence, List<Key.Stored> keys) {
    return new Keys(coherence, List.copyOf(keys));
  }

  static Write ofEpoch(Coherence coherence, EpochReason reason) {
    return new Epoch(coherence, reason, false);
  }

  final boolean changesAcl() {
    return changesAcl;
  }

  /** What it changes; none where that can not be named. */
  abstract List<Key.Stored> keys();

  /**
   * Before the command is handed to the socket.
   *
   * @param granted the hold of its strongly consistent keys; null where it has none
   */
  final void begin(@Nullable StrongWrite granted) {
    strong = granted;
    begun();
  }

  /** The upstream has executed or refused it; before the reply is delivered. */
  final void answered(boolean error) {
    ended(error);
    settle();
  }

  /** It certainly never reached the upstream. */
  final void notSent() {
    dropped();
    settle();
  }

  private void settle() {
    if (strong != null) {
      strong.settle();
    }
  }

  /** The keys are dropped, and no lease is granted on them from now on. */
  abstract void begun();

  /** It has been executed or refused: leases are granted again, and the peers are told. */
  abstract void ended(boolean error);

  /** It was never sent: leases are granted again. */
  abstract void dropped();

  /**
   * Nobody knows: peers are told now, and the keys stay uncacheable until it can not happen any
   * more.
   */
  final void outcomeUnknown() {
    published();
    coherence.afterUnknownOutcome(() -> answered(false));
  }

  /**
   * The client has asked for no reply, so nobody will know when it was executed, and nobody was
   * promised anything: what it changes is dropped everywhere now, and once more when it must have
   * happened. Its hold stays until then.
   */
  final void unanswered() {
    ended(false);
    coherence.afterUnknownOutcome(
        () -> {
          begun();
          answered(false);
        });
  }

  abstract void published();

  private static final class Keys extends Write {
    private final List<Key.Stored> keys;

    Keys(Coherence coherence, List<Key.Stored> keys) {
      super(coherence, false);
      this.keys = keys;
    }

    @Override
    List<Key.Stored> keys() {
      return keys;
    }

    @Override
    void begun() {
      for (int i = 0; i < keys.size(); i++) {
        coherence.beginWrite(keys.get(i));
      }
    }

    @Override
    void ended(boolean error) {
      // An error may come after a part of the work (scripts, transactions): it is published all the
      // same.
      dropped();
      published();
    }

    @Override
    void dropped() {
      for (int i = 0; i < keys.size(); i++) {
        coherence.cache().endWrite(keys.get(i));
      }
    }

    @Override
    void published() {
      Key.Stored first = keys.get(0);
      if (keys.size() == 1) {
        coherence.bus().publish(first.database(), first.canonical());
        return;
      }
      boolean oneDatabase = keys.stream().allMatch(key -> key.database() == first.database());
      coherence
          .bus()
          .publish(
              oneDatabase ? first.database() : NearCache.EVERY_DATABASE,
              keys.stream().map(Key.Stored::canonical).toList());
    }
  }

  private static final class Epoch extends Write {
    private final EpochReason reason;
    private final boolean unlessError;

    Epoch(Coherence coherence, EpochReason reason, boolean unlessError) {
      super(coherence, reason == EpochReason.ACL_CHANGE);
      this.reason = reason;
      this.unlessError = unlessError;
    }

    @Override
    List<Key.Stored> keys() {
      return List.of();
    }

    @Override
    void begun() {
      coherence.cache().beginEpochWrite(!unlessError);
    }

    @Override
    void ended(boolean error) {
      boolean move = !(error && (unlessError || isAllOrNothing()));
      coherence.cache().endEpochWrite(move);
      if (move) {
        coherence.countEpochMove(reason);
        published();
      }
    }

    /**
     * Refused, it has changed nothing: a client without rights can not empty the caches of the
     * fleet.
     */
    private boolean isAllOrNothing() {
      return reason == EpochReason.FLUSH
          || reason == EpochReason.SWAPDB
          || reason == EpochReason.ACL_CHANGE;
    }

    @Override
    void dropped() {
      coherence.cache().endEpochWrite(false);
    }

    @Override
    void published() {
      coherence.bus().publishEpoch(reason);
    }
  }
}
