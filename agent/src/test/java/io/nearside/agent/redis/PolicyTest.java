package io.nearside.agent.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.nearside.config.CachePolicy;
import io.nearside.config.Consistency;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PolicyTest {
  private static final Policy OFF = policy("user:secret:*", false, Consistency.EVENTUAL);
  private static final Policy BYPASS = policy("live:*", true, Consistency.BYPASS);
  private static final Policy USER = policy("user:*", true, Consistency.EVENTUAL);
  private static final Policy ALL = policy("*", true, Consistency.EVENTUAL);

  @Test
  void forKey_firstMatch_decides() {
    Policy[] policies = {OFF, BYPASS, USER, ALL};
    assertNull(forKey(policies, "user:secret:1"));
    assertNull(forKey(policies, "live:1"));
    assertSame(USER, forKey(policies, "user:1"));
    assertSame(ALL, forKey(policies, "item:1"));
    assertSame(ALL, forKey(policies, ""));
  }

  @Test
  void forKey_noMatch_isNotCached() {
    assertNull(forKey(new Policy[] {USER}, "item:1"));
    assertNull(forKey(new Policy[0], "item:1"));
  }

  @Test
  void forKey_insideABuffer_looksAtTheKeyOnly() {
    byte[] bytes = "xxuser:1".getBytes(StandardCharsets.US_ASCII);
    assertSame(USER, Policy.forKey(new Policy[] {USER}, bytes, 2, 6));
    assertNull(Policy.forKey(new Policy[] {USER}, bytes, 0, 8));
  }

  @Test
  void prefixes_contained_areCoveredByTheShorter() {
    Policy[] policies = {
      policy("user:1:*", true, Consistency.EVENTUAL),
      policy("user:*", true, Consistency.EVENTUAL),
      policy("item:[0-9]", true, Consistency.EVENTUAL),
      policy("user:*", true, Consistency.EVENTUAL),
      BYPASS,
      OFF
    };
    assertEquals(List.of("user:", "item:"), prefixes(policies));
  }

  @Test
  void prefixes_anyKeyCached_areNone() {
    assertEquals(List.of(), prefixes(USER, ALL));
    assertEquals(List.of(), prefixes(USER, policy("?x", true, Consistency.EVENTUAL)));
  }

  @ParameterizedTest
  @CsvSource({
    "_|, true", "$-1|, true", "*-1|, true", "*0|, true", "%0|, true", "~0|, true",
    ":-1|, false", "$0||, false", ":0|, false", "'$1|0|', false", "'$2|-1|', false",
        "'*1|_|', false",
    "#f|, false", "+OK|, false", "'*1|$-1|', false", "',-1|', false"
  })
  void isNil_knowsNullsAndEmptyAggregates(String reply, boolean nil) {
    assertEquals(nil, Policy.isNil(wire(reply)));
  }

  @ParameterizedTest
  @CsvSource({
    "_|, true",
    "$-1|, true",
    "*0|, true",
    "$0||, true",
    ":0|, true",
    ":-1|, true",
    ":-2|, true",
    "+none|, true",
    ":1|, false",
    "+string|, false",
    "+list|, false",
    "'$1|0|', false",
    "'*1|$1|0|', false",
    "'$10|0123456789|', false"
  })
  void saysNothingThere_knowsRepliesOfMissingKeys(String reply, boolean nothing) {
    assertEquals(nothing, Policy.saysNothingThere(wire(reply)));
  }

  private static Policy policy(String match, boolean cache, Consistency consistency) {
    return Policy.of(new CachePolicy(match, cache, 1000, consistency, true, 0));
  }

  private static @Nullable Policy forKey(Policy[] policies, String key) {
    byte[] bytes = key.getBytes(StandardCharsets.US_ASCII);
    return Policy.forKey(policies, bytes, 0, bytes.length);
  }

  private static List<String> prefixes(Policy... policies) {
    Stream<byte[]> prefixes = Policy.prefixes(policies).stream();
    return prefixes.map(prefix -> new String(prefix, StandardCharsets.US_ASCII)).toList();
  }

  private static byte[] wire(String reply) {
    return reply.replace("|", "\r\n").getBytes(StandardCharsets.US_ASCII);
  }
}
