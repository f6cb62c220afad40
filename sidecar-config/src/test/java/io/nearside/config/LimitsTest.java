package io.nearside.config;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every numeric limit of the tree, at it and one past it. */
final class LimitsTest {

  /** What must hold beside a key at its limit, so that only the limit is judged. */
  private static final Map<String, List<String>> COMPANIONS =
      Map.of(
          "redis.upstream.reconnectMinMillis", List.of("redis.upstream.reconnectMaxMillis=600000"),
          "redis.upstream.reconnectMaxMillis", List.of("redis.upstream.reconnectMinMillis=1"),
          "redis.cache.maxBytes", List.of("redis.cache.entryBytesMax=64"),
          "redis.cache.entryBytesMax", List.of("redis.cache.maxBytes=1024GiB"),
          "cluster.bind.portCount", List.of("cluster.bind.port=1024"),
          "cluster.bind.port", List.of("cluster.bind.portCount=1"),
          "cluster.heartbeatMillis", List.of("cluster.heartbeatLossMillis=600000"),
          "cluster.heartbeatLossMillis", List.of("cluster.heartbeatMillis=100"),
          "postgres.pool.min", List.of("postgres.pool.max=10000"));

  private static final Map<String, List<String>> MORE_COMPANIONS =
      Map.of(
          "postgres.pool.max", List.of("postgres.pool.min=0"),
          "postgres.routing.ejectMillis", List.of("postgres.routing.ejectMaxMillis=86400000"),
          "postgres.routing.ejectMaxMillis", List.of("postgres.routing.ejectMillis=10"));

  private static final Map<String, String> LIST_WORDS =
      Map.of(
          "postgres.routing.weights", "a:1=1",
          "postgres.trackedParameters", "x",
          "redis.warm.files", "/x");

  private static LoadedConfig load(String path, String text) {
    Map<String, String> environment = new java.util.HashMap<>();
    for (String companion :
        COMPANIONS.getOrDefault(path, MORE_COMPANIONS.getOrDefault(path, List.of()))) {
      int equals = companion.indexOf('=');
      environment.put(
          Key.variable(companion.substring(0, equals)), companion.substring(equals + 1));
    }
    environment.put(Key.variable(path), text);
    return ConfigLoader.loadText("", "empty", environment);
  }

  private static void assertRefused(String path, String text) {
    ConfigException refused = assertThrows(ConfigException.class, () -> load(path, text));
    assertEquals(1, refused.problems().size(), refused.getMessage());
    assertEquals(path, refused.problems().getFirst().path());
  }

  @TestFactory
  List<DynamicTest> load_everyNumber_limitsHold() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Key key : Key.all()) {
      boolean number =
          key.field().type() == ScalarType.INT
              || key.field().type() == ScalarType.LONG
              || key.field().type() == ScalarType.SIZE;
      if (number) {
        tests.add(DynamicTest.dynamicTest(key.path(), () -> assertLimits(key)));
      }
    }
    assertTrue(tests.size() > 25, "numbers found: " + tests.size());
    return tests;
  }

  private static void assertLimits(Key key) {
    long min = key.field().setting().min();
    long max = key.field().setting().max();
    assertTrue(min >= 0 && max < Long.MAX_VALUE, "no limits");
    assertDoesNotThrow(() -> load(key.path(), Long.toString(min)));
    assertDoesNotThrow(() -> load(key.path(), Long.toString(max)));
    assertRefused(key.path(), Long.toString(min - 1));
    assertRefused(key.path(), Long.toString(max + 1));
  }

  @TestFactory
  List<DynamicTest> load_everyListOfText_limitHolds() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Key key : Key.all()) {
      if (key.field().type() instanceof ListType list && list.element() == ScalarType.TEXT) {
        String word = LIST_WORDS.getOrDefault(key.path(), "X") + ",";
        int max = Math.toIntExact(key.field().setting().max());
        tests.add(
            DynamicTest.dynamicTest(
                key.path(),
                () -> {
                  assertDoesNotThrow(() -> load(key.path(), word.repeat(max)));
                  assertRefused(key.path(), word.repeat(max + 1));
                }));
      }
    }
    assertEquals(7, tests.size());
    return tests;
  }

  @Test
  void load_membersAtAndPastTheLimit_judged() {
    assertDoesNotThrow(() -> load("cluster.join.members", "a:1,".repeat(1024)));
    assertRefused("cluster.join.members", "a:1,".repeat(1025));
  }

  @Test
  void load_policiesAtAndPastTheLimit_judged() {
    assertDoesNotThrow(() -> load("redis.cache.policies", policies(256)));
    assertRefused("redis.cache.policies", policies(257));
  }

  private static String policies(int count) {
    StringBuilder yaml = new StringBuilder("[");
    for (int i = 0; i < count; i++) {
      yaml.append("{match: 'p").append(i).append("'},");
    }
    return yaml.append(']').toString();
  }

  @Test
  void load_policyTtl_limitsHold() {
    for (String good : List.of("1", "86400000")) {
      assertDoesNotThrow(
          () -> load("redis.cache.policies", "[{match: a, ttlMaxMillis: " + good + "}]"));
    }
    for (String bad : List.of("0", "86400001")) {
      ConfigException refused =
          assertThrows(
              ConfigException.class,
              () -> load("redis.cache.policies", "[{match: a, ttlMaxMillis: " + bad + "}]"));
      assertEquals("redis.cache.policies[0].ttlMaxMillis", refused.problems().getFirst().path());
    }
  }

  @Test
  void load_clusterSecret_sixteenBytesAtLeast() {
    assertDoesNotThrow(() -> load("cluster.secret", "0123456789abcdef"));
    assertRefused("cluster.secret", "0123456789abcde");
    assertDoesNotThrow(() -> load("cluster.secret", "\u00e4".repeat(8)));
  }

  @Test
  void load_textLimits_hold() {
    assertDoesNotThrow(() -> load("node.id", "a".repeat(128)));
    assertRefused("node.id", "a".repeat(129));
    assertRefused("node.id", "-a");
    assertDoesNotThrow(() -> load("redis.listen.unixSocket", "/" + "s".repeat(106)));
    assertRefused("redis.listen.unixSocket", "/" + "s".repeat(107));
    assertRefused("redis.listen.unixSocket", "relative");
    assertDoesNotThrow(() -> load("redis.listen.unixSocketMode", "0770"));
    assertRefused("redis.listen.unixSocketMode", "0888");
    assertRefused("redis.listen.host", "");
    assertRefused("redis.clients.freshClientName", "two words");
    assertRefused("cluster.name", "");
  }

  @Test
  void construct_recordDirectly_sameLimits() {
    ConfigException refused =
        assertThrows(
            ConfigException.class, () -> new CoherenceConfig(99, 1000, new SamplerConfig(1)));
    assertEquals("maxStalenessMillis: 99 (expected 100..60000)", refused.getMessage());
  }
}
