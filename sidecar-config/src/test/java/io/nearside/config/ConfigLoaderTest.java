package io.nearside.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigLoaderTest {
  @TempDir private Path directory = Path.of("");

  static LoadedConfig load(String yaml, String... environment) {
    return ConfigLoader.loadText(yaml, "nearside.yaml", environment(environment));
  }

  static List<String> problems(String yaml, String... environment) {
    ConfigException refused = assertThrows(ConfigException.class, () -> load(yaml, environment));
    return refused.problems().stream().map(Problem::toString).toList();
  }

  private static Map<String, String> environment(String... pairs) {
    Map<String, String> environment = new java.util.HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      environment.put(pairs[i], pairs[i + 1]);
    }
    return environment;
  }

  @Test
  void load_nothing_defaults() {
    NearsideConfig config = load("").config();
    assertEquals(6379, config.redis().listen().port());
    assertEquals("redis://127.0.0.1:6380", config.redis().upstream().url().toString());
    assertEquals(32 << 20, config.redis().cache().maxBytes().intBytes());
    assertEquals(
        List.of(new CachePolicy("*", true, 60_000, Consistency.EVENTUAL, true, 0)),
        config.redis().cache().policies());
    assertEquals(List.of(ReadinessCheck.FACES), config.admin().readiness());
    assertTrue(config.node().id().matches("sidecar-[0-9a-f]{4}"), config.node().id());
  }

  @Test
  void load_emptySections_defaults() {
    NearsideConfig config = load("redis:\n  listen:\ncluster:\n").config();
    assertEquals(NearsideConfig.defaults().redis(), config.redis());
  }

  @Test
  void load_podName_partOfTheId() {
    String id = load("", "POD_NAME", "web-7", "HOSTNAME", "other").config().node().id();
    assertTrue(id.matches("web-7-[0-9a-f]{4}"), id);
    String host = load("", "HOSTNAME", "_box 1").config().node().id();
    assertTrue(host.matches("box-1-[0-9a-f]{4}"), host);
    assertEquals("me", load("node: {id: me}", "POD_NAME", "web-7").config().node().id());
  }

  @Test
  void load_manyMistakes_allAtOnceInOrder() {
    assertEquals(
        List.of(
            "log.level: LOUD (expected one of TRACE, DEBUG, INFO, WARN, ERROR), line 1 of"
                + " nearside.yaml",
            "redis.listen.prot: unknown key (did you mean redis.listen.port?), line 3 of"
                + " nearside.yaml",
            "redis.cache.maxBytes: lots (expected a size as 32MiB, 64KiB, 10MB or a number of"
                + " bytes), line 4 of nearside.yaml",
            "cluster.heartbeatMillis: 99 (expected 100..60000), line 5 of nearside.yaml",
            "cluster.secret: none (expected a secret, as topology is embedded)",
            "admin.port: 70000 (expected 0..65535), from NEARSIDE_ADMIN_PORT"),
        problems(
            """
            log: {level: LOUD}
            redis:
              listen: {prot: 1}
              cache: {maxBytes: lots}
            cluster: {topology: embedded, heartbeatMillis: 99}
            """,
            "NEARSIDE_ADMIN_PORT",
            "70000"));
  }

  @Test
  void load_tree_sameAsText() {
    Map<String, Object> tree = Map.of("redis", Map.of("listen", Map.of("port", 70_000)));
    ConfigException refused =
        assertThrows(ConfigException.class, () -> ConfigLoader.load(tree, "tree", Map.of()));
    assertEquals("redis.listen.port: 70000 (expected 0..65535)", refused.getMessage());
  }

  @Test
  void load_wrongTypes_eachNamed() {
    assertEquals(
        List.of(
            "node.zone: 7 (expected text; put it in quotes), line 1 of nearside.yaml",
            "redis.listen: a list (expected a map of keys), line 3 of nearside.yaml",
            "redis.upstream.connectMillis: 1.5 (expected a whole number), line 4 of nearside.yaml",
            "redis.deny: KEYS (expected a list), line 5 of nearside.yaml",
            "redis.tracking.enabled: maybe (expected true or false), line 6 of nearside.yaml",
            "admin.port: 99999999999999999999 (expected 0..65535), line 7 of nearside.yaml"),
        problems(
            """
            node: {zone: 7}
            redis:
              listen: [1]
              upstream: {connectMillis: 1.5}
              deny: KEYS
              tracking: {enabled: maybe}
            admin: {port: 99999999999999999999}
            """));
  }

  @Test
  void load_topLevelNotMap_refused() {
    assertEquals(
        List.of("nearside.yaml: a list (expected a map of keys), line 1 of nearside.yaml"),
        problems("- 1\n"));
  }

  @Test
  void load_keysGivenTwice_eachWithBothLines() {
    assertEquals(
        List.of(
            "log.level: given twice (expected once; first on line 2), line 3 of nearside.yaml",
            "log: given twice (expected once; first on line 1), line 4 of nearside.yaml"),
        problems("log:\n  level: INFO\n  level: WARN\nlog: {format: json}\n"));
  }

  @Test
  void load_notYaml_lineButNoText() {
    assertEquals(
        List.of(
            "nearside.yaml: can not be read (expected one YAML 1.1 document of at most 1 MiB"
                + " without recursion), line 2 of nearside.yaml"),
        problems("a: [hunter2\nb: }hunter2"));
  }

  @Test
  void load_recursiveAlias_refused() {
    assertEquals(1, problems("a: &a [*a]\n").size());
  }

  @Test
  void load_aliasBomb_refused() {
    StringBuilder yaml = new StringBuilder("a0: &a0 [x]\n");
    for (int i = 1; i < 40; i++) {
      yaml.append("a%d: &a%d [*a%d, *a%d]%n".formatted(i, i, i - 1, i - 1));
    }
    assertEquals(1, problems(yaml.toString()).size());
  }

  @Test
  void load_onAndOff_booleansAndWords() {
    NearsideConfig config =
        load("""
        redis:
          cache:
            hashes: off
            policies: [{match: "a:*", cache: on}, {match: "b:*", cache: off}]
        """)
            .config();
    assertEquals(HashCaching.OFF, config.redis().cache().hashes());
    assertTrue(config.redis().cache().policies().get(0).cache());
    assertFalse(config.redis().cache().policies().get(1).cache());
  }

  @Test
  void load_laterCapabilities_namedAsSuch() {
    assertEquals(
        List.of(
            "redis.upstream.url: redis-cluster://a:1 (Redis Cluster is a later capability; "
                + UpstreamUrl.EXPECTED
                + "), line 3 of nearside.yaml",
            "redis.upstream.mode: cluster (a later capability; expected one of standalone,"
                + " sentinel), line 4 of nearside.yaml"),
        problems(
            """
            redis:
              upstream:
                url: redis-cluster://a:1
                mode: cluster
            """));
  }

  @Test
  void load_clientWithoutMembersOrSecret_bothNamed() {
    assertEquals(
        List.of(
            "cluster.secret: none (expected a secret, as topology is client)",
            "cluster.client.members: none (expected at least one, as topology is client)"),
        problems(
            """
            cluster: {topology: client}
            """));
  }

  @Test
  void load_policyMistakes_pathsWithIndex() {
    assertEquals(
        List.of(
            "redis.cache.policies[0].ttl: unknown key (expected one of match, cache, ttlMaxMillis,"
                + " consistency, negative, staleOnErrorMillis), line 4 of nearside.yaml",
            "redis.cache.policies[1].match: nothing (expected a value)",
            "redis.cache.policies[2].ttlMaxMillis: 0 (expected 1..86400000), line 6 of"
                + " nearside.yaml"),
        problems(
            """
            redis:
              cache:
                policies:
                - {match: a, ttl: 5}
                - {cache: true}
                - {match: b, ttlMaxMillis: 0}
            """));
  }

  @Test
  void load_environment_winsOverFile() {
    LoadedConfig loaded =
        load(
            "redis: {listen: {port: 1}, upstream: {connectMillis: 5}, deny: [A]}",
            "NEARSIDE_REDIS_LISTEN_PORT",
            "2",
            "NEARSIDE_REDIS_DENY",
            "keys, config set,",
            "NEARSIDE_REDIS_CACHE_POLICIES",
            "[{match: 'x:*', cache: off}, {match: '*'}]",
            "NEARSIDE_CLUSTER_JOIN_MEMBERS",
            "a:1,[::1]:2",
            "NEARSIDE_ADMIN_READINESS",
            "faces,upstream",
            "NEARSIDE_REDIS_CACHE_ENABLED",
            "off",
            "NEARSIDE_HOME",
            "/opt",
            "NEARSIDE_JAVA_OPTS",
            "-Xmx64m");
    NearsideConfig config = loaded.config();
    assertEquals(2, config.redis().listen().port());
    assertEquals(5, config.redis().upstream().connectMillis());
    assertEquals(List.of("KEYS", "CONFIG SET"), config.redis().deny());
    assertEquals("x:*", config.redis().cache().policies().getFirst().match());
    assertEquals(
        List.of(new HostPort("a", 1), new HostPort("::1", 2)), config.cluster().join().members());
    assertEquals(
        List.of(ReadinessCheck.FACES, ReadinessCheck.UPSTREAM), config.admin().readiness());
    assertFalse(config.redis().cache().enabled());
    assertEquals("env NEARSIDE_REDIS_LISTEN_PORT", loaded.sources().get("redis.listen.port") + "");
    assertEquals("file", loaded.sources().get("redis.upstream.connectMillis") + "");
    assertEquals("default", loaded.sources().get("admin.port") + "");
  }

  @Test
  void load_unknownVariables_allNamedWithoutValues() {
    assertEquals(
        List.of(
            "NEARSIDE_REDIS_LISTEN_PROT: unknown variable (did you mean"
                + " NEARSIDE_REDIS_LISTEN_PORT?)",
            "NEARSIDE_ZZZZZZZZZZZZZZZZZZZZZZZZZZZZ: unknown variable (expected NEARSIDE_ and the"
                + " path of a key)"),
        problems(
            "",
            "NEARSIDE_REDIS_LISTEN_PROT",
            "hunter2",
            "NEARSIDE_ZZZZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "hunter2"));
  }

  @Test
  void load_serviceLinksOfKubernetes_ignored() {
    NearsideConfig config =
        load(
                "",
                "NEARSIDE_ADMIN_PORT",
                "tcp://10.0.0.1:9091",
                "NEARSIDE_ADMIN_SERVICE_HOST",
                "10.0.0.1",
                "NEARSIDE_ADMIN_SERVICE_PORT_HTTP",
                "9091",
                "NEARSIDE_PORT_5701_TCP_ADDR",
                "10.0.0.1")
            .config();
    assertEquals(9091, config.admin().port());
  }

  @Test
  void load_badVariableTexts_eachNamed() {
    assertEquals(
        List.of(
            "runtime.eventLoops: two (expected a whole number), from NEARSIDE_RUNTIME_EVENT_LOOPS",
            "redis.cache.enabled: maybe (expected true or false), from"
                + " NEARSIDE_REDIS_CACHE_ENABLED",
            "redis.cache.policies: a map (expected a list), from NEARSIDE_REDIS_CACHE_POLICIES",
            "cluster.join.members[1]: b ("
                + HostPort.EXPECTED
                + "), from NEARSIDE_CLUSTER_JOIN_MEMBERS"),
        problems(
            "",
            "NEARSIDE_RUNTIME_EVENT_LOOPS",
            "two",
            "NEARSIDE_REDIS_CACHE_ENABLED",
            "maybe",
            "NEARSIDE_REDIS_CACHE_POLICIES",
            "{match: x}",
            "NEARSIDE_CLUSTER_JOIN_MEMBERS",
            "a:1,b"));
  }

  @Test
  void load_policyVariableNotYaml_oneOfAllProblems() {
    assertEquals(
        2, problems("log: {level: X}", "NEARSIDE_REDIS_CACHE_POLICIES", "[{match: ").size());
  }

  @Test
  void load_rulesBetweenKeys_eachNamed() {
    assertEquals(
        List.of(
                "redis.listen.tls.keyFile: \"\" (expected a file, as tls.enabled is true)",
                "redis.upstream.tls: files (expected only with a rediss:// url), line 3 of"
                    + " nearside.yaml",
                "redis.upstream.reconnectMinMillis: 300 (expected at most reconnectMaxMillis, 200),"
                    + " line 3 of nearside.yaml",
                "redis.cache.entryBytesMax: 2MiB (expected at most maxBytes, 1MiB), line 4 of"
                    + " nearside.yaml",
                "redis.cache.policies[1].match: a (expected each pattern once: an earlier policy"
                    + " has the same), line 4 of nearside.yaml",
                "cluster.secret: *** (expected at least 16 bytes), line 5 of nearside.yaml",
                "cluster.bind.portCount: 3 (expected at most 2, as port is 65534), line 5 of"
                    + " nearside.yaml",
                "cluster.join.dnsName: \"\" (expected a name, as mode is dns)",
                "admin.readiness: [faces, faces] (expected each check once), line 6 of"
                    + " nearside.yaml")
            .stream()
            .sorted()
            .toList(),
        problems(
                """
                redis:
                  listen: {tls: {enabled: true, certFile: /c}}
                  upstream: {tls: {caFile: /c}, reconnectMinMillis: 300, reconnectMaxMillis: 200}
                  cache: {maxBytes: 1MiB, entryBytesMax: 2MiB, policies: [{match: a}, {match: a}]}
                cluster: {secret: {value: short}, bind: {port: 65534, portCount: 3}, join: {mode: dns}}
                admin: {readiness: [faces, faces]}
                """)
            .stream()
            .sorted()
            .toList());
  }

  @Test
  void load_upstreamIsOwnListener_refused() {
    assertEquals(
        List.of(
            "redis.upstream.url: redis://localhost:6379 (expected another address than"
                + " redis.listen), line 1 of nearside.yaml"),
        problems("redis: {upstream: {url: 'redis://localhost'}}"));
    assertEquals(
        1, problems("redis: {listen: {unixSocket: /s}, upstream: {url: 'unix:///s'}}").size());
    assertEquals(1, problems("redis: {listen: {host: 0.0.0.0, port: 6380}}").size());
    assertEquals(
        "redis://far:6379",
        load("redis: {upstream: {url: 'redis://far'}}").config().redis().upstream().url() + "");
  }

  @Test
  void load_adminOnTheRedisPort_refused() {
    assertEquals(
        List.of(
            "admin.port: 6379 (expected another port than redis.listen.port), line 1 of"
                + " nearside.yaml"),
        problems("admin: {port: 6379}"));
    assertEquals(0, load("admin: {port: 0}\nredis: {listen: {port: 0}}").config().admin().port());
  }

  @Test
  void loadFile_goodFile_read() throws IOException {
    Path file = Files.writeString(directory.resolve("n.yaml"), "admin: {port: 1}\n");
    assertEquals(1, ConfigLoader.loadFile(file, Map.of()).config().admin().port());
  }

  @Test
  void loadFile_unreadable_oneProblem() throws IOException {
    Path missing = directory.resolve("missing.yaml");
    assertThrows(ConfigException.class, () -> ConfigLoader.loadFile(missing, Map.of()));
    Path latin = Files.write(directory.resolve("latin.yaml"), new byte[] {(byte) 0xe4, 10});
    assertThrows(ConfigException.class, () -> ConfigLoader.loadFile(latin, Map.of()));
    assertThrows(ConfigException.class, () -> ConfigLoader.loadFile(directory, Map.of()));
  }
}
