package io.nearside.cluster.local;

import io.nearside.cluster.BusSettings;
import io.nearside.cluster.PeerBus;

/** A bus on a hub in this process. */
public final class LocalInvalidationBus extends PeerBus {

  /** One of several on the hub, by the name of its node id. */
  public LocalInvalidationBus(BusSettings settings, LocalHub hub) {
    this(settings, hub.connect(settings.nodeId()));
  }

  private LocalInvalidationBus(BusSettings settings, LocalHub.Connection connection) {
    super(settings, connection.transport(), connection.environment());
  }

  /** For a sidecar that has no peers: always fresh once started. */
  public static LocalInvalidationBus alone(BusSettings settings) {
    return new LocalInvalidationBus(settings, new LocalHub());
  }
}
