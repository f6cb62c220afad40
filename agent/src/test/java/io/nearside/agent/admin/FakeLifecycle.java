package io.nearside.agent.admin;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A sidecar that is told to end and does not. */
public final class FakeLifecycle implements LifecycleOperations {
  /** Connections of clients. */
  public volatile int clients;

  private volatile boolean draining;
  private final CountDownLatch ended = new CountDownLatch(1);

  @Override
  public boolean draining() {
    return draining;
  }

  @Override
  public void drain() {
    draining = true;
  }

  @Override
  public int clients() {
    return clients;
  }

  @Override
  public void shutdown() {
    ended.countDown();
  }

  /** Whether it was told to. */
  public boolean ended() {
    return ended.getCount() == 0;
  }

  /** Whether it is told to within some seconds. */
  boolean endsWithin(int seconds) throws InterruptedException {
    return ended.await(seconds, TimeUnit.SECONDS);
  }
}
