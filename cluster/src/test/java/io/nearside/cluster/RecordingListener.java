package io.nearside.cluster;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what it is told. Safe from any thread. */
public final class RecordingListener implements BusListener {
  public final List<String> keys = new CopyOnWriteArrayList<>();
  public final List<String> positions = new CopyOnWriteArrayList<>();

  /** Keys and positions as they came. */
  public final List<String> all = new CopyOnWriteArrayList<>();

  public final List<EpochReason> epochs = new CopyOnWriteArrayList<>();
  public final List<ClusterEvent> events = new CopyOnWriteArrayList<>();
  public final List<String> tracked = new CopyOnWriteArrayList<>();
  public final List<Long> lags = new CopyOnWriteArrayList<>();

  @Override
  public void invalidate(int database, byte[] key, String fromNode) {
    all.add(new String(key, StandardCharsets.UTF_8));
    keys.add(database + ":" + new String(key, StandardCharsets.UTF_8) + "@" + fromNode);
  }

  @Override
  public void position(String stream, long timeline, long position, String fromNode) {
    positions.add(stream + ":" + timeline + "/" + position + "@" + fromNode);
    all.add(stream + ":" + timeline + "/" + position);
  }

  @Override
  public void moveEpoch(EpochReason reason, String fromNode) {
    epochs.add(reason);
  }

  @Override
  public void tracked(
      String scope, String fromNode, String fromIncarnation, long sinceNanos, long provenNanos) {
    tracked.add(scope + "@" + fromNode + " since " + sinceNanos + " proven " + provenNanos);
  }

  @Override
  public void event(ClusterEvent event) {
    events.add(event);
  }

  @Override
  public void onLag(long nanos) {
    lags.add(nanos);
  }

  public long count(EpochReason reason) {
    return epochs.stream().filter(each -> each == reason).count();
  }

  public long count(ClusterEvent.Type type) {
    return events.stream().filter(each -> each.type() == type).count();
  }
}
