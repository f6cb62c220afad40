package io.nearside.cluster.hazelcast;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Packets are followed however the network cuts them. */
final class PacketHeadersTest {
  private final BoundedPackets.Headers headers = new BoundedPackets.Headers();

  private static byte[] packet(int announced, int payload) {
    return ByteBuffer.allocate(11 + payload)
        .put((byte) 4)
        .putShort((short) 0)
        .putInt(-1)
        .putInt(announced)
        .array();
  }

  @Test
  void check_hugeOrNegative_isRefusedByItsHeaderAlone() {
    for (int size : new int[] {BoundedPackets.PAYLOAD_BYTES_MAX + 1, Integer.MAX_VALUE, -1}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new BoundedPackets.Headers().check(ByteBuffer.wrap(packet(size, 0))));
    }
  }

  @Test
  void check_manyPacketsInRandomPieces_findsTheLargeOneAtTheEnd() {
    long seed = Long.getLong("nearside.seed", System.nanoTime());
    var random = new Random(seed);
    var bytes = new ByteArrayOutputStream();
    for (int i = 0; i < 200; i++) {
      int size = random.nextInt(300);
      bytes.writeBytes(packet(size, size));
    }
    int good = bytes.size();
    bytes.writeBytes(packet(BoundedPackets.PAYLOAD_BYTES_MAX + 1, 0));
    byte[] all = bytes.toByteArray();
    var follower = new Follower(all);
    while (follower.seen < good) {
      follower.more(1 + random.nextInt(100), good);
    }
    assertThrows(
        IllegalArgumentException.class, () -> follower.more(11, all.length), "seed " + seed);
  }

  /** Gives what Hazelcast's buffer holds: an incomplete header stays in it. */
  private final class Follower {
    private final byte[] all;
    private int kept;
    private int seen;

    Follower(byte[] all) {
      this.all = all;
    }

    void more(int count, int end) {
      int next = Math.min(end, seen + count);
      headers.check(ByteBuffer.wrap(all, kept, next - kept).slice());
      seen = next;
      kept = incompleteHeaderAt(next);
    }

    private int incompleteHeaderAt(int end) {
      int at = 0;
      while (at + 11 <= end) {
        int size = ByteBuffer.wrap(all).getInt(at + 7);
        if (at + 11 + size > end) {
          return end;
        }
        at += 11 + size;
      }
      return at;
    }
  }
}
