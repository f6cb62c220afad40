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

final class RequestScannerTest {
  private static final RespLimits LIMITS = new RespLimits(8, 100, 64);

  /** A line's limit is looked at as its bytes arrive: where splits are compared none is as long. */
  private static final RespLimits LONG_LINES = new RespLimits(8, 100, 1 << 20);

  private static final int ROUNDS = 400;

  @Test
  void scan_anySplit_givesTheSameCommands() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      String input = commands(random);
      String about = "seed " + seed + " round " + round + ": " + input;
      List<String> expected = reference(input);
      assertEquals(expected, scan(input, new int[] {input.length()}, random), about);
      assertEquals(expected, scan(input, everyByte(input), random), about);
      assertEquals(expected, scan(input, randomCuts(input, random), random), about);
    }
  }

  @Test
  void scan_mutatedBytes_endTheSameForAnySplit() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = commands(random).getBytes(StandardCharsets.ISO_8859_1);
      for (int i = random.nextInt(4); i >= 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) "*$-019\r\nx".charAt(random.nextInt(9));
      }
      String input = new String(bytes, StandardCharsets.ISO_8859_1);
      String about = "seed " + seed + " round " + round + ": " + input;
      List<String> expected = reference(input);
      assertEquals(expected, scan(input, everyByte(input), random), about);
      assertEquals(expected, scan(input, randomCuts(input, random), random), about);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "*8_$1_a_$1_b_$1_c_$1_d_$1_e_$1_f_$1_g_$1_h_, ok",
    "*9_, ERR Protocol error: invalid multibulk length",
    "*_, ERR Protocol error: invalid multibulk length",
    "*+1_, ERR Protocol error: invalid multibulk length",
    "*01_, ERR Protocol error: invalid multibulk length",
    "*-0_, ERR Protocol error: invalid multibulk length",
    "*1x_, ERR Protocol error: invalid multibulk length",
    "*99999999999999999999_, ERR Protocol error: invalid multibulk length",
    "*-1_, ok",
    "*0_, ok",
    "*1_$101_, ERR Protocol error: invalid bulk length",
    "*1_$-1_, ERR Protocol error: invalid bulk length",
    "*1_$_, ERR Protocol error: invalid bulk length",
    "*1_$ 1_, ERR Protocol error: invalid bulk length",
    "'*1_:1_', 'ERR Protocol error: expected ''$'', got '':'''"
  })
  void scan_atALimitAndPastIt_answersInRedisWords(String text, String outcome) {
    assertEquals(outcome, outcome(new RequestScanner(LIMITS), text.replace("_", "\r\n")));
  }

  @Test
  void scan_bulkOfTheLimit_isTaken() {
    String bulk = "x".repeat(100);
    assertEquals("ok", outcome(new RequestScanner(LIMITS), "*1\r\n$100\r\n" + bulk + "\r\n"));
  }

  @ParameterizedTest
  @CsvSource({
    "'', too big inline request",
    "*, too big mbulk count string",
    "'*1_$', too big bulk count string"
  })
  void scan_endlessLine_isTakenUpToTheLimit(String head, String words) {
    String begin = head.replace("_", "\r\n");
    int lineStart = begin.length() - (begin.isEmpty() ? 0 : 1);
    String full = begin + "1".repeat(64 - (begin.length() - lineStart));

    assertEquals("more", outcome(new RequestScanner(LIMITS), full));
    assertEquals("ERR Protocol error: " + words, outcome(new RequestScanner(LIMITS), full + "1"));
  }

  @ParameterizedTest
  @CsvSource({
    "10, 16384, ok",
    "11, 1, ERR Protocol error: unauthenticated multibulk length",
    "1, 16385, ERR Protocol error: unauthenticated bulk length"
  })
  void scan_unauthenticated_hasRedisOwnLimits(int arguments, int bytes, String outcome) {
    var scanner = new RequestScanner(new RespLimits(1000, 100_000, 64));
    String argument = "$" + bytes + "\r\n" + "x".repeat(bytes) + "\r\n";
    String command = "*" + arguments + "\r\n" + argument.repeat(arguments);
    scanner.unauthenticated(true);
    assertEquals(outcome, outcome(scanner, command));

    scanner.reset();
    scanner.unauthenticated(false);
    assertEquals("ok", outcome(scanner, command));
  }

  @Test
  void scan_bulkLengthNearTheIntegerLimit_waitsForItsBytes() {
    var scanner = new RequestScanner(new RespLimits(10, Integer.MAX_VALUE, Integer.MAX_VALUE));
    assertEquals("more", outcome(scanner, "*1\r\n$2147483647\r\nabc"));
    assertEquals(4 + 13 + 2147483647L + 2, scanner.bytesNeeded());
  }

  @Test
  void bytesNeeded_insideABulk_isItsDeclaredEnd() {
    var scanner = new RequestScanner(LIMITS);
    String command = "*2\r\n$3\r\nGET\r\n$50\r\nabc";
    assertEquals("more", outcome(scanner, command));
    assertEquals(4 + 9 + 5 + 52, scanner.bytesNeeded());
    assertEquals(1, scanner.argsLeft());
    assertEquals(50, scanner.currentBulkLength());
    assertEquals(18, scanner.position());
    assertTrue(scanner.midFrame());
  }

  @Test
  void reset_midFrame_beginsAnew() {
    var scanner = new RequestScanner(LIMITS);
    assertEquals("more", outcome(scanner, "*2\r\n$3\r\nGET\r\n$5"));
    scanner.reset();
    assertFalse(scanner.midFrame());
    assertEquals("ok", outcome(scanner, "*1\r\n$4\r\nPING\r\n"));
    assertEquals(1, scanner.frame().argCount());
  }

  @Test
  void argIs_anyCase_matchesWholeArgumentOnly() {
    var scanner = new RequestScanner(LIMITS);
    assertEquals("ok", outcome(scanner, "*2\r\n$3\r\ngEt\r\n$4\r\nGETX\r\n"));
    byte[] get = "GET".getBytes(StandardCharsets.US_ASCII);
    assertTrue(scanner.frame().argIs(0, get));
    assertFalse(scanner.frame().argIs(1, get));
    assertFalse(scanner.frame().argIs(2, get));
  }

  private static String outcome(RequestScanner scanner, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    int end = scanner.scan(bytes, 0, bytes.length);
    return switch (end) {
      case RequestScanner.NEED_MORE -> "more";
      case RequestScanner.VIOLATION -> scanner.violation();
      default -> end == bytes.length ? "ok" : "ended at " + end;
    };
  }

  /** What comes in these pieces; the unread bytes move to another array before each piece. */
  private static List<String> scan(String input, int[] cuts, Random random) {
    var scanner = new RequestScanner(LONG_LINES);
    byte[] all = input.getBytes(StandardCharsets.ISO_8859_1);
    List<String> found = new ArrayList<>();
    int head = 0;
    int base = 0;
    long needed = 0;
    for (int cut : cuts) {
      int room = random.nextInt(5);
      byte[] buffer = new byte[room + cut - head];
      System.arraycopy(all, head, buffer, room, cut - head);
      if (scanner.midFrame()) {
        scanner.rebase(buffer, room - head - base);
      }
      base = room - head;
      while (true) {
        int end = scanner.scan(buffer, head + base, cut + base);
        if (end == RequestScanner.VIOLATION) {
          found.add(scanner.violation());
          return found;
        }
        if (end == RequestScanner.NEED_MORE) {
          needed = scanner.midFrame() ? Math.max(needed, scanner.bytesNeeded()) : 0;
          break;
        }
        assertEquals(head + base, scanner.frame().start());
        assertEquals(end, scanner.frame().end());
        assertTrue(needed <= end - base - head, "asked for " + needed);
        needed = 0;
        found.add(text(scanner));
        head = end - base;
      }
    }
    return found;
  }

  private static String text(RequestScanner scanner) {
    RequestFrame frame = scanner.frame();
    if (scanner.inline()) {
      return "inline "
          + new String(
              frame.bytes(),
              frame.start(),
              frame.end() - frame.start(),
              StandardCharsets.ISO_8859_1);
    }
    List<String> args = new ArrayList<>();
    for (int i = 0; i < frame.argCount(); i++) {
      args.add(new String(frame.arg(i), StandardCharsets.ISO_8859_1));
    }
    return args.toString();
  }

  /** The same by another, simpler way, on the whole text. */
  private static List<String> reference(String input) {
    List<String> found = new ArrayList<>();
    int at = 0;
    while (at < input.length()) {
      if (input.charAt(at) != '*') {
        int lf = input.indexOf('\n', at);
        if (lf < 0) {
          return found;
        }
        found.add("inline " + input.substring(at, lf + 1));
        at = lf + 1;
        continue;
      }
      int cr = input.indexOf('\r', at);
      if (cr < 0 || cr + 1 == input.length()) {
        return found;
      }
      String count = input.substring(at + 1, cr);
      if (!isNumber(count) || Long.parseLong(count) > LIMITS.argumentsMax()) {
        found.add("ERR Protocol error: invalid multibulk length");
        return found;
      }
      at = cr + 2;
      List<String> args = new ArrayList<>();
      for (long left = Long.parseLong(count); left > 0; left--) {
        cr = input.indexOf('\r', at);
        if (cr < 0 || cr + 1 == input.length()) {
          return found;
        }
        if (input.charAt(at) != '$') {
          found.add("ERR Protocol error: expected '$', got '" + input.charAt(at) + "'");
          return found;
        }
        String length = input.substring(at + 1, cr);
        if (!isNumber(length)
            || Long.parseLong(length) < 0
            || Long.parseLong(length) > LIMITS.bulkBytesMax()) {
          found.add("ERR Protocol error: invalid bulk length");
          return found;
        }
        int end = cr + 2 + Integer.parseInt(length);
        if (end + 2 > input.length()) {
          return found;
        }
        args.add(input.substring(cr + 2, end));
        at = end + 2;
      }
      found.add(args.toString());
    }
    return found;
  }

  private static boolean isNumber(String text) {
    return text.matches("0|-?[1-9][0-9]{0,17}");
  }

  private static String commands(Random random) {
    var text = new StringBuilder();
    for (int i = 1 + random.nextInt(6); i > 0; i--) {
      switch (random.nextInt(8)) {
        case 0 -> text.append("SET k ").append("v".repeat(random.nextInt(20))).append("\r\n");
        case 1 -> text.append(random.nextBoolean() ? "*0\r\n" : "*-1\r\n");
        case 2 -> text.append("\n");
        default -> {
          int count = 1 + random.nextInt(8);
          text.append('*').append(count).append(lineEnd(random));
          for (int arg = 0; arg < count; arg++) {
            String word = word(random);
            text.append('$').append(word.length()).append(lineEnd(random)).append(word);
            text.append(random.nextInt(20) == 0 ? "$*" : "\r\n");
          }
        }
      }
    }
    return text.toString();
  }

  /** Redis does not look at the byte after a CR. */
  private static String lineEnd(Random random) {
    return random.nextInt(20) == 0 ? "\rx" : "\r\n";
  }

  private static String word(Random random) {
    int length = random.nextInt(10) == 0 ? 100 : random.nextInt(12);
    var word = new StringBuilder();
    for (int i = 0; i < length; i++) {
      word.append(
          random.nextBoolean() ? "\r\n$*0".charAt(random.nextInt(5)) : (char) random.nextInt(256));
    }
    return word.toString();
  }

  private static int[] everyByte(String input) {
    int[] cuts = new int[input.length()];
    Arrays.setAll(cuts, i -> i + 1);
    return cuts;
  }

  private static int[] randomCuts(String input, Random random) {
    int[] cuts = new int[random.nextInt(10) + 1];
    Arrays.setAll(cuts, i -> random.nextInt(input.length() + 1));
    cuts[0] = input.length();
    Arrays.sort(cuts);
    return cuts;
  }
}
