package io.nearside.tests.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.config.ConfigLoader;
import io.nearside.config.NearsideConfig;
import io.nearside.config.PoolMode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SidecarYamlTest {
  @Test
  void text_postgresOnly_isAConfiguration(@TempDir Path folder) {
    PostgresYaml face =
        PostgresYaml.inFrontOf(folder, List.of("127.0.0.1:5001", "127.0.0.1:5002"))
            .with("pool.mode", "transaction")
            .with("pool.max", "7");
    NearsideConfig config = load(SidecarYaml.postgresOnly(face));
    assertFalse(config.redis().enabled());
    assertTrue(config.postgres().enabled());
    assertEquals(face.port(), config.postgres().listen().port());
    assertEquals(PoolMode.TRANSACTION, config.postgres().pool().mode());
    assertEquals(7, config.postgres().pool().max());
    assertEquals(2, config.postgres().servers().size());
  }

  @Test
  void text_bothFacesInAFleet_isAConfiguration(@TempDir Path folder) {
    NearsideConfig config =
        load(
            SidecarYaml.alone("redis://127.0.0.1:6000")
                .withPostgres(PostgresYaml.inFrontOf(folder, List.of("127.0.0.1:5001")))
                .member("n1", 6001, 5701, List.of(5701, 5702)));
    assertTrue(config.redis().enabled());
    assertTrue(config.postgres().enabled());
  }

  private static NearsideConfig load(SidecarYaml yaml) {
    return ConfigLoader.loadText(yaml.text(), "test.yaml", Map.of()).config();
  }
}
