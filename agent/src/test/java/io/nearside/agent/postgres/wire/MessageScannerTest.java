package io.nearside.agent.postgres.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MessageScannerTest {
  private static final int LENGTH_MAX = 1 << 20;

  @Test
  void next_everyCutOfRecordedStreams_givesTheSameMessages() {
    for (byte[] stream : Conversation.streams()) {
      List<String> expected = Delimited.reference(stream, LENGTH_MAX);
      assertEquals("left ", expected.getLast());
      assertEquals(expected, Delimited.of(stream, LENGTH_MAX, everyByte(stream.length)));
      // A cut's neighbourhood is what matters: the stream is cut again at every position of its
      // first 600 bytes, which hold messages of all sizes.
      for (int cut = 0; cut <= Math.min(600, stream.length); cut++) {
        byte[] part = Arrays.copyOf(stream, Math.min(stream.length, 700));
        int end = part.length;
        assertEquals(
            Delimited.reference(part, LENGTH_MAX),
            Delimited.of(part, LENGTH_MAX, Math.min(cut, end), end),
            "cut at " + cut);
      }
    }
  }

  @Test
  void next_randomCuts_giveTheSameMessages() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    List<byte[]> streams = Conversation.streams();
    for (int round = 0; round < 1000; round++) {
      byte[] stream = streams.get(random.nextInt(streams.size()));
      int[] cuts = Conversation.randomCuts(stream.length, random);
      assertEquals(
          Delimited.reference(stream, LENGTH_MAX),
          Delimited.of(stream, LENGTH_MAX, cuts),
          "seed " + seed + " round " + round + " cuts " + Arrays.toString(cuts));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 101})
  void next_hostileLength_isViolationEveryTime(int length) {
    var scanner = new MessageScanner(100);
    byte[] bytes = header('D', length);
    assertThrows(WireViolation.class, () -> scanner.next(bytes, 0, 5));
    assertThrows(WireViolation.class, () -> scanner.next(bytes, 0, 5));
    assertTrue(scanner.betweenMessages());
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5, 100})
  void next_lengthWithinTheLimit_isTaken(int length) {
    var scanner = new MessageScanner(100);
    assertTrue(scanner.next(header('D', length), 0, 5));
    assertEquals(length + 1, scanner.messageLength());
    assertEquals(length == 4, scanner.ends());
    assertEquals(length - 4, scanner.bytesLeft());
  }

  @Test
  void next_messageOfTheProtocolsLimit_streamsThrough() {
    var scanner = new MessageScanner(MessageScanner.PROTOCOL_LENGTH_MAX);
    byte[] chunk = new byte[1 << 20];
    Int32.write(chunk, 1, MessageScanner.PROTOCOL_LENGTH_MAX);
    chunk[0] = 'd';
    long seen = 0;
    int pieces = 0;
    do {
      assertTrue(scanner.next(chunk, 0, chunk.length));
      seen += scanner.pieceTo() - scanner.pieceFrom();
      pieces++;
    } while (!scanner.ends());
    assertEquals(1L << 30, seen);
    assertEquals(1024, pieces);
    assertEquals('d', scanner.type());
  }

  @Test
  void next_fewerThanAHeader_consumesNothing() {
    var scanner = new MessageScanner(100);
    byte[] sync = Frontend.sync();
    for (int there = 0; there < 5; there++) {
      assertFalse(scanner.next(sync, 0, there));
      assertTrue(scanner.betweenMessages());
    }
    assertTrue(scanner.next(sync, 0, 5));
    assertTrue(scanner.starts() && scanner.ends());
    assertFalse(scanner.next(sync, 5, 5));
  }

  @Test
  void next_nothingThereInABody_isFalseAndGoesOnLater() {
    var scanner = new MessageScanner(100);
    byte[] query = Frontend.query("select 1");
    assertTrue(scanner.next(query, 0, 7));
    assertFalse(scanner.ends());
    assertFalse(scanner.next(query, 7, 7));
    assertTrue(scanner.next(query, 7, query.length));
    assertFalse(scanner.starts());
    assertTrue(scanner.ends());
  }

  @Test
  void unread_firstPiece_isGivenAgainWithMoreBehind() {
    var scanner = new MessageScanner(100);
    byte[] query = Frontend.query("select 1");
    assertTrue(scanner.next(query, 0, 9));
    scanner.unread();
    assertTrue(scanner.betweenMessages());
    assertTrue(scanner.next(query, 0, query.length));
    assertTrue(scanner.starts() && scanner.ends());
    assertEquals(query.length, scanner.pieceTo());
  }

  @Test
  void unread_laterPieceOrTwice_isTheCallersMistake() {
    var scanner = new MessageScanner(100);
    assertThrows(IllegalStateException.class, scanner::unread);
    byte[] query = Frontend.query("select 1");
    assertTrue(scanner.next(query, 0, 7));
    assertTrue(scanner.next(query, 7, 9));
    assertThrows(IllegalStateException.class, scanner::unread);
    assertTrue(scanner.next(query, 9, query.length));
    assertTrue(scanner.next(query, 0, query.length));
    scanner.unread();
    assertThrows(IllegalStateException.class, scanner::unread);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 0, -1, 0x40000000})
  void new_limitOutsideTheProtocol_isRefused(int lengthMax) {
    assertThrows(IllegalArgumentException.class, () -> new MessageScanner(lengthMax));
  }

  private static byte[] header(char type, int length) {
    byte[] bytes = new byte[5];
    bytes[0] = (byte) type;
    Int32.write(bytes, 1, length);
    return bytes;
  }

  private static int[] everyByte(int length) {
    int[] cuts = new int[length];
    Arrays.setAll(cuts, i -> i + 1);
    return cuts;
  }
}
