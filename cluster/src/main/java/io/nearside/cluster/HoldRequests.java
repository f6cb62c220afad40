package io.nearside.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What event loops ask for and settle, on its way to the one publisher; bounded in keys, never
 * blocking. Many ask and settle, one takes.
 */
final class HoldRequests {
  /** How many keys may be in holds that are not settled; a hold of every key counts as one. */
  static final int KEYS_MAX = 65_536;

  private final Runnable wake;
  private final Queue<OwnHold> asked = new ConcurrentLinkedQueue<>();
  private final Queue<OwnHold> settled = new ConcurrentLinkedQueue<>();
  private final AtomicLong keys = new AtomicLong();

  HoldRequests(Runnable wake) {
    this.wake = wake;
  }

  /** Null when there is no room. */
  @Nullable OwnHold ask(List<HeldKey> held, Runnable granted) {
    int weight = weight(held);
    if (keys.addAndGet(weight) > KEYS_MAX) {
      keys.addAndGet(-weight);
      return null;
    }
    OwnHold hold = new OwnHold(held, granted, this::settle);
    asked.add(hold);
    wake.run();
    return hold;
  }

  private void settle(OwnHold hold) {
    keys.addAndGet(-weight(hold.keys));
    settled.add(hold);
    wake.run();
  }

  private static int weight(List<HeldKey> held) {
    return Math.max(1, held.size());
  }

  /** Those asked for since the last call, in order, but for what was settled meanwhile. */
  List<OwnHold> takeAsked() {
    return take(asked).stream().filter(hold -> !hold.isSettled()).toList();
  }

  /**
   * Those settled since the last call. Ask after {@link #takeAsked}: then whatever is in here and
   * was not given there never will be.
   */
  List<OwnHold> takeSettled() {
    return take(settled);
  }

  private static List<OwnHold> take(Queue<OwnHold> queue) {
    List<OwnHold> taken = new ArrayList<>();
    while (taken.size() < KEYS_MAX) {
      @Nullable OwnHold next = queue.poll();
      if (next == null) {
        break;
      }
      taken.add(next);
    }
    return taken;
  }
}
