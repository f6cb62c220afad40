package io.nearside.cluster;

import io.nearside.cluster.BusMessage.Beat;
import io.nearside.cluster.BusMessage.Echo;
import io.nearside.cluster.BusMessage.Epoch;
import io.nearside.cluster.BusMessage.Goodbye;
import io.nearside.cluster.BusMessage.KeyGroup;
import io.nearside.cluster.BusMessage.Keys;
import io.nearside.cluster.BusMessage.NodeInfo;
import io.nearside.cluster.BusMessage.Positions;
import io.nearside.cluster.BusMessage.ResourceDemand;
import io.nearside.cluster.BusMessage.StreamPosition;
import io.nearside.cluster.BusMessage.Unknown;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages to bytes and back; big-endian. The first byte is the type. All limits are checked when
 * reading as when writing.
 *
 * <p>Versions of a fleet may differ while it is upgraded. A beat may end with fields that a newer
 * version added: they are skipped. An unknown type above zero is numbered and begins with its
 * sequence and time, as all numbered ones do: whoever does not understand it has missed it, and
 * moves its epoch. Any other unknown type is refused.
 */
final class BusCodec {
  /** Longer canonical keys do not exist: the near-cache puts a digest in their place. */
  static final int KEY_BYTES_MAX = 512;

  /** A keys message takes no further command beyond this many keys. */
  static final int MESSAGE_KEYS_MAX = 512;

  /** A keys message takes no further command beyond this many bytes. */
  static final int MESSAGE_BYTES_TARGET = 32 * 1024;

  /** No message is longer. The longest are beats with {@link #PEERS_MAX} echoes. */
  static final int MESSAGE_BYTES_MAX = 64 * 1024;

  /** How many peers a sidecar keeps; beyond it, it stays fenced. */
  static final int PEERS_MAX = 1024;

  /** A positions message has no more positions than this. */
  static final int POSITIONS_MAX = 64;

  /** Limit of a stream's or a resource's name, in bytes of UTF-8. */
  static final int STREAM_BYTES_MAX = 128;

  /** A beat tells no more demands than this. */
  static final int DEMANDS_MAX = 16;

  private static final int FENCED = 1;
  private static final int MISSES_PEERS = 2;

  private static final byte KEYS = 1;
  private static final byte EPOCH = 2;
  private static final byte BEAT = 3;
  private static final byte GOODBYE = 4;
  private static final byte POSITIONS = 5;

  /** Bytes of a keys message before its first group: type, sequence, time, number of groups. */
  static final int KEYS_HEADER_BYTES = 1 + 8 + 8 + 2;

  private static final int GROUP_HEADER_BYTES = 4 + 2;
  private static final int KEY_HEADER_BYTES = 2;
  private static final int ECHO_BYTES = 8 + 8 + 8;
  private static final int POSITIONS_HEADER_BYTES = 1 + 8 + 8 + 1;

  private BusCodec() {}

  static byte[] encode(BusMessage message) {
    return switch (message) {
      case Keys keys -> encodeKeys(keys);
      case Epoch epoch -> encodeEpoch(epoch);
      case Positions positions -> encodePositions(positions);
      case Unknown unknown ->
          throw new IllegalArgumentException("of no type: " + unknown.sequence());
      case Beat beat -> encodeBeat(beat);
      case Goodbye goodbye ->
          ByteBuffer.allocate(1 + 8).put(GOODBYE).putLong(goodbye.lastSequence()).array();
    };
  }

  /**
   * Reads one message.
   *
   * @throws BadMessageException when the bytes are not exactly one message within the limits
   */
  static BusMessage decode(ByteBuffer in) throws BadMessageException {
    if (in.remaining() > MESSAGE_BYTES_MAX) {
      throw new BadMessageException("longer than " + MESSAGE_BYTES_MAX + " bytes");
    }
    try {
      byte type = in.get();
      BusMessage message =
          switch (type) {
            case KEYS -> decodeKeys(in);
            case EPOCH -> new Epoch(in.getLong(), in.getLong(), reason(name(in)));
            case BEAT -> decodeBeat(in);
            case GOODBYE -> new Goodbye(in.getLong());
            case POSITIONS -> decodePositions(in);
            default -> decodeUnknown(type, in);
          };
      boolean mayBeLonger = message instanceof Beat || message instanceof Unknown;
      if (!mayBeLonger && in.hasRemaining()) {
        throw new BadMessageException(in.remaining() + " bytes too long");
      }
      return message;
    } catch (BufferUnderflowException e) {
      throw new BadMessageException("truncated");
    }
  }

