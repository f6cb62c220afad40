package io.nearside.cluster;

import io.nearside.cluster.Publication.Moved;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Publications of all event loops on their way to the one publisher; bounded in keys and streams,
 * never blocking. What does not fit is dropped, and the drop remembered. Many offer, one takes.
 *
 * <p>Of the positions of one stream only the furthest waits, in the place of the first: it may be
 * told sooner than its turn, never later.
 */
final class PublishQueue {
  /** How many streams' positions may wait at a time; one message holds as many. */
  static final int STREAMS_MAX = BusCodec.POSITIONS_MAX;

  private final int weightMax;
  private final Queue<Publication> queue = new ConcurrentLinkedQueue<>();

  /** The furthest position of each stream that is in the queue. */
  private final ConcurrentMap<String, Moved> furthest = new ConcurrentHashMap<>();

  private final AtomicInteger streams = new AtomicInteger();

  /** Counted before an offer, so that it never says less than what is linked in. */
  private final AtomicLong weight = new AtomicLong();

  private final AtomicBoolean overflowed = new AtomicBoolean();

  PublishQueue(int weightMax) {
    this.weightMax = weightMax;
  }

  /** False when there was no room; the drop is on record by then. */
  boolean offer(Publication publication) {
    boolean added =
        publication instanceof Moved moved
            ? furthest.compute(moved.to().stream(), (_, waiting) -> further(waiting, moved)) != null
            : link(publication);
    if (!added) {
      recordLoss();
    }
    return added;
  }

  /**
   * Linked in before the map shows it: who finds a position waiting there may leave its own to it
   * and be sure that it is in the queue.
   */
  private @Nullable Moved further(@Nullable Moved waiting, Moved moved) {
    if (waiting != null) {
      return moved.to().isBeyond(waiting.to())
          ? new Moved(moved.to(), waiting.wallNanos())
          : waiting;
    }
    if (streams.incrementAndGet() <= STREAMS_MAX && link(moved)) {
      return moved;
    }
    streams.decrementAndGet();
    return null;
  }

  private boolean link(Publication publication) {
    int added = publication.weight();
    if (weight.addAndGet(added) > weightMax) {
      weight.addAndGet(-added);
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
      out.add(next instanceof Moved moved ? takeFurthest(moved) : next);
    }
    weight.addAndGet(-taken);
  }

  private Moved takeFurthest(Moved first) {
    // Waits for the one that is just linking it in, should it be so fresh.
    Moved[] taken = {first};
    furthest.computeIfPresent(
        first.to().stream(),
        (_, waiting) -> {
          taken[0] = waiting;
          return null;
        });
    streams.decrementAndGet();
    return taken[0];
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
