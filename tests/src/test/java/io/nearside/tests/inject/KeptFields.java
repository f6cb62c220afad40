package io.nearside.tests.inject;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;

/** Whether a pod that got the sidecar is otherwise the one that came. */
final class KeptFields {
  /** Lists that may have grown, and what may have come: names, by pattern. */
  private static final Map<String, String> GROWN =
      Map.of(
          "/spec/containers", "nearside",
          "/spec/initContainers", "nearside",
          "/spec/volumes", "nearside-[a-z-]+",
          "env", "REDIS_(URL|HOST|PORT)|DATABASE_URL|PG(HOST|PORT|USER|PASSWORD|DATABASE)",
          "volumeMounts", "nearside-sockets");

  private static final Set<String> NEW_NAMES =
      Set.of(
          "/metadata/annotations/nearside.io/status",
          "/metadata/annotations/kubectl.kubernetes.io/default-container",
          "/metadata/labels/nearside.io/injected");

  private final List<String> problems = new ArrayList<>();

  private KeptFields() {}

  /** What the second lacks of the first, or has too much. */
  static List<String> lost(JsonNode before, JsonNode after) {
    var kept = new KeptFields();
    kept.compare(before, after, "");
    return kept.problems;
  }

  private void compare(JsonNode before, JsonNode after, String path) {
    if (before.isObject() && after.isObject()) {
      object(before, after, path);
    } else if (after.isArray() && (before.isArray() || before.isNull()) && mayGrow(path)) {
      grown(before, after, path);
    } else if (before.isNull() && after.isObject()) {
      object(emptyLike(after), after, path);
    } else if (!before.equals(after)) {
      problems.add(path + " changed: " + before + " is " + after);
    }
  }

  private static boolean mayGrow(String path) {
    return GROWN.containsKey(list(path));
  }

  /** How {@link #GROWN} calls a list: lists of containers by their last name alone. */
  private static String list(String path) {
    return path.matches("/spec/(initContainers|containers)/[0-9]+/[a-zA-Z]+")
        ? path.substring(path.lastIndexOf('/') + 1)
        : path;
  }

  private void object(JsonNode before, JsonNode after, String path) {
    for (Map.Entry<String, JsonNode> field : before.properties()) {
      String fieldPath = path + "/" + field.getKey();
      if (after.has(field.getKey())) {
        compare(field.getValue(), after.get(field.getKey()), fieldPath);
      } else {
        problems.add(fieldPath + " is gone");
      }
    }
    for (Map.Entry<String, JsonNode> field : after.properties()) {
      String fieldPath = path + "/" + field.getKey();
      if (!before.has(field.getKey())) {
        added(field.getValue(), fieldPath);
      }
    }
  }

  private void added(JsonNode value, String path) {
    boolean parent = path.equals("/metadata/annotations") || path.equals("/metadata/labels");
    if (parent || path.equals("/metadata")) {
      object(value.isObject() ? emptyLike(value) : value, value, path);
    } else if (mayGrow(path) && value.isArray()) {
      grown(emptyLike(value), value, path);
    } else if (!NEW_NAMES.contains(path)) {
      problems.add(path + " is new: " + value);
    }
  }

  private static JsonNode emptyLike(JsonNode value) {
    return value.isArray()
        ? JsonNodeFactory.instance.arrayNode()
        : JsonNodeFactory.instance.objectNode();
  }

  /** The old elements are there in their order, each as it was; the new ones are ours. */
  private void grown(JsonNode before, JsonNode after, String path) {
    String allowed = GROWN.getOrDefault(list(path), "");
    List<JsonNode> old = elements(before);
    int next = 0;
    for (JsonNode element : elements(after)) {
      if (next < old.size() && name(old.get(next)).equals(name(element))) {
        compare(old.get(next), element, path + "/" + next);
        next++;
      } else if (!name(element).matches(allowed)) {
        problems.add(path + " got " + name(element));
      }
    }
    if (next < old.size()) {
      problems.add(path + " lost " + name(old.get(next)));
    }
  }

  private static List<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  private static String name(JsonNode element) {
    return element.path("name").asText();
  }
}
