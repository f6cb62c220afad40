package io.nearside.tests.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * One object for the API server.
 *
 * @param tree as it was written; never a list
 */
record Manifest(ObjectNode tree) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * The objects of a text of YAML documents.
   *
   * @throws RuntimeException when it is no YAML, has a key twice, or holds something else
   */
  static List<Manifest> parse(String yaml) {
    List<Manifest> manifests = new ArrayList<>();
    for (JsonNode document : load(yaml)) {
      if (!(document instanceof ObjectNode tree)) {
        throw new IllegalArgumentException("no object: " + document);
      }
      manifests.add(new Manifest(tree));
    }
    return manifests;
  }

  /** The documents of a text, likewise. */
  static List<JsonNode> load(String yaml) {
    var options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    List<JsonNode> documents = new ArrayList<>();
    new Yaml(new SafeConstructor(options))
        .loadAll(yaml)
        .forEach(document -> documents.add(MAPPER.valueToTree(document)));
    return documents;
  }

  String apiVersion() {
    return tree.path("apiVersion").asText();
  }

  String kind() {
    return tree.path("kind").asText();
  }

  boolean is(String kind) {
    return kind().equals(kind);
  }

  String name() {
    return tree.at("/metadata/name").asText();
  }

  /** Empty where it has none, or is of the whole cluster. */
  String namespace() {
    return tree.at("/metadata/namespace").asText();
  }

  /** At a JSON Pointer; a missing node where there is nothing. */
  JsonNode at(String pointer) {
    return tree.at(pointer);
  }

  /** For messages. */
  String title() {
    return kind() + " " + (namespace().isEmpty() ? "" : namespace() + "/") + name();
  }

  /** The pods that it makes, if it makes any. */
  Optional<PodTemplate> pods() {
    return switch (kind()) {
      case "Pod" -> Optional.of(new PodTemplate(this, tree.path("metadata"), tree.path("spec")));
      case "Deployment", "StatefulSet", "Job" -> Optional.of(template("/spec/template"));
      case "CronJob" -> Optional.of(template("/spec/jobTemplate/spec/template"));
      default -> Optional.empty();
    };
  }

  private PodTemplate template(String pointer) {
    return new PodTemplate(this, at(pointer + "/metadata"), at(pointer + "/spec"));
  }
}
