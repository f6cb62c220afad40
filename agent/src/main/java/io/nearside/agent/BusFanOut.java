package io.nearside.agent;

import io.nearside.cluster.BusListener;
import io.nearside.cluster.ClusterEvent;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.HeldKey;
import java.util.List;

/** Tells every face what the bus tells. When one throws, what was told counts as missed for all. */
final class BusFanOut implements BusListener {
  private final List<BusListener> faces;

  BusFanOut(List<BusListener> faces) {
    this.faces = List.copyOf(faces);
  }

  @Override
  public void invalidate(int database, byte[] key, String fromNode) {
    faces.forEach(face -> face.invalidate(database, key, fromNode));
  }

  @Override
  public void invalidateAll(int database, List<byte[]> keys, String fromNode) {
    faces.forEach(face -> face.invalidateAll(database, keys, fromNode));
  }

  @Override
  public void position(String stream, long timeline, long position, String fromNode) {
    faces.forEach(face -> face.position(stream, timeline, position, fromNode));
  }

  @Override
  public void moveEpoch(EpochReason reason, String fromNode) {
    faces.forEach(face -> face.moveEpoch(reason, fromNode));
  }

  @Override
  public void note(int kind, byte[] payload, String fromNode, String fromIncarnation) {
    faces.forEach(face -> face.note(kind, payload, fromNode, fromIncarnation));
  }

  @Override
  public void tracked(
      String scope, String fromNode, String fromIncarnation, long sinceNanos, long provenNanos) {
    faces.forEach(face -> face.tracked(scope, fromNode, fromIncarnation, sinceNanos, provenNanos));
  }

  @Override
  public void held(String fromNode, List<HeldKey> keys) {
    faces.forEach(face -> face.held(fromNode, keys));
  }

  @Override
  public void settled(String fromNode, List<HeldKey> keys) {
    faces.forEach(face -> face.settled(fromNode, keys));
  }

  @Override
  public void event(ClusterEvent event) {
    faces.forEach(face -> face.event(event));
  }

  @Override
  public void onLag(long nanos) {
    faces.forEach(face -> face.onLag(nanos));
  }
}
