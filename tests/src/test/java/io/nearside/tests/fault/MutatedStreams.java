package io.nearside.tests.fault;

import io.nearside.tests.stack.RawRedis;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Streams of commands that are nearly right: bytes changed, left out, doubled; lengths that lie;
 * tails cut; two streams spliced; and now and then noise. One thread.
 */
final class MutatedStreams {
  private static final List<String> NUMBERS =
      List.of(
          "0",
          "-1",
          "-2",
          "1",
          "2",
          "512",
          "65536",
          "65537",
          "1048576",
          "1048577",
          "536870912",
          "536870913",
          "2147483647",
          "2147483648",
          "4294967296",
          "9223372036854775807",
          "9223372036854775808",
          "99999999999999999999",
          "+1",
          "01",
          " 1",
          "1 ",
          "1e3",
          "",
          "0x10");
  private static final int NOISE_BYTES_MAX = 4_096;

  private final SplittableRandom random;

  MutatedStreams(SplittableRandom random) {
    this.random = random;
  }

  byte[] next() {
    if (random.nextInt(10) == 0) {
      byte[] noise = new byte[1 + random.nextInt(NOISE_BYTES_MAX)];
      random.nextBytes(noise);
      return noise;
    }
    byte[] stream = valid();
    int mutations = 1 + random.nextInt(4);
    for (int i = 0; i < mutations && stream.length > 0; i++) {
      stream = mutate(stream);
    }
    return stream;
  }

  private byte[] valid() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int commands = 1 + random.nextInt(8);
    for (int i = 0; i < commands; i++) {
      out.writeBytes(command("fuzz:" + random.nextInt(20)));
    }
    return out.toByteArray();
  }

  private byte[] command(String key) {
    return switch (random.nextInt(14)) {
      case 0 -> RawRedis.encode("SET", key, "x".repeat(random.nextInt(2_000)));
      case 1 -> RawRedis.encode("MGET", key, "fuzz:1", "fuzz:2", "fuzz:3");
      case 2 -> RawRedis.encode("HSET", key + "h", "f", "v", "g", "w");
      case 3 -> RawRedis.encode("HGETALL", key + "h");
      case 4 -> RawRedis.encode("MULTI");
      case 5 -> RawRedis.encode("EXEC");
      case 6 -> RawRedis.encode("HELLO", "3");
      case 7 -> RawRedis.encode("SUBSCRIBE", "news");
      case 8 -> RawRedis.encode("EVAL", "return {1,{2,{3}},ARGV[1]}", "1", key, "a");
      case 9 -> ("SET " + key + " \"a\\x00b\"\r\n").getBytes(StandardCharsets.US_ASCII);
      case 10 -> ("PING\r\n\r\nGET " + key + "\n").getBytes(StandardCharsets.US_ASCII);
      case 11 -> RawRedis.encode("BLPOP", key + "l", "0.01");
      case 12 -> RawRedis.encode("LPUSH", key + "l", "a", "b", "c");
      default -> RawRedis.encode("GET", key);
    };
  }

  private byte[] mutate(byte[] stream) {
    int at = random.nextInt(stream.length);
    return switch (random.nextInt(7)) {
      case 0 -> {
        byte[] changed = stream.clone();
        changed[at] ^= (byte) (1 << random.nextInt(8));
        yield changed;
      }
      case 1 -> replace(stream, at, Math.min(stream.length, at + 1 + random.nextInt(8)), "");
      case 2 -> Arrays.copyOf(stream, at);
      case 3 -> {
        int end = Math.min(stream.length, at + 1 + random.nextInt(64));
        String part = new String(Arrays.copyOfRange(stream, at, end), StandardCharsets.ISO_8859_1);
        yield replace(stream, at, at, part);
      }
      case 4 -> replace(stream, at, at, "\r\n");
      default -> lie(stream, at);
    };
  }

  /** Puts a wrong number where a length stands. */
  private byte[] lie(byte[] stream, int from) {
    for (int i = from; i < stream.length; i++) {
      if (stream[i] == '*' || stream[i] == '$') {
        int end = i + 1;
        while (end < stream.length && stream[end] != '\r') {
          end++;
        }
        return replace(stream, i + 1, end, NUMBERS.get(random.nextInt(NUMBERS.size())));
      }
    }
    return stream;
  }

  private static byte[] replace(byte[] stream, int from, int to, String by) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(stream, 0, from);
    out.writeBytes(by.getBytes(StandardCharsets.ISO_8859_1));
    out.write(stream, to, stream.length - to);
    return out.toByteArray();
  }
}
