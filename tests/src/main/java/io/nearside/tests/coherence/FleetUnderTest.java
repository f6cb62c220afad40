package io.nearside.tests.coherence;

import io.nearside.tests.stack.TamperProxy;
import java.net.SocketAddress;
import java.util.Optional;

/**
 * Some sidecars in front of one Redis, and what can be done to them. The faults are called by one
 * thread; the addresses are asked by many.
 */
public interface FleetUnderTest extends AutoCloseable {
  /** How many sidecars; they are numbered from 0. */
  int size();

  /** Where a sidecar's Redis face listens; may change with {@link #restart}. */
  SocketAddress address(int sidecar);

  /** Where the upstream itself listens. */
  SocketAddress upstream();

  /** Ends a sidecar without a farewell. */
  void kill(int sidecar);

  /** Starts a killed sidecar again and waits until it answers. */
  void restart(int sidecar);

  /** Stops a sidecar where it stands; its connections stay open. */
  void pause(int sidecar);

  /** Lets a paused sidecar go on. */
  void resume(int sidecar);

  /** Cuts the connections on which the sidecars hear of writes that bypass them. */
  int cutTracking();

  /** Ends the upstream without a farewell; what it held is lost. */
  void killUpstream();

  /** Starts the killed upstream again, empty, and waits until it answers. */
  void restartUpstream();

  /** Stops the upstream where it stands; its connections stay open and its data is kept. */
  void pauseUpstream();

  /** Lets the paused upstream go on. */
  void resumeUpstream();

  /** What spoils the bus between the sidecars, where this fleet has a way to do it. */
  Optional<BusTampering> bus();

  /** A sidecar's way to the upstream, where this fleet can spoil it. */
  default Optional<TamperProxy> link(int sidecar) {
    return Optional.empty();
  }

  /** The text of a sidecar's metrics; empty where it has none. */
  default String metrics(int sidecar) {
    return "";
  }

  @Override
  void close();
}
