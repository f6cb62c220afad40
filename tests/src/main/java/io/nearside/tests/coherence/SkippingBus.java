package io.nearside.tests.coherence;

import io.nearside.cluster.BusListener;
import io.nearside.cluster.BusStatistics;
import io.nearside.cluster.Demand;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.HeldKey;
import io.nearside.cluster.Hold;
import io.nearside.cluster.InvalidationBus;
import io.nearside.cluster.Membership;
import io.nearside.cluster.TrackingPeer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A bus that leaves out some invalidations before they get a number, which nobody can notice: a
 * broken promise on purpose. Safe from any thread, like the bus that it wraps.
 */
final class SkippingBus implements InvalidationBus {
  private final InvalidationBus bus;
  private final AtomicLong published = new AtomicLong();
  private volatile int everyNth;

  SkippingBus(InvalidationBus bus) {
    this.bus = bus;
  }

  /** 0 for none. */
  void skip(int newEveryNth) {
    everyNth = newEveryNth;
  }

  private boolean skipped() {
    int nth = everyNth;
    return nth > 0 && published.incrementAndGet() % nth == 0;
  }

  @Override
  public void start(BusListener listener) {
    bus.start(listener);
  }

  @Override
  public void publish(int database, byte[] key) {
    if (!skipped()) {
      bus.publish(database, key);
    }
  }

  @Override
  public void publish(int database, List<byte[]> keys) {
    if (!skipped()) {
      bus.publish(database, keys);
    }
  }

  @Override
  public void publishEpoch(EpochReason reason) {
    if (!skipped()) {
      bus.publishEpoch(reason);
    }
  }

  @Override
  public void publishPosition(String stream, long timeline, long position) {
    if (!skipped()) {
      bus.publishPosition(stream, timeline, position);
    }
  }

  @Override
  public void note(String incarnation, int kind, byte[] payload) {
    bus.note(incarnation, kind, payload);
  }

  @Override
  public void publishDemand(String resource, int wanted, int held) {
    bus.publishDemand(resource, wanted, held);
  }

  @Override
  public List<Demand> demands(String resource) {
    return bus.demands(resource);
  }

  @Override
  public void publishTracking(String scope, boolean active, long sinceNanos, long provenNanos) {
    bus.publishTracking(scope, active, sinceNanos, provenNanos);
  }

  @Override
  public void withdrawTracking(String scope) {
    bus.withdrawTracking(scope);
  }

  @Override
  public List<TrackingPeer> trackingPeers(String scope) {
    return bus.trackingPeers(scope);
  }

  @Override
  public long freshUntilNanos() {
    return bus.freshUntilNanos();
  }

  @Override
  public String freshnessDetail() {
    return bus.freshnessDetail();
  }

  @Override
  public @Nullable Hold hold(List<HeldKey> keys, Runnable granted) {
    return bus.hold(keys, granted);
  }

  @Override
  public long strongUntilNanos() {
    return bus.strongUntilNanos();
  }

  @Override
  public String strongDetail() {
    return bus.strongDetail();
  }

  @Override
  public String anchorId() {
    return bus.anchorId();
  }

  @Override
  public List<String> anchors() {
    return bus.anchors();
  }

  @Override
  public boolean joined() {
    return bus.joined();
  }

  @Override
  public Membership membership() {
    return bus.membership();
  }

  @Override
  public BusStatistics statistics() {
    return bus.statistics();
  }

  @Override
  public CompletionStage<Void> leave() {
    return bus.leave();
  }

  @Override
  public void close() {
    bus.close();
  }
}
