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
import io.nearside.cluster.BusMessage.TrackingState;
import io.nearside.cluster.BusMessage.Unknown;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
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

  /** Limit of a note's payload. */
  static final int NOTE_BYTES_MAX = 48 * 1024;

  /** A hold, settled or ack message has no more holds than this. */
  static final int HOLDS_MAX = 512;

  /** A beat tells the tracking of no more scopes than this. */
  static final int SCOPES_MAX = 8;

  private static final int FENCED = 1;
  private static final int MISSES_PEERS = 2;
  private static final int STRONG_BYTES = 8 + 8 + 4 + 8;

  private static final byte KEYS = 1;
  private static final byte EPOCH = 2;
  private static final byte BEAT = 3;
  private static final byte GOODBYE = 4;
  private static final byte POSITIONS = 5;
  private static final byte HOLD = 6;
  private static final byte SETTLED = 7;

  /** Below zero: not numbered. */
  private static final byte ACK = -1;

  private static final byte NOTE = -2;

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
      case Hold hold -> encodeHolds(HOLD, hold.sequence(), hold.publishedWallNanos(), hold.holds());
      case Settled settled ->
          encodeHolds(SETTLED, settled.sequence(), settled.publishedWallNanos(), settled.holds());
      case Ack ack -> encodeAck(ack);
      case Note note -> encodeNote(note);
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
            case HOLD -> new Hold(in.getLong(), in.getLong(), decodeHolds(in));
            case SETTLED -> new Settled(in.getLong(), in.getLong(), decodeHolds(in));
            case ACK -> decodeAck(in);
            case NOTE -> decodeNote(in);
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

  /** How many bytes a hold takes in a message. */
  static int holdBytes(List<byte[]> keys) {
    return 8 + groupBytes(keys);
  }

  private static byte[] encodeHolds(
      byte type, long sequence, long publishedWallNanos, List<HeldKeys> holds) {
    int bytes = KEYS_HEADER_BYTES;
    for (HeldKeys held : holds) {
      bytes += holdBytes(held.keys());
    }
    ByteBuffer out = ByteBuffer.allocate(bytes);
    out.put(type).putLong(sequence).putLong(publishedWallNanos).putShort((short) holds.size());
    for (HeldKeys held : holds) {
      out.putLong(held.id()).putInt(held.database()).putShort((short) held.keys().size());
      for (byte[] key : held.keys()) {
        out.putShort((short) key.length).put(key);
      }
    }
    return out.array();
  }

  private static List<HeldKeys> decodeHolds(ByteBuffer in) throws BadMessageException {
    int count = holdCount(in);
    List<HeldKeys> holds = new ArrayList<>(Math.min(count, in.remaining()));
    for (int i = 0; i < count; i++) {
      long id = in.getLong();
      int database = in.getInt();
      int keyCount = Short.toUnsignedInt(in.getShort());
      List<byte[]> keys = new ArrayList<>(Math.min(keyCount, in.remaining()));
      for (int k = 0; k < keyCount; k++) {
        keys.add(key(in));
      }
      holds.add(new HeldKeys(id, database, keys));
    }
    return holds;
  }

  private static int holdCount(ByteBuffer in) throws BadMessageException {
    int count = Short.toUnsignedInt(in.getShort());
    if (count > HOLDS_MAX) {
      throw new BadMessageException("with more than " + HOLDS_MAX + " holds");
    }
    return count;
  }

  private static byte[] encodeAck(Ack ack) {
    ByteBuffer out = ByteBuffer.allocate(1 + 8 + 8 + 2 + 8 * ack.holds().size());
    out.put(ACK).putLong(ack.of().high()).putLong(ack.of().low());
    out.putShort((short) ack.holds().size());
    ack.holds().forEach(out::putLong);
    return out.array();
  }

  private static Ack decodeAck(ByteBuffer in) throws BadMessageException {
    Incarnation of = new Incarnation(in.getLong(), in.getLong());
    int count = holdCount(in);
    List<Long> holds = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      holds.add(in.getLong());
    }
    return new Ack(of, holds);
  }

  private static byte[] encodeNote(Note note) {
    ByteBuffer out = ByteBuffer.allocate(1 + 8 + 8 + 1 + 4 + note.payload().length);
    out.put(NOTE).putLong(note.to().high()).putLong(note.to().low());
    return out.put((byte) note.kind()).putInt(note.payload().length).put(note.payload()).array();
  }

  private static Note decodeNote(ByteBuffer in) throws BadMessageException {
    Incarnation to = new Incarnation(in.getLong(), in.getLong());
    int kind = in.get();
    int length = in.getInt();
    if (length < 0 || length > NOTE_BYTES_MAX) {
      throw new BadMessageException("with a note longer than " + NOTE_BYTES_MAX + " bytes");
    }
    byte[] payload = new byte[Math.min(length, in.remaining())];
    in.get(payload);
    if (payload.length < length) {
      throw new BufferUnderflowException();
    }
    return new Note(to, kind, payload);
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
    bytes += grantBytes(message.echoes().size()) + 1 + 1;
    bytes += message.strong() == null ? 0 : STRONG_BYTES;
    List<byte[]> scopes = new ArrayList<>(message.tracking().size());
    for (TrackingState state : message.tracking()) {
      byte[] scope = stream(state.scope());
      scopes.add(scope);
      bytes += 1 + scope.length + 1 + 8 + 8;
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
    encodeStrong(out, message);
    for (int i = 0; i < scopes.size(); i++) {
      TrackingState state = message.tracking().get(i);
      putName(out, scopes.get(i)).put((byte) (state.active() ? 1 : 0));
      out.putLong(state.sinceAgeNanos()).putLong(state.provenAgeNanos());
    }
    return out.array();
  }

  /** The grants of the echoes as bits, what strong keys rest on, and how many scopes follow. */
  private static void encodeStrong(ByteBuffer out, Beat message) {
    BitSet granted = new BitSet();
    for (int i = 0; i < message.echoes().size(); i++) {
      granted.set(i, message.echoes().get(i).granted());
    }
    out.put(Arrays.copyOf(granted.toByteArray(), grantBytes(message.echoes().size())));
    StrongInfo strong = message.strong();
    out.put((byte) (strong == null ? 0 : 1));
    if (strong != null) {
      out.putLong(strong.anchorHigh()).putLong(strong.anchorLow());
      out.putInt(strong.leaseMillis()).putLong(strong.oldestHold());
    }
    out.put((byte) message.tracking().size());
  }

  private static int grantBytes(int echoes) {
    return (echoes + 7) / 8;
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
      echoes.add(new Echo(new Incarnation(in.getLong(), in.getLong()), in.getLong(), false));
    }
    List<ResourceDemand> demands = decodeDemands(in);
    if (!in.hasRemaining()) {
      return new Beat(lastSequence, stampNanos, echoes, info, demands, null, List.of());
    }
    byte[] bits = new byte[grantBytes(count)];
    in.get(bits);
    BitSet granted = BitSet.valueOf(bits);
    for (int i = granted.nextSetBit(0); i >= 0 && i < count; i = granted.nextSetBit(i + 1)) {
      echoes.set(i, new Echo(echoes.get(i).peer(), echoes.get(i).stampNanos(), true));
    }
    StrongInfo strong =
        in.get() == 0
            ? null
            : new StrongInfo(in.getLong(), in.getLong(), in.getInt(), in.getLong());
    return new Beat(lastSequence, stampNanos, echoes, info, demands, strong, decodeTracking(in));
  }

  private static List<TrackingState> decodeTracking(ByteBuffer in) throws BadMessageException {
    int count = Byte.toUnsignedInt(in.get());
    if (count > SCOPES_MAX) {
      throw new BadMessageException("with the tracking of more than " + SCOPES_MAX + " scopes");
    }
    List<TrackingState> states = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      states.add(new TrackingState(streamName(in), in.get() != 0, in.getLong(), in.getLong()));
    }
    return states;
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
