package io.nearside.agent.redis.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ReplyScannerTest {
  private static final int ROUNDS = 500;

  /** One reply as it must be found. */
  private record Found(int end, char first, boolean error, String integer, String element) {}

  @Test
  void scan_anySplit_findsTheSameReplies() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      var replies = new RandomReplies(random);
      for (int i = random.nextInt(5); i >= 0; i--) {
        replies.next();
      }
      byte[] bytes = replies.bytes();
      String about = "seed " + seed + " round " + round;
      List<Found> expected = replies.found;
      assertEquals(expected, scan(bytes, new int[] {bytes.length}, expected), about);
      assertEquals(expected, scan(bytes, everyByte(bytes), expected), about);
      assertEquals(expected, scan(bytes, randomCuts(bytes, random), expected), about);
    }
  }

  @Test
  void scan_garbage_endsOrIsAViolationWhateverTheSplit() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = new byte[1 + random.nextInt(60)];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] =
            (byte)
                (random.nextInt(4) == 0
                    ? random.nextInt(256)
                    : "*$:+-%~>|_#,(=!?0123456789\r\n".charAt(random.nextInt(28)));
      }
      assertEquals(
          ends(bytes, new int[] {bytes.length}),
          ends(bytes, everyByte(bytes)),
          "seed " + seed + " round " + round);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x", "\r\n", "$?_", "*?_", "$1x_", ":1x_", "$1\rx", "+OK\rx", "*1_@", "$+1_", "\u0000"
      })
  void scan_malformed_isAViolation(String text) {
    assertEquals(ReplyScanner.VIOLATION, end(text.replace("_", "\r\n")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$9223372036854775807_",
        "$9223372036854775806_",
        "$18446744073709551621_",
        "*9223372036854775808_",
        "*9223372036854775807_",
        "%4611686018427387904_",
        "|4611686018427387903_",
        "*18446744073709551616_",
        "$-18446744073709551615_",
        ":99999999999999999999_"
      })
  void scan_lengthBeyondAllReason_isAViolation(String text) {
    assertEquals(ReplyScanner.VIOLATION, end(text.replace("_", "\r\n")));
  }

  @ParameterizedTest
  @ValueSource(
      longs = {0, -1, 1, Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MIN_VALUE, Long.MIN_VALUE + 1})
  void lastInteger_anySixtyFourBits_isExact(long value) {
    var scanner = new ReplyScanner();
    byte[] reply = latin(":" + value + "\r\n");
    assertEquals(reply.length, scanner.scan(reply, 0, reply.length));
    assertEquals(value, scanner.lastInteger());
  }

  @Test
  void scan_largeBulk_isSkippedWithoutBeingKept() {
    var scanner = new ReplyScanner();
    byte[] head = latin("$5000000000\r\n");
    assertEquals(ReplyScanner.INCOMPLETE, scanner.scan(head, 0, head.length));
    byte[] chunk = new byte[1_000_000];
    for (int i = 0; i < 5000; i++) {
      assertEquals(ReplyScanner.INCOMPLETE, scanner.scan(chunk, 0, chunk.length));
    }
    assertEquals(2, scanner.scan(latin("\r\n+"), 0, 3));
  }

  @Test
  void scan_deepestNesting_isTaken() {
    assertEquals(
        ReplyScanner.DEPTH_MAX * 4 + 4, end("*1\r\n".repeat(ReplyScanner.DEPTH_MAX) + "_a\r\n"));
  }

  @Test
  void scan_oneDeeper_isAViolation() {
    assertEquals(
        ReplyScanner.VIOLATION, end("*1\r\n".repeat(ReplyScanner.DEPTH_MAX + 1) + "_\r\n"));
  }

  @ParameterizedTest
  @CsvSource({
    "'>3_$9_subscribe_$1_c_:1_', subscribe",
    "'*3_$11_unsubscribe_$-1_:0_', unsubscribe",
    "'*1_$0__', ''",
    "'*1_:5_', ''",
    "'*0_', ''",
    "'+OK_', ''"
  })
  void firstElement_ofAnAggregate_isItsFirstBulk(String text, String element) {
    var scanner = new ReplyScanner();
    byte[] reply = latin(text.replace("_", "\r\n"));
    assertEquals(reply.length, scanner.scan(reply, 0, reply.length));
    assertEquals(element, scanner.firstElement());
  }

  @Test
  void firstElement_longerThanTheHead_isEmpty() {
    var scanner = new ReplyScanner();
    byte[] reply = latin("*1\r\n$60\r\n" + "x".repeat(60) + "\r\n");
    assertEquals(reply.length, scanner.scan(reply, 0, reply.length));
    assertEquals("", scanner.firstElement());
    assertEquals(64, scanner.head().length());
  }

  @Test
  void headStartsWith_prefixSplitOverChunks_isFound() {
    var scanner = new ReplyScanner();
    byte[] reply = latin("-NOAUTH Authentication required.\r\n");
    assertEquals(ReplyScanner.INCOMPLETE, scanner.scan(reply, 0, 4));
    assertFalse(scanner.headStartsWith(latin("-NOAUTH")));
    assertEquals(reply.length, scanner.scan(reply, 4, reply.length));
    assertTrue(scanner.headStartsWith(latin("-NOAUTH")));
    assertTrue(scanner.isError());
  }

  private static int end(String text) {
    byte[] bytes = latin(text);
    return new ReplyScanner().scan(bytes, 0, bytes.length);
  }

  private static List<Integer> ends(byte[] bytes, int[] cuts) {
    var scanner = new ReplyScanner();
    List<Integer> ends = new ArrayList<>();
    int at = 0;
    for (int cut : cuts) {
      while (at < cut) {
        int end = scanner.scan(bytes, at, cut);
        if (end == ReplyScanner.VIOLATION) {
          ends.add(end);
          return ends;
        }
        assertTrue(end == ReplyScanner.INCOMPLETE || (end > at && end <= cut));
        if (end >= 0) {
          ends.add(end);
        }
        at = end < 0 ? cut : end;
      }
    }
    return ends;
  }

  private static List<Found> scan(byte[] bytes, int[] cuts, List<Found> expected) {
    var scanner = new ReplyScanner();
    List<Found> found = new ArrayList<>();
    int at = 0;
    for (int cut : cuts) {
      while (at < cut) {
        // A chunk never lies where the one before lay.
        byte[] chunk = Arrays.copyOfRange(bytes, at, cut);
        int end = scanner.scan(chunk, 0, chunk.length);
        if (end < 0) {
          assertEquals(ReplyScanner.INCOMPLETE, end);
          assertTrue(scanner.midFrame());
          at = cut;
          continue;
        }
        assertFalse(scanner.midFrame());
        at += end;
        // Without a number in the reply there is none to compare.
        char first = (char) scanner.firstByte();
        boolean number =
            found.size() < expected.size() && !expected.get(found.size()).integer.isEmpty();
        found.add(
            new Found(
                at,
                first,
                scanner.isError(),
                number ? Long.toString(scanner.lastInteger()) : "",
                "*>~%|".indexOf(first) < 0 ? "" : scanner.firstElement()));
      }
    }
    return found;
  }

  private static int[] everyByte(byte[] bytes) {
    int[] cuts = new int[bytes.length];
    Arrays.setAll(cuts, i -> i + 1);
    return cuts;
  }

  private static int[] randomCuts(byte[] bytes, Random random) {
    int[] cuts = new int[1 + random.nextInt(10)];
    Arrays.setAll(cuts, i -> random.nextInt(bytes.length + 1));
    cuts[0] = bytes.length;
    Arrays.sort(cuts);
    return cuts;
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** A stream of replies of every kind, and what is known of each. */
  private static final class RandomReplies {
    private static final int DEPTH_MAX = 5;
    private final Random random;
    private final StringBuilder text = new StringBuilder();
    private final List<Found> found = new ArrayList<>();
    private String integer = "";

    RandomReplies(Random random) {
      this.random = random;
    }

    byte[] bytes() {
      return latin(text.toString());
    }

    void next() {
      int start = text.length();
      integer = "";
      String element = "";
      if (random.nextInt(3) == 0) {
        // An aggregate that begins with a short bulk string, such as a push.
        element = "message".substring(random.nextInt(6));
        int more = random.nextInt(3);
        text.append("*>~".charAt(random.nextInt(3))).append(1 + more).append("\r\n$");
        text.append(element.length()).append("\r\n").append(element).append("\r\n");
        for (int i = 0; i < more; i++) {
          element(1);
        }
      } else {
        scalar();
      }
      char first = text.charAt(start);
      boolean error = first == '-' || first == '!';
      found.add(new Found(text.length(), first, error, integer, element));
      if (random.nextBoolean()) {
        deep();
      }
    }

    /** A nested reply; its head says little. */
    private void deep() {
      int start = text.length();
      integer = "";
      text.append("*2\r\n_\r\n");
      element(0);
      found.add(new Found(text.length(), text.charAt(start), false, integer, ""));
    }

    private void element(int depth) {
      if (depth >= DEPTH_MAX || random.nextInt(3) != 0) {
        scalar();
        return;
      }
      int count = random.nextInt(4);
      switch (random.nextInt(5)) {
        case 0 -> open('*', count, count, depth);
        case 1 -> open('~', count, count, depth);
        case 2 -> open('%', count, 2 * count, depth);
        case 3 -> open('|', count, 2 * count + 1, depth);
        default -> open('>', count, count, depth);
      }
    }

    private void open(char type, int count, int elements, int depth) {
      text.append(type).append(count).append("\r\n");
      for (int i = 0; i < elements; i++) {
        element(depth + 1);
      }
    }

    private void scalar() {
      switch (random.nextInt(13)) {
        case 0 -> text.append("+OK");
        case 1 -> text.append("-ERR no $5 such *3");
        case 2 -> text.append("_");
        case 3 -> text.append(random.nextBoolean() ? "#t" : "#f");
        case 4 -> text.append(random.nextBoolean() ? ",-1.5e-9" : ",-inf");
        case 5 -> text.append("(-3492890328409238509324850943850943825024385");
        case 6 -> text.append(random.nextBoolean() ? "$-1" : "*-1");
        case 7 -> bulk('!', "SYNTAX a\r\nb");
        case 8 -> bulk('=', "txt:*1\r\n:7\r\n");
        case 9, 10 -> bulk('$', "$1\r\n".repeat(random.nextInt(40)));
        default -> {
          integer = Long.toString(random.nextLong() >> random.nextInt(64));
          text.append(':').append(integer);
        }
      }
      text.append("\r\n");
    }

    private void bulk(char type, String content) {
      text.append(type).append(content.length()).append("\r\n").append(content);
    }
  }
}
