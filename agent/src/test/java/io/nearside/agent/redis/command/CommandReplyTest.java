package io.nearside.agent.redis.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandReplyTest {
  private static final List<CommandSpec> BUNDLED = CommandText.bundled();

  @Test
  void parse_resp2WithTenElements_equalsWhatWasEncoded() {
    byte[] reply = CommandReplyBytes.encode(BUNDLED, 10, false);

    assertEquals(BUNDLED, CommandReply.parse(reply));
  }

  @Test
  void parse_resp3SetsAndMaps_equalsWhatWasEncoded() {
    byte[] reply = CommandReplyBytes.encode(BUNDLED, 10, true);

    assertEquals(BUNDLED, CommandReply.parse(reply));
  }

  @Test
  void parse_elementsOfANewerServer_areIgnored() {
    byte[] reply = CommandReplyBytes.encode(BUNDLED, 12, true);

    assertEquals(BUNDLED, CommandReply.parse(reply));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 6, 7})
  void parse_olderShapes_takeTheBundledDescription(int elements) {
    byte[] reply = CommandReplyBytes.encode(BUNDLED, elements, false);

    assertEquals(BUNDLED, CommandTable.parse(reply).specs());
  }

  @Test
  void parse_olderShapeOfAModuleCommand_usesItsPositions() {
    CommandTable table =
        parse("*1\r\n*7\r\n$7\r\nMOD.PUT\r\n:-3\r\n*1\r\n+write\r\n:2\r\n:-2\r\n:1\r\n*0\r\n");

    assertEquals(List.of("a", "b"), Frames.keys(table, Frames.line("mod.put x a b y")));
  }

  @Test
  void parse_olderShapeWithMovableKeys_namesNoKeys() {
    CommandTable table =
        parse(
            "*1\r\n*6\r\n$7\r\nmod.put\r\n:-3\r\n*2\r\n+write\r\n+movablekeys\r\n:1\r\n:1\r\n:1\r\n");

    assertEquals(List.of("a", "..."), Frames.keys(table, Frames.line("mod.put a b")));
  }

  @Test
  void parse_errorReply_saysWhatTheUpstreamSaid() {
    var e =
        assertThrows(
            MalformedCommandReplyException.class,
            () -> parse("-NOPERM this user has no permissions to run the 'command' command\r\n"));

    assertTrue(String.valueOf(e.getMessage()).contains("NOPERM"), e::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "*1",
        "*1\r\n",
        "*0\r\n",
        "*-1\r\n",
        "_\r\n",
        ":1\r\n",
        "+OK\r\n",
        "$3\r\nget\r\n",
        "*1\r\n$3\r\nget\r\n",
        "*1\r\n*0\r\n",
        "*1\r\n*2\r\n$3\r\nget\r\n:2\r\n",
        "*1\r\n*3\r\n:1\r\n:2\r\n*0\r\n",
        "*1\r\n*3\r\n$3\r\nget\r\n$1\r\n2\r\n*0\r\n",
        "*1\r\n*3\r\n$0\r\n\r\n:2\r\n*0\r\n",
        "*1\r\n*3\r\n$3\r\ng t\r\n:2\r\n*0\r\n",
        "*1\r\n*3\r\n$3\r\nget\r\n:2\r\n*0\r\nrest",
        "*2147483647\r\n",
        "*9223372036854775807\r\n",
        "*99999999999999999999\r\n",
        "%1073741824\r\n",
        "*-2\r\n",
        "$2147483647\r\n",
        "$-5\r\n",
        "*?\r\n",
        "@1\r\n"
      })
  void parse_nonsense_throws(String reply) {
    assertThrows(MalformedCommandReplyException.class, () -> parse(reply));
  }

  @Test
  void parse_depthAtTheLimit_isNotTheProblem() {
    assertFalse(deep(ReplyTree.DEPTH_MAX).contains("nested"), deep(ReplyTree.DEPTH_MAX));
    assertTrue(deep(ReplyTree.DEPTH_MAX + 1).contains("nested"), deep(ReplyTree.DEPTH_MAX + 1));
    assertTrue(deep(1_000_000).contains("nested"), "a deep reply is refused, not recursed into");
  }

  private static String deep(int depth) {
    return String.valueOf(
        assertThrows(
                MalformedCommandReplyException.class,
                () -> parse("*1\r\n".repeat(depth) + ":1\r\n"))
            .getMessage());
  }

  @Test
  void parse_replyOverTheLimit_isRefusedUnread() {
    byte[] reply = new byte[ReplyTree.REPLY_BYTES_MAX + 1];

    assertThrows(MalformedCommandReplyException.class, () -> CommandTable.parse(reply));
  }

  @Test
  void parse_tooManyCommands_isRefused() {
    String entry = "*3\r\n$1\r\nx\r\n:1\r\n*0\r\n";
    String reply = "*" + (CommandReply.COMMANDS_MAX + 1) + "\r\n";

    assertThrows(
        MalformedCommandReplyException.class,
        () -> parse(reply + entry.repeat(CommandReply.COMMANDS_MAX + 1)));
  }

  @Test
  void parse_everyTruncation_throws() {
    byte[] reply = CommandReplyBytes.encode(BUNDLED.subList(0, 12), 10, true);

    for (int length = 0; length < reply.length; length++) {
      byte[] part = Arrays.copyOf(reply, length);
      assertThrows(MalformedCommandReplyException.class, () -> CommandReply.parse(part));
    }
  }

  /** Random damage: either a table or the one exception, in bounded time. */
  @Test
  void parse_damagedReplies_giveATableOrTheException() {
    long seed = Long.getLong("nearside.seed", System.nanoTime());
    System.out.println("CommandReplyTest seed " + seed);
    var random = new Random(seed);
    byte[] good = CommandReplyBytes.encode(BUNDLED.subList(100, 140), 10, true);
    assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () -> {
          for (int round = 0; round < 5_000; round++) {
            parseDamaged(good.clone(), random, seed);
          }
        });
  }

  private static void parseDamaged(byte[] reply, Random random, long seed) {
    String alphabet = "*$:+-~%|_,#0123456789\r\n@?;|";
    for (int hit = random.nextInt(6); hit >= 0; hit--) {
      int at = random.nextInt(reply.length);
      reply[at] =
          random.nextInt(4) == 0
              ? (byte) random.nextInt(256)
              : (byte) alphabet.charAt(random.nextInt(alphabet.length()));
    }
    try {
      CommandTable table = CommandTable.parse(reply);
      var frame = Frames.line("XREADGROUP GROUP g c STREAMS a b 1 2");
      for (Command command : table.commands()) {
        command.keys(frame, _ -> {});
        command.cacheableKeyIndex(frame);
      }
    } catch (MalformedCommandReplyException _) {
      // the allowed outcome
    } catch (RuntimeException e) {
      throw new AssertionError("seed " + seed, e);
    }
  }

  private static CommandTable parse(String reply) {
    return CommandTable.parse(reply.getBytes(StandardCharsets.ISO_8859_1));
  }
}
