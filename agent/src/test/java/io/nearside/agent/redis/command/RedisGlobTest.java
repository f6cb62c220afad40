package io.nearside.agent.redis.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RedisGlobTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      value = {
        "user:*,user:1,true",
        "user:*,user:,true",
        "user:*,users,false",
        "User:*,user:1,false",
        "*,anything,true",
        "'','',true",
        "'',a,false",
        "*,'',true",
        "a?c,abc,true",
        "a?c,ac,false",
        "h[ae]llo,hallo,true",
        "h[ae]llo,hillo,false",
        "h[^e]llo,hallo,true",
        "h[^e]llo,hello,false",
        "h[a-c]llo,hbllo,true",
        "h[c-a]llo,hbllo,true",
        "h[a-c]llo,hdllo,false",
        "a\\*b,a*b,true",
        "a\\*b,axb,false",
        "a\\,a\\,true",
        "[\\]],],true",
        "[],a,false",
        "[^],a,true",
        "a[b,ab,true",
        "a[b,ac,false",
        "*a*b*,xxaxxbxx,true",
        "*a*b*,xxbxxaxx,false",
        "*ab,aab,true",
        "a**b,ab,true",
        "*?,'',false",
        "*?,a,true",
      })
  void matches_patternAndKey_followsRedis(String pattern, String key, boolean expected) {
    assertEquals(expected, RedisGlob.of(pattern).matches(key.getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @CsvSource({
    "user:*,user:,false,true",
    "user:1,user:1,true,false",
    "a\\*b*,a*b,false,true",
    "*x,'',false,false",
    "ab?,ab,false,false",
    "a[b]c,a,false,false",
    "a\\,a\\,true,false",
  })
  void literalPrefix_ofAPattern_isWhatEveryKeyBeginsWith(
      String pattern, String prefix, boolean literal, boolean prefixOnly) {
    RedisGlob glob = RedisGlob.of(pattern);

    assertArrayEquals(prefix.getBytes(StandardCharsets.UTF_8), glob.literalPrefix());
    assertEquals(literal, glob.isLiteral());
    assertEquals(prefixOnly, glob.isPrefix());
  }

  @Test
  void matches_partOfAnArray_looksAtThatPartOnly() {
    byte[] bytes = "xxuser:1yy".getBytes(StandardCharsets.UTF_8);

    assertTrue(RedisGlob.of("user:?").matches(bytes, 2, 6));
    assertFalse(RedisGlob.of("user:?").matches(bytes, 2, 7));
  }

  @Test
  void matches_manyStars_takesPatternTimesKeyAtMost() {
    RedisGlob glob = RedisGlob.of("a*".repeat(2_000) + "b");
    byte[] key = "a".repeat(20_000).getBytes(StandardCharsets.UTF_8);

    assertFalse(assertTimeoutPreemptively(Duration.ofSeconds(10), () -> glob.matches(key)));
  }
}
