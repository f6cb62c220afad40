package io.nearside.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SealTest {
  private static final ClusterSecret SECRET = ClusterSecret.of("the secret of these tests");

  private final Incarnation sender = Incarnation.next(new Random(3));
  private final Seal seal = new Seal(SECRET);
  private final byte[] message = "a key that nobody may read".getBytes(StandardCharsets.UTF_8);

  @Test
  void open_whatWasSealed_givesItBack() throws BadMessageException {
    Seal.Stamp stamp = seal.stamp(sender);
    stamp.seal(message);
    Seal.Opened opened = new Seal(SECRET).open(stamp.seal(message));
    assertEquals(sender, opened.sender());
    assertEquals(2, opened.counter());
    assertArrayEquals(message, opened.message().array());
  }

  @Test
  void seal_message_showsNothingOfIt() {
    byte[] frame = seal.stamp(sender).seal(message);
    String text = new String(frame, StandardCharsets.ISO_8859_1);
    assertFalse(text.contains("key"));
    assertEquals(sender, Seal.claimedSender(frame));
  }

  @Test
  void seal_sameMessageManyTimes_neverGivesSameFrame() {
    Seal.Stamp stamp = seal.stamp(sender);
    Set<String> frames = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      byte[] frame = stamp.seal(message);
      byte[] ciphertext = Arrays.copyOfRange(frame, Seal.HEADER_BYTES, frame.length);
      assertTrue(frames.add(Arrays.toString(ciphertext)));
    }
  }

  @Test
  void seal_sameCounterOfAnotherIncarnation_usesAnotherKey() {
    byte[] one = seal.stamp(sender).seal(message);
    byte[] other = seal.stamp(Incarnation.next(new Random(4))).seal(message);
    assertNotEquals(
        Arrays.toString(Arrays.copyOfRange(one, Seal.HEADER_BYTES, one.length)),
        Arrays.toString(Arrays.copyOfRange(other, Seal.HEADER_BYTES, other.length)));
  }

  @Test
  void open_wrongSecret_isRefused() {
    byte[] frame =
        new Seal(ClusterSecret.of("another secret altogether")).stamp(sender).seal(message);
    assertBad(frame);
  }

  @Test
  void open_anyBitFlipped_isRefused() throws BadMessageException {
    byte[] frame = seal.stamp(sender).seal(message);
    seal.open(frame);
    for (int bit = 0; bit < frame.length * 8; bit++) {
      byte[] changed = frame.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertBad(changed);
    }
  }

  @Test
  void open_truncatedAnywhere_isRefused() {
    byte[] frame = seal.stamp(sender).seal(message);
    for (int length = 0; length < frame.length; length++) {
      assertBad(Arrays.copyOf(frame, length));
    }
  }

  @Test
  void open_longerThanLimit_isRefusedUnread() throws BadMessageException {
    byte[] longest = seal.stamp(sender).seal(new byte[BusCodec.MESSAGE_BYTES_MAX]);
    assertEquals(Seal.FRAME_BYTES_MAX, longest.length);
    seal.open(longest);
    BadMessageException refusal =
        assertThrows(
            BadMessageException.class, () -> seal.open(new byte[Seal.FRAME_BYTES_MAX + 1]));
    assertTrue(refusal.what().contains("longer than " + Seal.FRAME_BYTES_MAX));
  }

  @Test
  void seal_longerThanLimit_isRefused() {
    Seal.Stamp stamp = seal.stamp(sender);
    assertThrows(
        IllegalArgumentException.class, () -> stamp.seal(new byte[BusCodec.MESSAGE_BYTES_MAX + 1]));
  }

  @Test
  void open_otherFormat_saysSo() {
    byte[] frame = seal.stamp(sender).seal(message);
    frame[0] = 2;
    BadMessageException refusal = assertThrows(BadMessageException.class, () -> seal.open(frame));
    assertEquals("of format 2 (expected 1)", refusal.what());
  }

  @Test
  void claimedSender_tooShort_isNobody() {
    assertNull(Seal.claimedSender(new byte[Seal.HEADER_BYTES - 1]));
  }

  @Test
  void secret_toString_hidesIt() {
    BusSettings settings = BusSettings.of("a", 1_000, SECRET);
    assertFalse(settings.toString().contains("tests"));
    assertThrows(IllegalArgumentException.class, () -> ClusterSecret.of("fifteen bytes.."));
  }

  private void assertBad(byte[] frame) {
    assertThrows(BadMessageException.class, () -> seal.open(frame));
  }
}
