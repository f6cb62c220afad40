package io.nearside.cluster;

import io.nearside.cluster.BusMessage.HeldKeys;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The holds that this sidecar has sent and not settled: who has applied them, and until when it
 * waits for those who have not. Pure; used under the bus's lock.
 *
 * <pre>
 *   asked ──sent──► waiting ──each peer acked, or its lease is over──► granted ──settled──► gone
 *                      └──────────────────── settled ───────────────────────────────────────►
 * </pre>
 */
final class OwnHolds {

  /** One that was sent. */
  private static final class Sent {
    final OwnHold hold;
    final Set<Incarnation> acked = new HashSet<>();

    /** Whom it waits for, and until when at most. */
    final Map<Incarnation, Long> waiting;

    /** Not granted before, for the sake of those that were out of sight when it was sent. */
    final long notBeforeNanos;

    Sent(OwnHold hold, Map<Incarnation, Long> waiting, long notBeforeNanos) {
      this.hold = hold;
      this.waiting = waiting;
      this.notBeforeNanos = notBeforeNanos;
    }

    /** When it is granted if nobody acks any more. */
    long endNanos() {
      long end = notBeforeNanos;
      for (long leaseEnd : waiting.values()) {
        end = later(end, leaseEnd);
      }
      return end;
    }
  }

  private static long later(long one, long other) {
    return other - one > 0 ? other : one;
  }

  private final Map<Long, Sent> outstanding = new LinkedHashMap<>();
  private final Map<Long, Sent> waiting = new LinkedHashMap<>();

  /** How many of those outstanding each peer has applied. */
  private final Map<Incarnation, Integer> acks = new HashMap<>();

  private final List<OwnHold> ready = new ArrayList<>();
  private long nextId = 1;

  /** Until when peers that went out of sight may answer from memory; null for none ever did. */
  private @Nullable Long graceUntilNanos;

  /** When the next one could be granted without an ack; null for never. */
  private @Nullable Long dueNanos;

  /**
   * It is about to be sent. From here on no peer is granted anything until it has applied it.
   *
   * @param leaseEnds for each peer the moment when what it was granted up to now is over
   * @return what to send
   */
  List<HeldKeys> ask(OwnHold hold, Map<Incarnation, Long> leaseEnds, long nowNanos) {
    hold.id = nextId++;
    Long grace = graceUntilNanos;
    long notBefore = grace == null ? nowNanos : later(nowNanos, grace);
    Sent sent = new Sent(hold, new HashMap<>(leaseEnds), notBefore);
    outstanding.put(hold.id, sent);
    waiting.put(hold.id, sent);
    review(nowNanos);
    return lines(hold);
  }

  /** The write is over; what to send, which is nothing when the hold was never sent. */
  List<HeldKeys> settle(OwnHold hold) {
    @Nullable Sent sent = outstanding.remove(hold.id);
    if (sent == null) {
      return List.of();
    }
    waiting.remove(hold.id);
    sent.acked.forEach(peer -> acks.merge(peer, -1, Integer::sum));
    return lines(hold);
  }

  /** A peer has applied these. */
  void acked(Incarnation peer, List<Long> ids, long nowNanos) {
    for (Long id : ids) {
      @Nullable Sent sent = outstanding.get(id);
      if (sent != null && sent.acked.add(peer)) {
        acks.merge(peer, 1, Integer::sum);
        sent.waiting.remove(peer);
        boolean over = sent.endNanos() - nowNanos <= 0;
        if (over && waiting.remove(id) != null) {
          ready.add(sent.hold);
        }
      }
    }
  }

  /** A peer answers nothing from memory any more, in this life. */
  void departed(Incarnation peer, long nowNanos) {
    forget(peer);
    waiting.values().forEach(sent -> sent.waiting.remove(peer));
    review(nowNanos);
  }

  /**
   * A peer is out of sight, and may answer from memory until then. Those that wait for it already
   * have granted it nothing since.
   */
  void vanished(Incarnation peer, long leaseEndNanos) {
    Long grace = graceUntilNanos;
    graceUntilNanos = grace == null ? leaseEndNanos : later(grace, leaseEndNanos);
    forget(peer);
  }

  private void forget(Incarnation peer) {
    acks.remove(peer);
    outstanding.values().forEach(sent -> sent.acked.remove(peer));
  }

  /** Grants those whose time has come. */
  void tick(long nowNanos) {
    Long due = dueNanos;
    if (due != null && due - nowNanos <= 0) {
      review(nowNanos);
    }
  }

  private void review(long nowNanos) {
    dueNanos = null;
    for (Iterator<Sent> each = waiting.values().iterator(); each.hasNext(); ) {
      Sent sent = each.next();
      long end = sent.endNanos();
      if (end - nowNanos <= 0) {
        each.remove();
        ready.add(sent.hold);
      } else {
        Long due = dueNanos;
        dueNanos = due == null || end - due < 0 ? end : due;
      }
    }
  }

  /** Whether a peer has applied all that are outstanding. */
  boolean appliedBy(Incarnation peer) {
    return acks.getOrDefault(peer, 0) == outstanding.size();
  }

  /** Whatever has a lower id is settled. */
  long oldest() {
    return outstanding.isEmpty() ? nextId : outstanding.keySet().iterator().next();
  }

  /** After how many nanoseconds {@link #tick} is needed; the maximum for never. */
  long dueInNanos(long nowNanos) {
    Long due = dueNanos;
    return due == null ? Long.MAX_VALUE : Math.max(0, due - nowNanos);
  }

  /** Those granted since the last call; whoever asked is to be told outside of the lock. */
  List<OwnHold> takeGranted() {
    List<OwnHold> taken = List.copyOf(ready);
    ready.clear();
    return taken;
  }

  /** Its keys, a line per database; one without keys when they are too many for a message. */
  private static List<HeldKeys> lines(OwnHold hold) {
    Map<Integer, List<byte[]>> byDatabase = new LinkedHashMap<>();
    int bytes = 0;
    for (HeldKey held : hold.keys) {
      byDatabase.computeIfAbsent(held.database(), _ -> new ArrayList<>()).add(held.key());
      bytes += BusCodec.keyBytes(held.key());
    }
    boolean every =
        hold.keys.isEmpty()
            || hold.keys.size() > BusCodec.MESSAGE_KEYS_MAX
            || bytes > BusCodec.MESSAGE_BYTES_TARGET;
    if (every) {
      return List.of(new HeldKeys(hold.id, 0, List.of()));
    }
    List<HeldKeys> lines = new ArrayList<>();
    byDatabase.forEach((database, keys) -> lines.add(new HeldKeys(hold.id, database, keys)));
    return lines;
  }
}
