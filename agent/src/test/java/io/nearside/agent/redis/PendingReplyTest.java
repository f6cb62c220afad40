package io.nearside.agent.redis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class PendingReplyTest {
  private static final class Waiting extends PendingReply {}

  @Test
  void hold_inPieces_keepsThemInOrder() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    var reply = new Waiting();
    var expected = new ByteArrayOutputStream();
    for (int i = 0; i < 100; i++) {
      byte[] piece = new byte[random.nextInt(50) + 2];
      random.nextBytes(piece);
      reply.hold(piece, 1, piece.length - 1);
      expected.write(piece, 1, piece.length - 2);
      Arrays.fill(piece, (byte) 0);
    }
    assertEquals(expected.size(), reply.heldLength());
    assertArrayEquals(
        expected.toByteArray(), Arrays.copyOf(reply.held(), reply.heldLength()), "seed " + seed);
    assertFalse(reply.isDone());
  }

  @Test
  void heldSent_forgets_andMoreCanBeHeld() {
    var reply = new Waiting();
    reply.hold(new byte[] {1, 2, 3}, 0, 3);
    reply.heldSent();
    assertEquals(0, reply.heldLength());
    reply.hold(new byte[] {4}, 0, 1);
    assertEquals(1, reply.heldLength());
    assertEquals(4, reply.held()[0]);
    reply.done();
    assertTrue(reply.isDone());
  }

  @Test
  void local_isDoneAtOnce_andNotCopied() {
    byte[] bytes = {'+', 'O', 'K'};
    var reply = new PendingReply.Local(bytes);
    assertTrue(reply.isDone());
    assertSame(bytes, reply.held());
    assertEquals(3, reply.heldLength());
  }
}
