package io.nearside.cluster.hazelcast;

import io.nearside.cluster.BusEnvironment;
import io.nearside.cluster.BusSettings;
import io.nearside.cluster.PeerBus;

/**
 * The bus over an embedded Hazelcast member (community edition). Starting it costs the caller
 * nothing: the member joins on a thread of its own, tries again when it cannot, and joins anew when
 * it has ended; until it has joined, this sidecar is fenced.
 *
 * <p>Who reaches the member's port can become a member, since the community edition knows no
 * authentication: it can then disturb (it fences us, as it never proves itself) but neither read
 * nor forge, as the bus's messages are sealed.
 */
public final class HazelcastInvalidationBus extends PeerBus {

  public HazelcastInvalidationBus(BusSettings settings, HazelcastSettings hazelcast) {
    this(settings, new HazelcastTransport(hazelcast.meeting(settings.secret()), settings.nodeId()));
  }

  /** As a client of a Hazelcast cluster of its own. */
  public HazelcastInvalidationBus(BusSettings settings, ClientSettings client) {
    this(settings, new HazelcastTransport(client, settings.nodeId()));
  }

  HazelcastInvalidationBus(BusSettings settings, HazelcastTransport transport) {
    super(settings, transport, BusEnvironment.system());
  }
}
