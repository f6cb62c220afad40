package io.nearside.agent.inject;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Environment variables of a container, by name, in order; the last of a name holds. Beside each a
 * sample of its value, with which the whole can be checked although Secrets are not known here.
 */
final class Variables {
  private final Map<String, JsonObject> entries = new LinkedHashMap<>();
  private final Map<String, String> samples = new LinkedHashMap<>();

  /** The value as it is: Kubernetes makes one of two dollars, and reads {@code $(NAME)}. */
  void text(String name, String value) {
    put(name, new JsonObject().put("value", value.replaceAll("\\$(?=[$(])", "\\$\\$")), value);
  }

  /** Where {@code $(NAME)} is the value of a variable that stands before. */
  void template(String name, String value) {
    put(name, new JsonObject().put("value", value), value);
  }

  /** From a field of the pod. */
  void field(String name, String path, String sample) {
    put(name, from("fieldRef", new JsonObject().put("fieldPath", path)), sample);
  }

  /** From a Secret, {@code name/key}. */
  void secret(String name, String reference, String sample) {
    put(name, from("secretKeyRef", key(reference)), sample);
  }

  /** From a ConfigMap, {@code name/key}. */
  void configMap(String name, String reference, String sample) {
    put(name, from("configMapKeyRef", key(reference)), sample);
  }

  private static JsonObject from(String kind, JsonObject reference) {
    return new JsonObject().put("valueFrom", new JsonObject().put(kind, reference));
  }

  private static JsonObject key(String reference) {
    int slash = reference.indexOf('/');
    return new JsonObject()
        .put("name", reference.substring(0, slash))
        .put("key", reference.substring(slash + 1));
  }

  private void put(String name, JsonObject value, String sample) {
    entries.put(name, new JsonObject().put("name", name).mergeIn(value));
    samples.put(name, sample);
  }

  /** The entries of {@code env}, by name. */
  Map<String, JsonObject> entries() {
    return entries;
  }

  /** The value of a container's {@code env}. */
  JsonArray json() {
    var env = new JsonArray();
    entries.values().forEach(env::add);
    return env;
  }

  /** What such a container's environment may look like. */
  Map<String, String> samples() {
    return samples;
  }
}