  /** How many bytes a key takes in a keys message. */
  static int keyBytes(byte[] key) {
    return KEY_HEADER_BYTES + key.length;
  }

  /** How many bytes a command's keys take in a keys message. */
  static int groupBytes(List<byte[]> keys) {
    int bytes = GROUP_HEADER_BYTES;
    for (byte[] key : keys) {
      bytes += keyBytes(key);
    }
    return bytes;
  }

  private static byte[] encodeKeys(Keys message) {
    int bytes = KEYS_HEADER_BYTES;
    for (KeyGroup group : message.groups()) {
      bytes += groupBytes(group.keys());
    }
    ByteBuffer out = ByteBuffer.allocate(bytes);
    out.put(KEYS).putLong(message.sequence()).putLong(message.publishedWallNanos());
    out.putShort((short) message.groups().size());
    for (KeyGroup group : message.groups()) {
      out.putInt(group.database()).putShort((short) group.keys().size());
      for (byte[] key : group.keys()) {
        out.putShort((short) key.length).put(key);
      }
    }
    return out.array();
  }

  private static Keys decodeKeys(ByteBuffer in) throws BadMessageException {
    long sequence = in.getLong();
    long publishedWallNanos = in.getLong();
    int groupCount = Short.toUnsignedInt(in.getShort());
    // Counts are believed only as far as the bytes behind them reach.
    List<KeyGroup> groups = new ArrayList<>(Math.min(groupCount, in.remaining()));
    for (int i = 0; i < groupCount; i++) {
      int database = in.getInt();
      int keyCount = Short.toUnsignedInt(in.getShort());
      List<byte[]> keys = new ArrayList<>(Math.min(keyCount, in.remaining()));
      for (int k = 0; k < keyCount; k++) {
        keys.add(key(in));
      }
      groups.add(new KeyGroup(database, keys));
    }
    return new Keys(sequence, publishedWallNanos, groups);
  }

  private static byte[] key(ByteBuffer in) throws BadMessageException {
    int length = Short.toUnsignedInt(in.getShort());
    if (length > KEY_BYTES_MAX) {
      throw new BadMessageException("with a key longer than " + KEY_BYTES_MAX + " bytes");
    }
    byte[] key = new byte[length];
    in.get(key);
    return key;
  }

  private static byte[] encodeEpoch(Epoch message) {
    byte[] reason = message.reason().name().getBytes(StandardCharsets.US_ASCII);
    ByteBuffer out = ByteBuffer.allocate(1 + 8 + 8 + 1 + reason.length);
    out.put(EPOCH).putLong(message.sequence()).putLong(message.publishedWallNanos());
    return putName(out, reason).array();
  }

  private static Unknown decodeUnknown(byte type, ByteBuffer in) throws BadMessageException {
    if (type <= 0) {
      throw new BadMessageException("of unknown type " + type);
    }
    return new Unknown(in.getLong(), in.getLong());
  }

  private static byte[] encodePositions(Positions message) {
    int bytes = POSITIONS_HEADER_BYTES;
    List<byte[]> names = new ArrayList<>(message.positions().size());
    for (StreamPosition each : message.positions()) {
      byte[] name = stream(each.stream());
      names.add(name);
      bytes += 1 + name.length + 8 + 8;
    }
    ByteBuffer out = ByteBuffer.allocate(bytes);
    out.put(POSITIONS).putLong(message.sequence()).putLong(message.publishedWallNanos());
    out.put((byte) names.size());
    for (int i = 0; i < names.size(); i++) {
      StreamPosition each = message.positions().get(i);
      putName(out, names.get(i)).putLong(each.timeline()).putLong(each.position());
    }
    return out.array();
  }

