package io.nearside.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class EffectiveConfigTest {

  @Test
  void render_eachValue_withItsSource() {
    String yaml =
        EffectiveConfig.render(
            ConfigLoaderTest.load(
                "redis: {deny: [KEYS, CONFIG SET], cache: {hashes: on}}\nnode: {zone: 'no'}",
                "NEARSIDE_ADMIN_PORT",
                "1",
                "NEARSIDE_ADMIN_TOKEN",
                "secret"));
    for (String line :
        new String[] {
          "  level: INFO # default\n",
          "  zone: \"no\" # file\n",
          "    host: 127.0.0.1 # default\n",
          "    password: # default\n",
          "    url: redis://127.0.0.1:6380 # default\n",
          "  deny: [KEYS, \"CONFIG SET\"] # file\n",
          "    hashes: \"on\" # file\n",
          "    policies: # default\n      - {match: \"*\", cache: true, ttlMaxMillis: 60000,"
              + " consistency: eventual, negative: true, staleOnErrorMillis: 0}\n",
          "  port: 1 # env NEARSIDE_ADMIN_PORT\n",
          "  token: {env: NEARSIDE_ADMIN_TOKEN} # env NEARSIDE_ADMIN_TOKEN\n",
        }) {
      assertTrue(yaml.contains(line), line + "not in\n" + yaml);
    }
  }

  @Test
  void render_loadedAgain_same() {
    Path example =
        Path.of(System.getProperty("basedir", "."), "src/main/resources/nearside-example.yaml");
    LoadedConfig loaded = ConfigLoader.loadFile(example, Map.of());
    LoadedConfig again =
        ConfigLoader.loadText(EffectiveConfig.render(loaded), "effective", Map.of());
    assertEquals(loaded.config(), again.config());
  }

  @Test
  void render_oddTexts_loadedAgainSame() {
    LoadedConfig loaded =
        ConfigLoaderTest.load(
            """
            redis:
              cache:
                policies:
                - {match: "a: b # c"}
                - {match: "quote\\"back\\\\slash\\ttab\\u0001\\u007f\\u00e4\\n"}
                - {match: "{x}"}
                - {match: "1"}
                - {match: "~"}
                - {match: "x:"}
            cluster: {join: {members: ["[::1]:5"]}}
            """);
    LoadedConfig again =
        ConfigLoader.loadText(EffectiveConfig.render(loaded), "effective", Map.of());
    assertEquals(loaded.config().redis(), again.config().redis());
    assertEquals(loaded.config().cluster(), again.config().cluster());
  }
}
