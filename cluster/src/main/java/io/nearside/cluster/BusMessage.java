package io.nearside.cluster;

import java.util.List;

/** What travels between sidecars, unsealed. Cached values never do. */
sealed interface BusMessage {

  /** A message that has a number of its own, so that its loss is noticed. */
  sealed interface Numbered extends BusMessage {
    /** From 1, in steps of 1, within the sender's incarnation. */
    long sequence();

    /** When the oldest publication in it was made, by the sender's clock on the wall. */
    long publishedWallNanos();
  }

  /** Keys that clients of the sender wrote. */
  record Keys(long sequence, long publishedWallNanos, List<KeyGroup> groups) implements Numbered {
    public Keys {
      groups = List.copyOf(groups);
    }
  }

  /**
   * How far the sender knows servers' logs to have been written, so that nobody reads what is
   * older.
   */
  record Positions(long sequence, long publishedWallNanos, List<StreamPosition> positions)
      implements Numbered {
    public Positions {
      positions = List.copyOf(positions);
    }
  }

  /** A numbered message of a type that only a newer version knows: what it said is missed. */
  record Unknown(long sequence, long publishedWallNanos) implements Numbered {}

  /** The sender cannot name what was written. */
  record Epoch(long sequence, long publishedWallNanos, EpochReason reason) implements Numbered {}

  /**
   * Says that the sender is there, what it has sent, and whom it has heard. The first one is its
   * greeting.
   *
   * @param lastSequence the number of the last message that the sender has sent; 0 for none yet
   * @param stampNanos the sender's monotonic clock now; means something to the sender only
   * @param echoes the newest stamp that the sender had heard from each peer before it began to send
   *     what precedes this beat
   * @param demands what the sender wants and holds of shared resources; replaces what it said
   *     before
   */
  record Beat(
      long lastSequence,
      long stampNanos,
      List<Echo> echoes,
      NodeInfo info,
      List<ResourceDemand> demands)
      implements BusMessage {
    public Beat {
      echoes = List.copyOf(echoes);
      demands = List.copyOf(demands);
    }
  }

  /** The last message of an incarnation: everything up to {@code lastSequence} was all. */
  record Goodbye(long lastSequence) implements BusMessage {}

  /** The keys of one command, in one database; applied together. Keys are not copied. */
  record KeyGroup(int database, List<byte[]> keys) {}

  /**
   * A position in a server's log.
   *
   * @param stream which log; at most {@link BusCodec#STREAM_BYTES_MAX} bytes
   */
  record StreamPosition(String stream, long timeline, long position) {
    /** Whether this one is further than the other: on a later timeline, or further on the same. */
    boolean isBeyond(StreamPosition other) {
      return timeline != other.timeline ? timeline > other.timeline : position > other.position;
    }
  }

  /**
   * What a sidecar wants and holds of a resource that all share; in the resource's own units.
   *
   * @param resource at most {@link BusCodec#STREAM_BYTES_MAX} bytes
   */
  record ResourceDemand(String resource, int wanted, int held) {}

  /** One line of the echo table. */
  record Echo(Incarnation peer, long stampNanos) {}

  /**
   * What a sidecar tells about itself.
   *
   * @param transportId by which name the transport lists it; binds the incarnation to a member
   * @param fenced whether it does not answer from memory now
   * @param missesPeers whether it has lost peers that may be cut off; who joins during a split
   *     learns from this that there is another side
   */
  record NodeInfo(
      String id,
      String address,
      String transportId,
      String version,
      String zone,
      boolean fenced,
      boolean missesPeers) {}
}
