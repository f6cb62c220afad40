package io.nearside.cluster;

import io.nearside.cluster.BusMessage.Echo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * To whom this sidecar beats. Where every peer proves: one beat to all, with all echoes. Where the
 * trackers prove: to the trackers alone, and from them to each that asks, with its echo; and now
 * and then one to all, so that the trackers are known and the next ones can be chosen. So the beats
 * of a fleet grow with its size, and not with the square of it. The publisher's own.
 */
final class TrackerBeats {
  /** Where the trackers prove, a beat goes to all once in this many times {@code maxStaleness}. */
  private static final int DISCOVERY_STALENESSES = 30;

  private static final long NANOS_PER_MILLI = 1_000_000L;

  private final BusSettings settings;
  private @Nullable Incarnation introduced;
  private long toAllNanos;

  TrackerBeats(BusSettings settings) {
    this.settings = settings;
  }

  /**
   * One beat that is due.
   *
   * @param member by the transport's id; null for all
   */
  record Directed(@Nullable String member, List<Echo> echoes) {}

  /** How long a sidecar may be silent towards all. */
  static long discoveryNanos(BusSettings settings) {
    long stalenessNanos = settings.maxStalenessMillis() * NANOS_PER_MILLI;
    return settings.proof() == Proof.TRACKERS
        ? DISCOVERY_STALENESSES * stalenessNanos
        : stalenessNanos;
  }

  private static long chance(Incarnation self, long belowNanos) {
    return Math.floorMod(self.low(), belowNanos);
  }

  /** The beats of now; under the bus's lock. */
  List<Directed> due(PeerProtocol protocol, boolean weTrack, long nowNanos) {
    if (settings.proof() == Proof.PEERS) {
      return List.of(new Directed(null, protocol.echoes()));
    }
    List<Directed> beats = new ArrayList<>();
    boolean introduce = !protocol.self().equals(introduced);
    boolean unknown = !weTrack && !protocol.hearsTracker();
    long sinceToAll = nowNanos - toAllNanos;
    long quiet =
        unknown ? settings.maxStalenessMillis() * NANOS_PER_MILLI : discoveryNanos(settings);
    if (introduce || sinceToAll >= quiet) {
      // The second one sooner, by chance: those who came together do not go on together.
      toAllNanos = introduce ? nowNanos - chance(protocol.self(), quiet) : nowNanos;
      introduced = protocol.self();
      beats.add(new Directed(null, List.of()));
    }
    for (Map.Entry<String, List<Echo>> beat : protocol.beatsForTrackers(weTrack).entrySet()) {
      beats.add(new Directed(beat.getKey(), beat.getValue()));
    }
    return beats;
  }
}
