package io.nearside.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

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

  /**
   * Keys that clients of the sender are about to write and that are strongly consistent: the
   * receiver drops them, stores nothing for them until they are settled, and says so with an {@link
   * Ack}.
   */
  record Hold(long sequence, long publishedWallNanos, List<HeldKeys> holds) implements Numbered {
    public Hold {
      holds = List.copyOf(holds);
    }
  }

  /** The writes that these holds were for are over: their keys are dropped once more. */
  record Settled(long sequence, long publishedWallNanos, List<HeldKeys> holds) implements Numbered {
    public Settled {
      holds = List.copyOf(holds);
    }
  }

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
   * @param strong what strongly consistent keys rest on; null of a sender that knows none
   * @param tracking what the sender knows of writers that bypass the sidecars
   */
  record Beat(
      long lastSequence,
      long stampNanos,
      List<Echo> echoes,
      NodeInfo info,
      List<ResourceDemand> demands,
      @Nullable StrongInfo strong,
      List<TrackingState> tracking)
      implements BusMessage {
    public Beat {
      echoes = List.copyOf(echoes);
      demands = List.copyOf(demands);
      tracking = List.copyOf(tracking);
    }

    /** Of a sender that knows nothing of strong keys and of tracking. */
    Beat(
        long lastSequence,
        long stampNanos,
        List<Echo> echoes,
        NodeInfo info,
        List<ResourceDemand> demands) {
      this(lastSequence, stampNanos, echoes, info, demands, null, List.of());
    }
  }

  /**
   * The sender has applied these holds of one of its peers.
   *
   * @param of whose they are
   * @param holds their ids
   */
  record Ack(Incarnation of, List<Long> holds) implements BusMessage {
    public Ack {
      holds = List.copyOf(holds);
    }
  }

  /**
   * Anything else that one part of a sidecar has to tell its like in another: may be lost, is not
   * numbered.
   *
   * @param to whom; {@link Incarnation#ALL} for every peer
   * @param kind which part, from 1 to 127
   * @param payload at most {@link BusCodec#NOTE_BYTES_MAX} bytes; not copied
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Note(Incarnation to, int kind, byte[] payload) implements BusMessage {}

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

  /**
   * The keys of one strongly consistent write.
   *
   * @param id from 1, in steps of 1, within the sender's incarnation
   * @param keys none: every key of every database
   */
  record HeldKeys(long id, int database, List<byte[]> keys) {}

  /**
   * What a sidecar says for strongly consistent keys.
   *
   * @param anchorHigh with {@code anchorLow} the random name of the sender's process
   * @param leaseMillis for how long the sender may go on answering from memory after a proof
   * @param oldestHold the lowest id of a hold that was not settled when what precedes the beat was
   *     sent; for none, the id that the next one will have
   */
  record StrongInfo(long anchorHigh, long anchorLow, int leaseMillis, long oldestHold) {}

  /**
   * How well the sender knows of the writes at one upstream that bypass the sidecars. Ages are
   * counted back from the moment of the beat.
   *
   * @param scope which upstream and which keys; at most {@link BusCodec#STREAM_BYTES_MAX} bytes
   * @param active whether it tracks now; else it only could
   * @param sinceAgeNanos how long it has tracked without a break
   * @param provenAgeNanos every write before then had been published before the beat
   */
  record TrackingState(String scope, boolean active, long sinceAgeNanos, long provenAgeNanos) {}

  /**
   * One line of the echo table.
   *
   * @param granted whether the peer had applied all holds of the sender that were not settled when
   *     the table was taken
   */
  record Echo(Incarnation peer, long stampNanos, boolean granted) {
    Echo(Incarnation peer, long stampNanos) {
      this(peer, stampNanos, false);
    }
  }

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
