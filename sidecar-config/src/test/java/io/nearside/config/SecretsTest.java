package io.nearside.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretsTest {
  private static final String HIDDEN = "hunter2-hunter2-hunter2";

  @TempDir private Path directory = Path.of("");

  private static void assertHidden(String text) {
    assertFalse(text.contains("hunter2"), text);
  }

  private static LoadedConfig withSecrets(String suffix) {
    Map<String, String> environment = new HashMap<>();
    environment.put("REDIS_PASSWORD", HIDDEN + suffix);
    environment.put("NEARSIDE_ADMIN_TOKEN", HIDDEN + suffix);
    return ConfigLoader.loadText(
        """
        redis:
          upstream: {username: app, password: {env: REDIS_PASSWORD}}
        cluster: {topology: embedded, secret: {value: %s}}
        """
            .formatted(HIDDEN + suffix),
        "nearside.yaml",
        environment);
  }

  @Test
  void load_allKinds_revealed() throws IOException {
    NearsideConfig config = withSecrets("").config();
    assertEquals(HIDDEN, config.redis().upstream().authPassword().reveal());
    assertEquals(HIDDEN, config.cluster().secret().reveal());
    assertEquals(HIDDEN, config.admin().token().reveal());
    Path file = Files.writeString(directory.resolve("secret"), HIDDEN + "\n");
    Secret fromFile = token("admin: {token: {file: " + file + "}}");
    assertEquals(HIDDEN, fromFile.reveal());
    Secret fromFileVariable = token("", "NEARSIDE_ADMIN_TOKEN_FILE", file.toString());
    assertEquals(HIDDEN, fromFileVariable.reveal());
    Secret ownPrefix = token("admin: {token: {env: NEARSIDE_MINE}}", "NEARSIDE_MINE", HIDDEN);
    assertEquals(HIDDEN, ownPrefix.reveal());
  }

  private static Secret token(String yaml, String... environment) {
    return ConfigLoaderTest.load(yaml, environment).config().admin().token();
  }

  @Test
  void print_wholeConfiguration_hidden() {
    LoadedConfig loaded = withSecrets("");
    assertHidden(loaded.toString());
    assertHidden(EffectiveConfig.render(loaded));
  }

  @Test
  void print_urlWithPassword_hidden() {
    LoadedConfig loaded =
        ConfigLoaderTest.load("redis: {upstream: {url: 'redis://app:" + HIDDEN + "@far:7/3'}}");
    assertEquals(HIDDEN, loaded.config().redis().upstream().authPassword().reveal());
    assertEquals("app", loaded.config().redis().upstream().authUsername());
    assertEquals("redis://app:***@far:7/3", loaded.config().redis().upstream().url().toString());
    assertHidden(loaded.toString());
    assertHidden(EffectiveConfig.render(loaded));
  }

  @Test
  void diff_changedSecrets_hidden() {
    ReloadDiff diff = ReloadDiff.between(withSecrets("1"), withSecrets("2"));
    assertEquals(
        List.of("redis.upstream.password", "cluster.secret", "admin.token"),
        diff.changes().stream().map(ReloadDiff.Change::path).toList());
    assertHidden(diff.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "admin: {token: hunter2}",
        "admin: {token: [hunter2]}",
        "admin: {token: {hunter2: x}}",
        "admin: {token: {hunter2}}",
        "admin: {token: {env: hunter, file: hunter2}}",
        "admin: {token: {value: [hunter2]}}",
        "admin: {tokn: hunter2}",
        "admin: {tokn: {value: hunter2}}",
        "cluster: {secret: {value: hunter2}}",
        "redis: {upstream: {username: u, password: {value: hunter2}, url: 'redis://a:hunter2@h'}}",
        "redis: {upstream: {url: 'redis://u:hunter2@'}}",
        "redis: {upstream: {url: 'redis://u:hunter2@h:99999'}}",
        "redis: {upstream: {url: 'redis://u:hun@ter2/hunter2@h'}}",
        "redis: {upstream: {url: 'redis://u:hunter2%zz@h'}}",
        "redis: {upstream: {url: 'http://u:hunter2@h'}}",
        "redis: {upstream: {url: 'u:hunter2@h'}}",
        "redis: {upstream: {url: 'redis-sentinel://u:hunter2@h'}}",
        "redis: {upstream: {url: 'redis://u:hunter2@a:1,b:2'}}",
        "redis: {upstream: {url: 'redis://u:hunter2@localhost:6379'}}",
        "redis: {upstream: {url: [hunter2]}}",
        "admin: {token: {value: hunter2}",
        "admin: {token: 'hunter2}",
        "admin: {token: @hunter2}",
        "admin: {token: !!java.net.URL [hunter2]}",
      })
  void load_badSecret_refusedAndHidden(String yaml) {
    ConfigException refused =
        assertThrows(
            ConfigException.class, () -> ConfigLoader.loadText(yaml, "nearside.yaml", Map.of()));
    assertHidden(refused.toString());
    assertHidden(refused.problems().toString());
    assertTrue(refused.getCause() == null, "a cause may quote the file");
  }

  @Test
  void load_missingReferences_named() {
    Path missing = directory.resolve("missing");
    assertEquals(
        List.of(
            "cluster.secret: file "
                + missing
                + " (expected a readable file with a secret of 1..65536"
                + " bytes of UTF-8), line 2 of nearside.yaml",
            "admin.token: env NOT_THERE (expected a variable that is set), line 1 of nearside.yaml"),
        ConfigLoaderTest.problems(
            "admin: {token: {env: NOT_THERE}}\ncluster: {secret: {file: " + missing + "}}\n"));
  }

  @Test
  void load_valueAndFileVariable_refused() {
    assertEquals(
        List.of(
            "admin.token: set twice (expected either NEARSIDE_ADMIN_TOKEN or"
                + " NEARSIDE_ADMIN_TOKEN_FILE), from NEARSIDE_ADMIN_TOKEN"),
        ConfigLoaderTest.problems(
            "", "NEARSIDE_ADMIN_TOKEN", HIDDEN, "NEARSIDE_ADMIN_TOKEN_FILE", "/x"));
  }

  @Test
  void load_secretFile_limitsHold() throws IOException {
    Path file = directory.resolve("big");
    Files.writeString(file, "x".repeat(65_536));
    assertEquals(65_536, token("admin: {token: {file: " + file + "}}").byteCount());
    Files.writeString(file, "x".repeat(65_537));
    assertEquals(1, ConfigLoaderTest.problems("admin: {token: {file: " + file + "}}").size());
    Files.writeString(file, "\n");
    assertEquals(1, ConfigLoaderTest.problems("admin: {token: {file: " + file + "}}").size());
  }

  @Test
  void equals_byValueNotByOrigin() {
    assertEquals(Secret.of("a"), Secret.of(Secret.Origin.ENV, "X", "a"));
    assertFalse(Secret.of("a").equals(Secret.of("b")));
    assertFalse(Secret.of("").isSet());
  }
}
