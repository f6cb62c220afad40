package io.nearside.agent.redis.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.redis.resp.InlineCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Inline commands and globs beside a real Redis 7.0.15, which is the model. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RealRedisTextTest {
  private static final String INLINE_ALPHABET = "ab  \t\"\"''\\\\xx0af1nrtb*?[]-^\u000b\f\r\u00e9";
  private static final String GLOB_ALPHABET = "ab***??[[]]-^\\c";
  private static final String KEY_ALPHABET = "abc-^]\\*[?\u00e9";

  private @Nullable RealRedis redis;

  @BeforeAll
  void start() throws IOException, InterruptedException {
    redis = RealRedis.start();
  }

  @AfterAll
  void stop() throws IOException {
    if (redis != null) {
      redis.close();
    }
  }

  private RealRedis redis() {
    return Objects.requireNonNull(redis);
  }

  @Test
  void inline_randomLines_areSplitAsTheServerSplitsThem() throws Exception {
    long seed = Long.getLong("nearside.seed", System.nanoTime());
    System.out.println("RealRedisTextTest seed " + seed);
    var random = new Random(seed);
    int balanced = 0;
    for (int i = 0; i < 4_000; i++) {
      String tail = word(random, INLINE_ALPHABET, 1 + random.nextInt(14));
      byte[] line = latin1("EVAL 'return {#ARGV, unpack(ARGV)}' 0 " + tail);
      byte[] ours = InlineCommand.canonical(line, 0, line.length);
      String server = inlineReply(line);
      String message = "seed " + seed + ", line " + tail;
      if (ours == null) {
        assertTrue(server.contains("unbalanced quotes"), message + ": " + server);
        redis().reconnect();
      } else {
        assertEquals(text(redis().rawBytes(ours)), server, message);
        balanced++;
      }
    }
    assertTrue(balanced > 500, "balanced lines: " + balanced);
  }

  private String inlineReply(byte[] line) throws IOException {
    return text(redis().rawBytes(latin1(text(line) + "\r\n")));
  }

  @Test
  void glob_randomPatterns_matchTheKeysThatTheServerFinds() throws Exception {
    long seed = Long.getLong("nearside.seed", System.nanoTime());
    var random = new Random(seed);
    redis().raw("FLUSHALL");
    for (int i = 0; i < 600; i++) {
      redis().raw("SET", word(random, KEY_ALPHABET, 1 + random.nextInt(6)), "v");
    }
    List<String> keys = keys("*");
    for (int i = 0; i < 4_000; i++) {
      String pattern = word(random, GLOB_ALPHABET, 1 + random.nextInt(8));
      RedisGlob glob = RedisGlob.of(latin1(pattern));
      List<String> ours = new ArrayList<>();
      for (String key : keys) {
        if (glob.matches(latin1(key))) {
          ours.add(key);
          assertTrue(key.startsWith(text(glob.literalPrefix())), "seed " + seed + " " + pattern);
        }
      }

      assertEquals(keys(pattern), ours, "seed " + seed + ", pattern " + pattern);
    }
  }

  private List<String> keys(String pattern) throws IOException {
    List<String> keys = new ArrayList<>();
    if (redis().ask("KEYS", pattern) instanceof List<?> found) {
      found.forEach(key -> keys.add(String.valueOf(key)));
    }
    Collections.sort(keys);
    return keys;
  }

  private static String word(Random random, String alphabet, int length) {
    var word = new StringBuilder();
    for (int i = 0; i < length; i++) {
      word.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return word.toString();
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
