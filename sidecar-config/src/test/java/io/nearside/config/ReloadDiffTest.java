package io.nearside.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class ReloadDiffTest {
  private static final List<String> LIVE_SECTIONS =
      List.of(
          "redis.warm.",
          "redis.cache.",
          "postgres.pool.",
          "postgres.routing.",
          "postgres.readYourWrites.",
          "postgres.clients.",
          "postgres.statistics.");

  @Test
  void between_same_empty() {
    assertTrue(
        ReloadDiff.between(ConfigLoaderTest.load(""), ConfigLoaderTest.load("")).isEmpty(),
        "the generated ids differ, which is no change");
  }

  @Test
  void between_changes_eachLiveOrRestart() {
    ReloadDiff diff =
        ReloadDiff.between(
            ConfigLoaderTest.load(""),
            ConfigLoaderTest.load(
                """
                node: {id: x, zone: z}
                log: {level: DEBUG}
                coherence: {maxStalenessMillis: 200}
                redis: {listen: {port: 1}, deny: [KEYS], cache: {maxBytes: 64MiB, policies: []}}
                admin: {readiness: []}
                """));
    assertEquals(
        List.of(
            "log.level: INFO -> DEBUG (live)",
            "redis.deny: [] -> [KEYS] (live)",
            "redis.cache.maxBytes: 32MiB -> 64MiB (live)",
            "redis.cache.policies: [{match: \"*\", cache: true, ttlMaxMillis: 60000, consistency:"
                + " eventual, negative: true, staleOnErrorMillis: 0}] -> [] (live)",
            "admin.readiness: [faces] -> [] (live)"),
        diff.live().stream().map(Object::toString).toList());
    assertEquals(
        List.of("node.id", "node.zone", "coherence.maxStalenessMillis", "redis.listen.port"),
        diff.restart().stream().map(ReloadDiff.Change::path).toList());
    assertEquals(
        "redis.listen.port: 6379 -> 1 (needs a restart)", diff.restart().getLast().toString());
  }

  @Test
  void applied_liveFromNext_restFromRunning() {
    LoadedConfig running = ConfigLoaderTest.load("redis: {listen: {port: 1}}");
    LoadedConfig next =
        ConfigLoaderTest.load(
            "redis: {listen: {port: 2}, cache: {maxBytes: 64MiB}}", "NEARSIDE_LOG_LEVEL", "WARN");
    LoadedConfig applied = ReloadDiff.applied(running, next);
    assertEquals(1, applied.config().redis().listen().port());
    assertEquals(64 << 20, applied.config().redis().cache().maxBytes().bytes());
    assertEquals(LogLevel.WARN, applied.config().log().level());
    assertEquals(running.config().node(), applied.config().node());
    assertEquals("env NEARSIDE_LOG_LEVEL", applied.sources().get("log.level") + "");
    assertTrue(ReloadDiff.between(applied, next).live().isEmpty());
    assertEquals(1, ReloadDiff.between(applied, next).restart().size());
  }

  @Test
  void live_keys_areExactlyThese() {
    Set<String> live = new TreeSet<>();
    for (Key key : Key.all()) {
      boolean inLiveSection = LIVE_SECTIONS.stream().anyMatch(key.path()::startsWith);
      if (key.live() && !inLiveSection) {
        live.add(key.path());
      } else if (!key.live()) {
        assertTrue(!inLiveSection, key.path());
      }
    }
    assertEquals(
        Set.of(
            "admin.readiness",
            "coherence.sampler.perSecond",
            "log.format",
            "log.level",
            "postgres.overrides",
            "redis.clients.argumentsMax",
            "redis.clients.bulkBytesMax",
            "redis.clients.connectionsMax",
            "redis.clients.freshClientName",
            "redis.clients.inlineBytesMax",
            "redis.clients.outboundBytesMax",
            "redis.clients.pipelineMax",
            "redis.clients.stallMillis",
            "redis.deny"),
        live);
  }
}