  private static Positions decodePositions(ByteBuffer in) throws BadMessageException {
    long sequence = in.getLong();
    long publishedWallNanos = in.getLong();
    int count = Byte.toUnsignedInt(in.get());
    if (count > POSITIONS_MAX) {
      throw new BadMessageException("with more than " + POSITIONS_MAX + " positions");
    }
    List<StreamPosition> positions = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      positions.add(new StreamPosition(streamName(in), in.getLong(), in.getLong()));
    }
    return new Positions(sequence, publishedWallNanos, positions);
  }

  /** The demands of a beat; one of an older version has none. */
  private static List<ResourceDemand> decodeDemands(ByteBuffer in) throws BadMessageException {
    int count = in.hasRemaining() ? Byte.toUnsignedInt(in.get()) : 0;
    if (count > DEMANDS_MAX) {
      throw new BadMessageException("with more than " + DEMANDS_MAX + " demands");
    }
    List<ResourceDemand> demands = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      demands.add(new ResourceDemand(streamName(in), in.getInt(), in.getInt()));
    }
    return demands;
  }

  /** A reason that only a newer version knows is still a reason. */
  private static EpochReason reason(String name) {
    for (EpochReason reason : EpochReason.values()) {
      if (reason.name().equals(name)) {
        return reason;
      }
    }
    return EpochReason.UNKNOWN_KEYS;
  }

  private static byte[] encodeBeat(Beat message) {
    NodeInfo info = message.info();
    byte[][] names = {
      utf8(info.id()),
      utf8(info.address()),
      utf8(info.transportId()),
      utf8(info.version()),
      utf8(info.zone())
    };
    int bytes = 1 + 8 + 8 + 2 + message.echoes().size() * ECHO_BYTES + 1 + 1;
    List<byte[]> resources = new ArrayList<>(message.demands().size());
    for (ResourceDemand demand : message.demands()) {
      byte[] resource = stream(demand.resource());
      resources.add(resource);
      bytes += 1 + resource.length + 4 + 4;
    }
    for (byte[] name : names) {
      bytes += 1 + name.length;
    }
    ByteBuffer out = ByteBuffer.allocate(bytes);
    out.put(BEAT).putLong(message.lastSequence()).putLong(message.stampNanos());
    out.put((byte) ((info.fenced() ? FENCED : 0) | (info.missesPeers() ? MISSES_PEERS : 0)));
    for (byte[] name : names) {
      putName(out, name);
    }
    out.putShort((short) message.echoes().size());
    for (Echo echo : message.echoes()) {
      out.putLong(echo.peer().high()).putLong(echo.peer().low()).putLong(echo.stampNanos());
    }
    out.put((byte) resources.size());
    for (int i = 0; i < resources.size(); i++) {
      ResourceDemand demand = message.demands().get(i);
      putName(out, resources.get(i)).putInt(demand.wanted()).putInt(demand.held());
    }
    return out.array();
  }

  private static Beat decodeBeat(ByteBuffer in) throws BadMessageException {
    long lastSequence = in.getLong();
    long stampNanos = in.getLong();
    int flags = in.get();
    NodeInfo info =
        new NodeInfo(
            name(in),
            name(in),
            name(in),
            name(in),
            name(in),
            (flags & FENCED) != 0,
            (flags & MISSES_PEERS) != 0);
    int count = Short.toUnsignedInt(in.getShort());
    if (count > PEERS_MAX) {
      throw new BadMessageException("with more than " + PEERS_MAX + " echoes");
    }
    List<Echo> echoes = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      echoes.add(new Echo(new Incarnation(in.getLong(), in.getLong()), in.getLong()));
    }
    return new Beat(lastSequence, stampNanos, echoes, info, decodeDemands(in));
  }

  private static byte[] utf8(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > BusSettings.NAME_BYTES_MAX) {
      throw new IllegalArgumentException("name of " + bytes.length + " bytes");
    }
    return bytes;
  }

  /**
   * The name of a stream or a resource in bytes.
   *
   * @throws IllegalArgumentException when it is too long
   */
  static byte[] stream(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > STREAM_BYTES_MAX) {
      throw new IllegalArgumentException(
          "name of " + bytes.length + " bytes (expected at most " + STREAM_BYTES_MAX + ")");
    }
    return bytes;
  }

  private static String streamName(ByteBuffer in) throws BadMessageException {
    if (in.hasRemaining() && Byte.toUnsignedInt(in.get(in.position())) > STREAM_BYTES_MAX) {
      throw new BadMessageException("with a name longer than " + STREAM_BYTES_MAX + " bytes");
    }
    return name(in);
  }

  private static ByteBuffer putName(ByteBuffer out, byte[] name) {
    return out.put((byte) name.length).put(name);
  }

  private static String name(ByteBuffer in) {
    byte[] bytes = new byte[Byte.toUnsignedInt(in.get())];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
