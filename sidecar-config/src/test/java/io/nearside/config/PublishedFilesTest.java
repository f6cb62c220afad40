package io.nearside.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The generated documents in the repository, and the example. */
final class PublishedFilesTest {
  private static final Path MODULE = Path.of(System.getProperty("basedir", "."));
  private static final Path RESOURCES = MODULE.resolve("src/main/resources");
  private static final Path EXAMPLE = RESOURCES.resolve("nearside-example.yaml");

  /** Compares, or writes where {@code -Dnearside.update=true} is given. */
  private static void assertUpToDate(Path file, String content) throws IOException {
    if (Boolean.getBoolean("nearside.update")) {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, content);
    }
    String advice = file + " is out of date: mvn -pl sidecar-config test -Dnearside.update=true";
    assertTrue(Files.exists(file), advice);
    assertEquals(content, Files.readString(file), advice);
  }

  private static List<String> schemaErrors(String yaml) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    JsonNode node = mapper.valueToTree(YamlTree.parse(yaml, "test").root());
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(JsonSchema.render())
        .validate(node)
        .stream()
        .map(Object::toString)
        .toList();
  }

  @Test
  void documentation_records_upToDate() throws IOException {
    assertUpToDate(MODULE.resolve("../docs/configuration.md"), ConfigDocs.render());
  }

  @Test
  void schema_records_upToDate() throws IOException {
    assertUpToDate(RESOURCES.resolve("nearside-config.schema.json"), JsonSchema.render());
  }

  @Test
  void documentation_everyKey_namedWithItsVariable() {
    String docs = ConfigDocs.render();
    for (Key key : Key.all()) {
      assertTrue(docs.contains("| `" + key.variable() + "` |"), key.path());
    }
  }

  @Test
  void example_loads_andNamesEveryKey() throws IOException {
    LoadedConfig loaded = ConfigLoader.loadFile(EXAMPLE, Map.of());
    Map<String, Integer> lines =
        new TreeMap<>(YamlTree.parse(Files.readString(EXAMPLE), "example").lines());
    for (Key key : Key.all()) {
      assertTrue(lines.containsKey(key.path()), key.path());
    }
    assertEquals(4, loaded.config().redis().cache().policies().size());
  }

  @Test
  void schema_example_accepted() throws IOException {
    assertEquals(List.of(), schemaErrors(Files.readString(EXAMPLE)));
  }

  @Test
  void schema_effectiveDefaults_accepted() throws IOException {
    String yaml = EffectiveConfig.render(ConfigLoader.loadText("", "empty", Map.of()));
    assertEquals(List.of(), schemaErrors(yaml));
  }

  @Test
  void schema_emptyFile_accepted() throws IOException {
    assertEquals(List.of(), schemaErrors(""));
    assertEquals(List.of(), schemaErrors("redis:\n  listen:\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis: {listen: {port: 65536}}",
        "redis: {listen: {port: '1'}}",
        "redis: {listen: {prot: 1}}",
        "redis: {upstream: {url: 'http://x'}}",
        "redis: {upstream: {mode: cluster}}",
        "redis: {cache: {policies: [{cache: true}]}}",
        "redis: {cache: {policies: [{match: '*', consistency: linear}]}}",
        "redis: {cache: {maxBytes: lots}}",
        "redis: {cache: {maxBytes: 1}}",
        "redis: {cache: {hashes: maybe}}",
        "redis: {deny: KEYS}",
        "redis: {deny: [A B C]}",
        "cluster: {secret: plain}",
        "cluster: {secret: {env: A, file: B}}",
        "cluster: {topology: client}",
        "cluster: {join: {members: [here]}}",
        "admin: {readiness: [sun]}",
        "unknown: 1",
        "[1]"
      })
  void schema_badFile_refusedAsByTheLoader(String yaml) throws IOException {
    assertFalse(schemaErrors(yaml).isEmpty(), yaml);
    assertFalse(ConfigLoaderTest.problems(yaml).isEmpty(), yaml);
  }
}
