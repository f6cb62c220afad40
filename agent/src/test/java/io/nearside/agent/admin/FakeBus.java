package io.nearside.agent.admin;

import io.nearside.cluster.BusListener;
import io.nearside.cluster.BusStatistics;
import io.nearside.cluster.Demand;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.HeldKey;
import io.nearside.cluster.Hold;
import io.nearside.cluster.InvalidationBus;
import io.nearside.cluster.Member;
import io.nearside.cluster.Membership;
import io.nearside.cluster.TrackingPeer;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A bus with one peer that says what it is told to say. */
final class FakeBus implements InvalidationBus {
  volatile boolean joined = true;
  volatile boolean left;

  @Override
  public void start(BusListener listener) {}

  @Override
  public void publish(int database, byte[] key) {}

  @Override
  public void publish(int database, List<byte[]> keys) {}

  @Override
  public void publishEpoch(EpochReason reason) {}

  @Override
  public void publishPosition(String stream, long timeline, long position) {}

  @Override
  public void note(String incarnation, int kind, byte[] payload) {}

  @Override
  public void publishDemand(String resource, int wanted, int held) {}

  @Override
  public List<Demand> demands(String resource) {
    return List.of();
  }

  @Override
  public void publishTracking(String scope, boolean active, long sinceNanos, long provenNanos) {}

  @Override
  public void withdrawTracking(String scope) {}

  @Override
  public List<TrackingPeer> trackingPeers(String scope) {
    return List.of();
  }

  @Override
  public long freshUntilNanos() {
    return Long.MAX_VALUE;
  }

  @Override
  public String freshnessDetail() {
    return joined ? "fresh: a test says so" : "fenced: not joined";
  }

  @Override
  public @Nullable Hold hold(List<HeldKey> keys, Runnable granted) {
    return null;
  }

  @Override
  public long strongUntilNanos() {
    return Long.MAX_VALUE;
  }

  @Override
  public String strongDetail() {
    return "strong: a test says so";
  }

  @Override
  public String anchorId() {
    return "00ff";
  }

  @Override
  public List<String> anchors() {
    return List.of();
  }

  @Override
  public boolean joined() {
    return joined;
  }

  @Override
  public Membership membership() {
    return new Membership(member("node-1", 0), List.of(member("node-2", 7)));
  }

  private static Member member(String id, long lag) {
    return new Member(
        id,
        "127.0.0.1:5701",
        "00ff",
        "1.0",
        "zone-a",
        Instant.parse("2026-01-02T03:04:05Z"),
        12,
        40,
        lag,
        false);
  }

  @Override
  public BusStatistics statistics() {
    return new BusStatistics(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 4_000_000, 3_000_000);
  }

  @Override
  public CompletionStage<Void> leave() {
    left = true;
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void close() {}
}
