package io.nearside.agent.postgres.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/** A recorded conversation with a real server: both directions as they were on the wire. */
record Conversation(String name, List<Byte> clientBytes, List<Byte> serverBytes) {

  /** All recordings: PostgreSQL 15 and 18; simple, extended, COPY, refused, SCRAM, replication. */
  static List<Conversation> all() {
    var all = new ArrayList<Conversation>();
    for (String line : lines()) {
      switch (line.charAt(0)) {
        case '#' ->
            all.add(new Conversation(line.substring(2), new ArrayList<>(), new ArrayList<>()));
        case 'F' -> append(all.getLast().clientBytes, line);
        case 'B' -> append(all.getLast().serverBytes, line);
        default -> {}
      }
    }
    return all;
  }

  private static List<String> lines() {
    try (var in = Conversation.class.getResourceAsStream("conversations.txt")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void append(List<Byte> to, String line) {
    for (byte b : HexFormat.of().parseHex(line.substring(2))) {
      to.add(b);
    }
  }

  /** The client's start-up packet. */
  byte[] startup() {
    byte[] all = array(clientBytes);
    return Arrays.copyOf(all, StartupPacket.packetLength(all, 0, all.length));
  }

  /** What the client sent after it. */
  byte[] client() {
    return array(clientBytes.subList(startup().length, clientBytes.size()));
  }

  byte[] server() {
    return array(serverBytes);
  }

  private static byte[] array(List<Byte> bytes) {
    byte[] array = new byte[bytes.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = bytes.get(i);
    }
    return array;
  }

  /** Both directions of all recordings. */
  static List<byte[]> streams() {
    return all().stream()
        .<byte[]>mapMulti(
            (conversation, sink) -> {
              sink.accept(conversation.client());
              sink.accept(conversation.server());
            })
        .toList();
  }

  /** Ascending cut positions in {@code [0, length]}, the last being the length. */
  static int[] randomCuts(int length, Random random) {
    int[] cuts = new int[1 + random.nextInt(12)];
    for (int i = 0; i < cuts.length; i++) {
      cuts[i] = random.nextInt(length + 1);
    }
    cuts[0] = length;
    Arrays.sort(cuts);
    return cuts;
  }
}
