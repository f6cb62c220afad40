package io.nearside.cluster.local;

import io.nearside.cluster.PeerTransport;
import io.nearside.cluster.Pulse;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One bus on a hub: its place in the lists, and what waits for it while it is paused. */
final class HubMember implements PeerTransport, Pulse {
  /** A paused publisher looks again after this long, should nobody wake it. */
  private static final long PAUSED_STEP_NANOS = 60_000_000_000L;

  final String name;
  private final LocalHub hub;
  private final Pulse pulse;

  /** Written by the hub under its monitor. */
  volatile @Nullable Receiver receiver;

  /** New with each joining and merge. */
  volatile String id = "";

  /** Members of one side list and hear each other. */
  volatile int side;

  /** Its process runs. */
  volatile boolean alive = true;

  private volatile boolean paused;
  private final Queue<Runnable> inbox = new ArrayDeque<>();

  HubMember(String name, LocalHub hub, Pulse pulse) {
    this.name = name;
    this.hub = hub;
    this.pulse = pulse;
  }

  TransportMember listed() {
    return new TransportMember(id, "local:" + name);
  }

  /** Runs what was to happen in this member's process, now or when it is resumed. */
  synchronized void deliver(Runnable what) {
    if (paused) {
      inbox.add(what);
    } else if (alive) {
      what.run();
    }
  }

  synchronized void pause() {
    paused = true;
  }

  void resume() {
    synchronized (this) {
      paused = false;
      for (Runnable next = inbox.poll(); next != null; next = inbox.poll()) {
        deliver(next);
      }
    }
    pulse.wake();
  }

  // As a transport.

  @Override
  public void start(Receiver newReceiver) {
    receiver = newReceiver;
    hub.join(this);
  }

  @Override
  public void send(byte[] frame) {
    hub.carry(this, frame);
  }

  @Override
  public void sendTo(String memberId, byte[] frame) {
    hub.carryTo(this, memberId, frame);
  }

  @Override
  public void inquire(TransportMember former) {
    hub.inquire(this, former);
  }

  @Override
  public String status() {
    return alive ? "in this process" : "gone";
  }

  @Override
  public void stop(long timeoutMillis) {
    hub.remove(this);
  }

  // As the pulse of the bus: a paused process does nothing.

  @Override
  public void start(LongSupplier step) {
    pulse.start(() -> paused || !alive ? PAUSED_STEP_NANOS : step.getAsLong());
  }

  @Override
  public void wake() {
    pulse.wake();
  }

  @Override
  public void stop() {
    pulse.stop();
  }
}
