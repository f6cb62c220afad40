package io.nearside.cluster;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A hold that this sidecar has asked for. Safe from any thread, but for {@link #id}. */
final class OwnHold implements Hold {
  private static final Logger LOG = LoggerFactory.getLogger(OwnHold.class);

  private enum State {
    WAITING,
    GRANTED,
    SETTLED
  }

  final List<HeldKey> keys;
  private final Runnable granted;
  private final Consumer<OwnHold> settled;
  private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

  /** By which it was sent; 0 before. Used under the bus's lock. */
  long id;

  OwnHold(List<HeldKey> keys, Runnable granted, Consumer<OwnHold> settled) {
    this.keys = List.copyOf(keys);
    this.granted = granted;
    this.settled = settled;
  }

  /** Tells who asked, unless it has settled before. Not under the bus's lock. */
  void grant() {
    if (state.compareAndSet(State.WAITING, State.GRANTED)) {
      try {
        granted.run();
      } catch (RuntimeException e) {
        LOG.error("a granted hold was not taken, settling it", e);
        settle();
      }
    }
  }

  @Override
  public boolean isGranted() {
    return state.get() == State.GRANTED;
  }

  boolean isSettled() {
    return state.get() == State.SETTLED;
  }

  @Override
  public void settle() {
    if (state.getAndSet(State.SETTLED) != State.SETTLED) {
      settled.accept(this);
    }
  }
}
