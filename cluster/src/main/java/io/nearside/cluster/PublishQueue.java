package io.nearside.cluster;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Publications of all event loops on their way to the one publisher; bounded in keys, never
 * blocking. What does not fit is dropped, and the drop remembered. Many offer, one takes.
 */
final class PublishQueue {
  private final int weightMax;
  private final Queue<Publication> queue = new ConcurrentLinkedQueue<>();

  /** Counted before an offer, so that it never says less than what is linked in. */
  private final AtomicLong weight = new AtomicLong();

  private final AtomicBoolean overflowed = new AtomicBoolean();

  PublishQueue(int weightMax) {
    this.weightMax = weightMax;
  }

  /** False when there was no room; the drop is on record by then. */
  boolean offer(Publication publication) {
    int added = publication.weight();
    if (weight.addAndGet(added) > weightMax) {
      weight.addAndGet(-added);
      recordLoss();
      return false;
    }
    queue.add(publication);
    return true;
  }

  /**
   * Takes at least everything whose offer had returned when this was called, into the list; more
   * may come, but not without end.
   */
  void drainTo(List<Publication> out) {
    long due = weight.get();
    long taken = 0;
    while (taken < due) {
      @Nullable Publication next = queue.poll();
      if (next == null) {
        break;
      }
      taken += next.weight();
      out.add(next);
    }
    weight.addAndGet(-taken);
  }

  /** Something that was to be published is lost. */
  void recordLoss() {
    overflowed.set(true);
  }

  /** Whether anything was dropped since the last call. Ask after draining. */
  boolean takeOverflow() {
    return overflowed.get() && overflowed.getAndSet(false);
  }
}
