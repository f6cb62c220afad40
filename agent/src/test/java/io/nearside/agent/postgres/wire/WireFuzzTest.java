package io.nearside.agent.postgres.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Recorded conversations with bytes changed, lost, doubled and cut: whatever comes, it is delimited
 * the same for any split, and every reader either answers or says {@link WireViolation}.
 */
final class WireFuzzTest {
  private static final int ROUNDS = 20_000;
  private static final int LENGTH_MAX = 1 << 16;
  private static final byte[] NAME = Latin.bytes("nearside_99");

  /** A reader over one whole message. */
  private interface Reader {
    void read(byte[] bytes, int from, int to);
  }

  private static final List<Reader> READERS =
      List.of(
          ErrorFields::parse,
          Backend::authenticationCode,
          Backend::authenticationBody,
          Backend::saslMechanisms,
          Backend::parameterStatus,
          Backend::parameterStatusValue,
          Backend::backendKey,
          Backend::transactionStatus,
          Backend::negotiatedMinor,
          Backend::negotiatedUnrecognized,
          Backend::commandTag,
          Backend::rows,
          Frontend::queryText,
          Frontend::executeRowsMax,
          Frontend::passwordBytes,
          Frontend::saslMechanism,
          Frontend::saslInitialData,
          Frontend::saslData,
          StatementNames::namesStatement,
          StatementNames::definition,
          StatementNames::text);

  @Test
  void scanner_mutatedStreams_endTheSameForAnySplit() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    List<byte[]> streams = Conversation.streams();
    int violations = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] stream = mutated(window(streams, random), random);
      List<String> expected = Delimited.reference(stream, LENGTH_MAX);
      violations += expected.getLast().equals(Delimited.VIOLATION) ? 1 : 0;
      int[] cuts = Conversation.randomCuts(stream.length, random);
      List<String> found = Delimited.of(stream, LENGTH_MAX, cuts);
      assertEquals(expected, found, () -> about(seed, stream) + " cuts " + Arrays.toString(cuts));
    }
    assertTrue(violations > ROUNDS / 100, "some must be hostile: " + violations);
  }

  @Test
  void readers_mutatedMessages_answerOrSayViolation() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    List<byte[]> messages =
        Conversation.streams().stream().flatMap(s -> Delimited.messages(s).stream()).toList();
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] message = mutated(messages.get(random.nextInt(messages.size())), random);
      if (message.length >= 5 && random.nextInt(4) > 0) {
        Int32.write(message, 1, message.length - 1); // past the first check, to the fields
      }
      // Other bytes around it, which no reader may take for its own.
      byte[] around = new byte[message.length + 20];
      System.arraycopy(message, 0, around, 10, message.length);
      int to = 10 + message.length;
      for (Reader reader : READERS) {
        refused += refuses(reader, around, 10, to, seed) ? 1 : 0;
        if (message.length >= 5) {
          refused += refuses(retyped(reader), around, 10, to, seed) ? 1 : 0;
        }
      }
      checkNames(around, 10, to, seed);
    }
    assertTrue(refused > ROUNDS, "some must be refused: " + refused);
  }

  /** The reader, over the message as if it had each type that some reader wants. */
  private static Reader retyped(Reader reader) {
    return (bytes, from, to) -> {
      byte[] copy = bytes.clone();
      WireViolation last = null;
      for (char type : "ERSKZvCQEpPBD".toCharArray()) {
        copy[from] = (byte) type;
        try {
          reader.read(copy, from, to);
        } catch (WireViolation e) {
          last = e;
        }
      }
      if (last != null) {
        throw last;
      }
    };
  }

  private static boolean refuses(Reader reader, byte[] bytes, int from, int to, long seed) {
    try {
      reader.read(bytes, from, to);
      return false;
    } catch (WireViolation _) {
      return true;
    } catch (RuntimeException e) {
      throw new AssertionError(about(seed, Arrays.copyOfRange(bytes, from, to)), e);
    }
  }

  /** Renamed and renamed back is the same message; its beginning is renamed the same way. */
  private static void checkNames(byte[] bytes, int from, int to, long seed) {
    try {
      if (!StatementNames.namesStatement(bytes, from, to)) {
        return;
      }
      byte[] name = StatementNames.name(bytes, from, to);
      byte[] renamed = StatementNames.rename(bytes, from, to, NAME);
      assertArrayEquals(NAME, StatementNames.name(renamed, 0, renamed.length));
      byte[] back = StatementNames.rename(renamed, 0, renamed.length, name);
      assertArrayEquals(Arrays.copyOfRange(bytes, from, to), back);
      int head = StatementNames.headLength(bytes, from, to);
      byte[] renamedHead = StatementNames.renameHead(bytes, from, from + head, NAME);
      assertArrayEquals(Arrays.copyOf(renamed, renamedHead.length), renamedHead);
    } catch (WireViolation _) {
      return;
    } catch (RuntimeException e) {
      throw new AssertionError(about(seed, Arrays.copyOfRange(bytes, from, to)), e);
    }
  }

  @Test
  void startupPackets_mutated_areTakenOrRefusedOrWantMore() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    List<byte[]> packets =
        new ArrayList<>(Conversation.all().stream().map(Conversation::startup).toList());
    packets.add(Frontend.cancelRequest(7, new byte[32]));
    packets.add(Frontend.sslRequest());
    int[] outcomes = new int[3];
    for (int round = 0; round < ROUNDS; round++) {
      byte[] packet = mutated(packets.get(random.nextInt(packets.size())), random);
      if (packet.length >= 4 && random.nextBoolean()) {
        Int32.write(packet, 0, packet.length);
      }
      try {
        outcomes[StartupPacket.parse(packet, 0, packet.length) == null ? 0 : 1]++;
      } catch (WireViolation _) {
        outcomes[2]++;
      } catch (RuntimeException e) {
        throw new AssertionError(about(seed, packet), e);
      }
    }
    for (int outcome : outcomes) {
      assertTrue(outcome > ROUNDS / 100, Arrays.toString(outcomes));
    }
  }

  /** Some messages of a stream: mutations of whole streams would all be alike. */
  private static byte[] window(List<byte[]> streams, Random random) {
    byte[] stream = streams.get(random.nextInt(streams.size()));
    List<byte[]> messages = Delimited.messages(stream);
    if (messages.isEmpty()) {
      return stream;
    }
    int first = random.nextInt(messages.size());
    var out = new ByteArrayOutputStream();
    for (int i = first; i < Math.min(messages.size(), first + 6); i++) {
      out.writeBytes(messages.get(i));
    }
    return out.toByteArray();
  }

  private static byte[] mutated(byte[] original, Random random) {
    byte[] bytes = original.clone();
    for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] = 0;
        case 2 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 3 -> bytes = Arrays.copyOf(bytes, at);
        case 4 -> bytes = without(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(8)));
        default -> {
          if (at + 4 <= bytes.length) {
            int[] hostile = {-1, 0, 3, 4, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x3fffffff, 65536};
            Int32.write(bytes, at, hostile[random.nextInt(hostile.length)]);
          }
        }
      }
    }
    return bytes;
  }

  private static byte[] without(byte[] bytes, int from, int to) {
    byte[] left = Arrays.copyOf(bytes, bytes.length - (to - from));
    System.arraycopy(bytes, to, left, from, bytes.length - to);
    return left;
  }

  private static String about(long seed, byte[] bytes) {
    return "seed " + seed + ": " + HexFormat.of().formatHex(bytes);
  }
}
