package io.nearside.agent.inject;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The pod that an object of Kubernetes would make.
 *
 * @param object what it stands in, for people: {@code Deployment shop/web}
 * @param namespace of the object; empty where it does not say
 */
record PodTemplate(String object, String namespace, Optional<JsonObject> pod) {

  /** Of a document, or of each element of a {@code List}. */
  static List<PodTemplate> of(JsonObject document) {
    if (!(document.getValue("items") instanceof JsonArray items)) {
      return List.of(single(document));
    }
    List<PodTemplate> all = new ArrayList<>();
    for (Object item : items) {
      if (item instanceof JsonObject object) {
        all.add(single(object));
      }
    }
    return List.copyOf(all);
  }

  private static PodTemplate single(JsonObject object) {
    String kind = text(object, "kind");
    @Nullable JsonObject metadata = at(object, "metadata");
    String name = metadata == null ? "" : text(metadata, "name");
    if (name.isEmpty() && metadata != null) {
      name = text(metadata, "generateName");
    }
    String namespace = metadata == null ? "" : text(metadata, "namespace");
    String shown = kind + " " + (namespace.isEmpty() ? "" : namespace + "/") + name;
    @Nullable JsonObject pod =
        switch (kind) {
          case "Pod" -> object;
          case "CronJob" -> at(object, "spec", "jobTemplate", "spec", "template");
          default -> at(object, "spec", "template");
        };
    return new PodTemplate(
        shown.strip(),
        namespace,
        pod != null && at(pod, "spec") != null ? Optional.of(pod) : Optional.empty());
  }

  private static @Nullable JsonObject at(JsonObject object, String... path) {
    JsonObject value = object;
    for (String name : path) {
      if (!(value.getValue(name) instanceof JsonObject deeper)) {
        return null;
      }
      value = deeper;
    }
    return value;
  }

  private static String text(JsonObject object, String name) {
    return object.getValue(name) instanceof String text ? text : "";
  }
}
