package io.nearside.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class BusCodecTest {
  private static final NodeInfo INFO =
      new NodeInfo("ä", "10.0.0.1:1", "uuid", "1.0", "", true, false);

  private static final Beat BEAT =
      new Beat(
          1,
          2,
          List.of(new Echo(new Incarnation(3, 4), 4)),
          INFO,
          List.of(new ResourceDemand("r", 5, 6)));

  /** What follows the echoes of {@link #BEAT}: a count, a name, two numbers. */
  private static final int DEMANDS_BYTES = 1 + 1 + 1 + 4 + 4;

  /** A byte of grants, no strong keys, no scopes. */
  private static final int STRONG_BYTES = 3;

  private final Random random = new Random(11);

  @Test
  void decode_afterEncode_isTheSame() throws BadMessageException {
    for (int round = 0; round < 200; round++) {
      Keys keys = randomKeys();
      Keys back = (Keys) decode(BusCodec.encode(keys));
      assertEquals(keys.sequence(), back.sequence());
      assertEquals(keys.publishedWallNanos(), back.publishedWallNanos());
      assertArrayEquals(flat(keys), flat(back));
    }
    List<Echo> echoes = new ArrayList<>();
    for (int i = 0; i < BusCodec.PEERS_MAX; i++) {
      echoes.add(new Echo(Incarnation.next(random), random.nextLong()));
    }
    List<ResourceDemand> demands = new ArrayList<>();
    for (int i = 0; i < BusCodec.DEMANDS_MAX; i++) {
      demands.add(new ResourceDemand(longName(i), random.nextInt(1 << 30), i));
    }
    Beat beat = new Beat(-1, Long.MIN_VALUE, echoes, INFO, demands);
    byte[] longest = BusCodec.encode(beat);
    assertTrue(longest.length <= BusCodec.MESSAGE_BYTES_MAX);
    assertEquals(beat, decode(longest));
    NodeInfo cutOff = new NodeInfo("a", "b", "c", "d", "e", false, true);
    Beat other = new Beat(1, 2, List.of(), cutOff, List.of());
    assertEquals(other, decode(BusCodec.encode(other)));
    assertEquals(new Goodbye(8), decode(BusCodec.encode(new Goodbye(8))));
    List<StreamPosition> all = new ArrayList<>();
    for (int i = 0; i < BusCodec.POSITIONS_MAX; i++) {
      Positions positions = new Positions(random.nextLong(), random.nextLong(), all);
      assertEquals(positions, decode(BusCodec.encode(positions)));
      all.add(new StreamPosition(longName(i), random.nextLong(), random.nextLong()));
    }
    Positions most = new Positions(1, 2, all);
    assertEquals(most, decode(BusCodec.encode(most)));
    for (EpochReason reason : EpochReason.values()) {
      Epoch epoch = new Epoch(5, 6, reason);
      assertEquals(epoch, decode(BusCodec.encode(epoch)));
    }
  }

  @Test
  void decode_truncatedAnywhere_isRefused() {
    List<BusMessage> messages =
        List.of(
            randomKeys(),
            new Epoch(1, 2, EpochReason.FLUSH),
            new Goodbye(3),
            new Positions(1, 2, List.of(new StreamPosition("s", 3, 4))),
            BEAT);
    int olderBeat = BusCodec.encode(BEAT).length - STRONG_BYTES;
    List<Integer> wholeBeats = List.of(olderBeat, olderBeat - DEMANDS_BYTES);
    for (BusMessage message : messages) {
      byte[] bytes = BusCodec.encode(message);
      for (int length = 0; length < bytes.length; length++) {
        byte[] part = Arrays.copyOf(bytes, length);
        if (!message.equals(BEAT) || !wholeBeats.contains(length)) {
          assertThrows(BadMessageException.class, () -> decode(part));
        }
      }
    }
  }

  @Test
  void decode_beatOfOlderVersions_hasLess() throws BadMessageException {
    byte[] bytes = BusCodec.encode(BEAT);
    int beforeStrong = bytes.length - STRONG_BYTES;
    assertEquals(BEAT, decode(Arrays.copyOf(bytes, beforeStrong)));
    Beat oldest = new Beat(1, 2, BEAT.echoes(), INFO, List.of());
    assertEquals(oldest, decode(Arrays.copyOf(bytes, beforeStrong - DEMANDS_BYTES)));
  }

  @Test
  void encode_beatWithStrongKeysAndTracking_comesBack() throws BadMessageException {
    List<Echo> echoes = new ArrayList<>();
    for (int i = 0; i < 19; i++) {
      echoes.add(new Echo(Incarnation.next(random), i, i % 3 == 0));
    }
    Beat beat =
        new Beat(
            1,
            2,
            echoes,
            INFO,
            List.of(),
            new StrongInfo(3, 4, 1000, 17),
            List.of(
                new TrackingState("redis:6379/user:", true, 5, 6),
                new TrackingState("other", false, 0, 0)));
    assertEquals(beat, decode(BusCodec.encode(beat)));
  }

  @Test
  void encode_holdsAcksAndNotes_comeBack() throws BadMessageException {
    byte[] key = {1, 2, 3};
    List<HeldKeys> holds =
        List.of(new HeldKeys(7, -1, List.of(key, new byte[0])), new HeldKeys(8, 3, List.of()));
    Hold hold = (Hold) decode(BusCodec.encode(new Hold(1, 2, holds)));
    Settled settled = (Settled) decode(BusCodec.encode(new Settled(3, 4, holds)));
    assertEquals(1, hold.sequence());
    assertEquals(4, settled.publishedWallNanos());
    for (List<HeldKeys> read : List.of(hold.holds(), settled.holds())) {
      assertEquals(7, read.get(0).id());
      assertEquals(-1, read.get(0).database());
      assertArrayEquals(key, read.get(0).keys().get(0));
      assertEquals(2, read.get(0).keys().size());
      assertEquals(List.of(), read.get(1).keys());
    }
    Ack ack = new Ack(new Incarnation(5, 6), List.of(1L, Long.MAX_VALUE));
    assertEquals(ack, decode(BusCodec.encode(ack)));
    Note note = (Note) decode(BusCodec.encode(new Note(Incarnation.ALL, 3, key)));
    assertEquals(3, note.kind());
    assertEquals(Incarnation.ALL, note.to());
    assertArrayEquals(key, note.payload());
  }

  @Test
  void decode_typeOfNewerVersion_isNumberedAboveZeroAndRefusedBelow() throws BadMessageException {
    ByteBuffer newer = ByteBuffer.allocate(40).put((byte) 99).putLong(77).putLong(88);
    assertEquals(new Unknown(77, 88), decode(newer.array()));
    for (int type : new int[] {0, -99, -128}) {
      newer.put(0, (byte) type);
      assertThrows(BadMessageException.class, () -> decode(newer.array()));
    }
    assertThrows(BadMessageException.class, () -> decode(Arrays.copyOf(newer.array(), 16)));
  }

  @Test
  void encode_messageOfNoKnownType_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> BusCodec.encode(new Unknown(1, 2)));
  }

  @Test
  void names_beyondLimit_areRefused() throws BadMessageException {
    String longest = "a".repeat(BusCodec.STREAM_BYTES_MAX);
    byte[] bytes = encoded(longest);
    decode(bytes);
    assertThrows(IllegalArgumentException.class, () -> encoded(longest + "a"));
    int lengthAt = 1 + 8 + 8 + 1;
    byte[] forged = Arrays.copyOf(bytes, bytes.length + 1);
    forged[lengthAt]++;
    assertThrows(BadMessageException.class, () -> decode(forged));
  }

  private static byte[] encoded(String stream) {
    return BusCodec.encode(new Positions(1, 2, List.of(new StreamPosition(stream, 3, 4))));
  }

  @Test
  void decode_moreThanLimit_isRefused() {
    List<StreamPosition> positions =
        Collections.nCopies(BusCodec.POSITIONS_MAX + 1, new StreamPosition("s", 1, 1));
    byte[] first = BusCodec.encode(new Positions(1, 2, positions));
    assertThrows(BadMessageException.class, () -> decode(first));
    List<ResourceDemand> demands =
        Collections.nCopies(BusCodec.DEMANDS_MAX + 1, new ResourceDemand("r", 1, 1));
    byte[] second = BusCodec.encode(new Beat(1, 2, List.of(), INFO, demands));
    assertThrows(BadMessageException.class, () -> decode(second));
  }

  private static String longName(int number) {
    return String.format("%0" + BusCodec.STREAM_BYTES_MAX + "d", number);
  }

  @Test
  void decode_noise_isRefusedOrUnderstoodWithoutHarm() {
    for (int round = 0; round < 20_000; round++) {
      byte[] noise = new byte[random.nextInt(80)];
      random.nextBytes(noise);
      if (noise.length > 0) {
        noise[0] = (byte) random.nextInt(8);
      }
      try {
        decode(noise);
      } catch (BadMessageException e) {
        assertTrue(!e.what().isEmpty());
      }
    }
  }

  @Test
  void decode_beatOfNewerVersion_skipsWhatItAdds() throws BadMessageException {
    Beat beat = new Beat(1, 2, List.of(), INFO, List.of(new ResourceDemand("r", 1, 2)));
    byte[] bytes = BusCodec.encode(beat);
    assertEquals(beat, decode(Arrays.copyOf(bytes, bytes.length + 9)));
  }

  @Test
  void decode_anythingElseTooLong_isRefused() {
    byte[] bytes = BusCodec.encode(new Goodbye(1));
    assertThrows(BadMessageException.class, () -> decode(Arrays.copyOf(bytes, bytes.length + 1)));
  }

  @Test
  void decode_reasonOfNewerVersion_isStillAnEpoch() throws BadMessageException {
    byte[] bytes = BusCodec.encode(new Epoch(1, 2, EpochReason.FLUSH));
    bytes[bytes.length - 1] = 'X';
    assertEquals(new Epoch(1, 2, EpochReason.UNKNOWN_KEYS), decode(bytes));
  }

  @Test
  void decode_keyBeyondLimit_isRefused() throws BadMessageException {
    byte[] longest = new byte[BusCodec.KEY_BYTES_MAX];
    Keys keys = new Keys(1, 2, List.of(new KeyGroup(0, List.of(longest))));
    byte[] bytes = BusCodec.encode(keys);
    decode(bytes);
    byte[] longer = new byte[BusCodec.KEY_BYTES_MAX + 1];
    byte[] tooLong = BusCodec.encode(new Keys(1, 2, List.of(new KeyGroup(0, List.of(longer)))));
    assertThrows(BadMessageException.class, () -> decode(tooLong));
  }

  @Test
  void decode_moreEchoesThanPeersMayBe_isRefused() {
    List<Echo> echoes = new ArrayList<>();
    for (int i = 0; i <= BusCodec.PEERS_MAX; i++) {
      echoes.add(new Echo(Incarnation.next(random), i));
    }
    byte[] bytes = BusCodec.encode(new Beat(1, 2, echoes, INFO, List.of()));
    assertThrows(BadMessageException.class, () -> decode(bytes));
  }

  @Test
  void decode_longerThanLimit_isRefused() {
    byte[] bytes = new byte[BusCodec.MESSAGE_BYTES_MAX + 1];
    BadMessageException refusal = assertThrows(BadMessageException.class, () -> decode(bytes));
    assertTrue(refusal.what().startsWith("longer"));
  }

  private static BusMessage decode(byte[] bytes) throws BadMessageException {
    return BusCodec.decode(ByteBuffer.wrap(bytes));
  }

  private Keys randomKeys() {
    List<KeyGroup> groups = new ArrayList<>();
    for (int g = random.nextInt(5); g >= 0; g--) {
      List<byte[]> keys = new ArrayList<>();
      for (int k = random.nextInt(6); k >= 0; k--) {
        byte[] key = new byte[random.nextInt(BusCodec.KEY_BYTES_MAX + 1)];
        random.nextBytes(key);
        keys.add(key);
      }
      groups.add(new KeyGroup(random.nextInt(), keys));
    }
    return new Keys(random.nextLong(), random.nextLong(), groups);
  }

  private static Object[] flat(Keys keys) {
    return keys.groups().stream()
        .map(group -> group.database() + Arrays.deepToString(group.keys().toArray()))
        .toArray();
  }
}
