package io.nearside.cluster;

import io.nearside.cluster.BusMessage.Ack;
import io.nearside.cluster.BusMessage.Beat;
import io.nearside.cluster.BusMessage.Echo;
import io.nearside.cluster.BusMessage.Epoch;
import io.nearside.cluster.BusMessage.Goodbye;
import io.nearside.cluster.BusMessage.HeldKeys;
import io.nearside.cluster.BusMessage.Hold;
import io.nearside.cluster.BusMessage.KeyGroup;
import io.nearside.cluster.BusMessage.Keys;
import io.nearside.cluster.BusMessage.NodeInfo;
import io.nearside.cluster.BusMessage.Note;
import io.nearside.cluster.BusMessage.Positions;
import io.nearside.cluster.BusMessage.ResourceDemand;
import io.nearside.cluster.BusMessage.Settled;
import io.nearside.cluster.BusMessage.StreamPosition;
import io.nearside.cluster.BusMessage.StrongInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one incarnation sends: numbers, batches and seals it. Pure but for the sink. The publisher's
 * thread only; {@link #lastSequence} may be read by anyone.
 */
final class Outgoing {
  private static final Logger LOG = LoggerFactory.getLogger(Outgoing.class);

  private final Seal.Stamp stamp;
  private final BusCounters counters;
  private final Consumer<byte[]> sink;

  private long sequence;

  /** The same, for anyone. */
  private volatile long lastSequence;

  private final List<KeyGroup> batch = new ArrayList<>();
  private int batchKeys;
  private int batchBytes;
  private long batchWallNanos;

  /** Never beside keys: the one is sent before the other begins. */
  private final List<StreamPosition> positions = new ArrayList<>();

  Outgoing(Seal.Stamp stamp, BusCounters counters, Consumer<byte[]> sink) {
    this.stamp = stamp;
    this.counters = counters;
    this.sink = sink;
  }

  long lastSequence() {
    return lastSequence;
  }

  /** Sends them all, many keys in a message, in order. */
  void publications(List<Publication> publications) {
    for (Publication publication : publications) {
      switch (publication) {
        case Publication.Written written -> written(written);
        case Publication.Moved moved -> moved(moved);
        case Publication.Unnamed unnamed -> epoch(unnamed.reason(), unnamed.wallNanos());
      }
    }
    flush();
  }

  void epoch(EpochReason reason, long wallNanos) {
    flush();
    send(new Epoch(nextSequence(), wallNanos, reason));
    counters.messagesSent.increment();
  }

  void beat(
      long stampNanos,
      List<Echo> echoes,
      NodeInfo info,
      List<ResourceDemand> demands,
      StrongInfo strong) {
    send(new Beat(sequence, stampNanos, echoes, info, demands, strong, List.of()));
  }

  /** Holds of strongly consistent keys, many in a message; the lines of each stay together. */
  void holds(List<HeldKeys> lines, long wallNanos) {
    inMessages(lines, part -> send(new Hold(nextSequence(), wallNanos, part)));
  }

  /** As {@link #holds}, for those that are over. */
  void settled(List<HeldKeys> lines, long wallNanos) {
    inMessages(lines, part -> send(new Settled(nextSequence(), wallNanos, part)));
  }

  private void inMessages(List<HeldKeys> lines, Consumer<List<HeldKeys>> message) {
    int from = 0;
    int bytes = 0;
    for (int next = 0; next < lines.size(); ) {
      int end = next;
      int holdBytes = 0;
      while (end < lines.size() && lines.get(end).id() == lines.get(next).id()) {
        holdBytes += BusCodec.holdBytes(lines.get(end).keys());
        end++;
      }
      boolean full =
          end - from > BusCodec.HOLDS_MAX || bytes + holdBytes > BusCodec.MESSAGE_BYTES_TARGET;
      if (full && next > from) {
        message.accept(lines.subList(from, next));
        counters.messagesSent.increment();
        from = next;
        bytes = 0;
      }
      bytes += holdBytes;
      next = end;
    }
    if (from < lines.size()) {
      message.accept(lines.subList(from, lines.size()));
      counters.messagesSent.increment();
    }
  }

  /**
   * Tells a peer which of its holds have been applied.
   *
   * @param to what carries a frame to it
   */
  void acks(Incarnation of, List<Long> holds, Consumer<byte[]> to) {
    for (int from = 0; from < holds.size(); from += BusCodec.HOLDS_MAX) {
      int end = Math.min(holds.size(), from + BusCodec.HOLDS_MAX);
      send(new Ack(of, holds.subList(from, end)), to);
    }
  }

  /**
   * A note for one peer.
   *
   * @param to what carries a frame to it
   */
  void note(Note note, Consumer<byte[]> to) {
    send(note, to);
  }

  void goodbye() {
    send(new Goodbye(sequence));
  }

  /** The keys of one command stay together, unless one message cannot hold them. */
  private void written(Publication.Written written) {
    List<byte[]> keys = written.keys();
    int from = 0;
    int bytes = 0;
    for (int i = 0; i < keys.size(); i++) {
      int keyBytes = BusCodec.keyBytes(keys.get(i));
      boolean full =
          i - from == BusCodec.MESSAGE_KEYS_MAX || bytes + keyBytes > BusCodec.MESSAGE_BYTES_TARGET;
      if (full) {
        group(written, keys.subList(from, i));
        from = i;
        bytes = 0;
      }
      bytes += keyBytes;
    }
    group(written, keys.subList(from, keys.size()));
  }

  private void group(Publication.Written written, List<byte[]> keys) {
    int bytes = BusCodec.groupBytes(keys);
    boolean full =
        batchKeys + keys.size() > BusCodec.MESSAGE_KEYS_MAX
            || batchBytes + bytes > BusCodec.MESSAGE_BYTES_TARGET;
    if (full) {
      flush();
    }
    if (batch.isEmpty()) {
      flush();
      batchWallNanos = written.wallNanos();
    }
    batch.add(new KeyGroup(written.database(), keys));
    batchKeys += keys.size();
    batchBytes += bytes;
  }

  private void moved(Publication.Moved moved) {
    if (positions.isEmpty() || positions.size() == BusCodec.POSITIONS_MAX) {
      flush();
      batchWallNanos = moved.wallNanos();
    }
    positions.add(moved.to());
  }

  private void flush() {
    flushKeys();
    flushPositions();
  }

  private void flushPositions() {
    if (positions.isEmpty()) {
      return;
    }
    send(new Positions(nextSequence(), batchWallNanos, positions));
    counters.messagesSent.increment();
    positions.clear();
  }

  private void flushKeys() {
    if (batch.isEmpty()) {
      return;
    }
    send(new Keys(nextSequence(), batchWallNanos, batch));
    counters.messagesSent.increment();
    counters.keysSent.add(batchKeys);
    batch.clear();
    batchKeys = 0;
    batchBytes = 0;
  }

  private long nextSequence() {
    sequence++;
    lastSequence = sequence;
    return sequence;
  }

  private void send(BusMessage message) {
    send(message, sink);
  }

  private void send(BusMessage message, Consumer<byte[]> to) {
    byte[] frame = stamp.seal(BusCodec.encode(message));
    counters.bytesSent.add(frame.length);
    try {
      to.accept(frame);
    } catch (RuntimeException e) {
      // Lost on the way like any other: the number that is missing tells the peers.
      LOG.debug("bus: a frame could not be sent", e);
    }
  }
}
