package io.nearside.tests.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Reading JSON. */
final class Nodes {
  private Nodes() {}

  /** The elements of an array, or the values of an object; nothing where there is nothing. */
  static Stream<JsonNode> stream(JsonNode node) {
    return StreamSupport.stream(node.spliterator(), false);
  }

  static Stream<String> strings(JsonNode array) {
    return stream(array).map(JsonNode::asText);
  }

  /** An object whose values are texts, such as labels. */
  static Map<String, String> texts(JsonNode object) {
    Map<String, String> texts = new LinkedHashMap<>();
    object.properties().forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
    return texts;
  }

  /** Whether all of the selector's labels are among these. */
  static boolean selects(JsonNode matchLabels, Map<String, String> labels) {
    return labels.entrySet().containsAll(texts(matchLabels).entrySet());
  }
}
