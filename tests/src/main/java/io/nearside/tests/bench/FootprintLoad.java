package io.nearside.tests.bench;

import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Reads that fill 32 MiB of near-cache and then hit it a million times. */
final class FootprintLoad {
  static final int HITS = 1_000_000;

  private static final int KEYS = 50_000;
  private static final int HOT_KEYS = 1_000;
  private static final int VALUE_BYTES = 1_000;
  private static final int PIPELINE = 100;

  private final RedisServer redis;

  FootprintLoad(RedisServer redis) {
    this.redis = redis;
  }

  static String key(int number) {
    return "key:%08d".formatted(number);
  }

  /** Writes more values than the near-cache holds to Redis itself. */
  void fill() throws IOException {
    try (RawRedis client = redis.connect()) {
      String value = "v".repeat(VALUE_BYTES);
      for (int from = 0; from < KEYS; from += PIPELINE) {
        var commands = new ByteArrayOutputStream();
        for (int i = from; i < from + PIPELINE; i++) {
          commands.writeBytes(RawRedis.encode("SET", key(i), value));
        }
        client.send(commands.toByteArray());
        client.read(PIPELINE);
      }
    }
  }

  /** Reads all once, so that the near-cache is full, and the hot ones a million times. */
  void run(SidecarProcess sidecar) throws IOException {
    try (RawRedis client = RawRedis.connect(sidecar.redisPort())) {
      read(client, KEYS, KEYS);
      // A few more than a million: the first read of a hot key may have been displaced since.
      read(client, HOT_KEYS, HITS + 10 * HOT_KEYS);
    }
  }

  private static void read(RawRedis client, int keys, int reads) throws IOException {
    for (int done = 0; done < reads; done += PIPELINE) {
      var commands = new ByteArrayOutputStream();
      for (int i = done; i < done + PIPELINE; i++) {
        commands.writeBytes(RawRedis.encode("GET", key(i % keys)));
      }
      client.send(commands.toByteArray());
      client.read(PIPELINE);
    }
  }
}
