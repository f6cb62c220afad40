package io.nearside.tests.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The part of JSON Schema that the schemas of {@code resources/manifests/schemas} are written in:
 * {@code type}, {@code properties}, {@code required}, {@code additionalProperties} (a schema;
 * fields that are not named are refused without it), {@code items}, {@code enum}, {@code pattern}
 * and {@code $ref} into {@code definitions}.
 */
record Schema(JsonNode root) {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String DEFINITIONS = "#/definitions/";

  /** That of a kind, if there is one. */
  static Optional<Schema> of(String kind) {
    try (InputStream file =
        Schema.class.getResourceAsStream("/manifests/schemas/" + kind + ".json")) {
      return file == null ? Optional.empty() : Optional.of(new Schema(MAPPER.readTree(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is wrong with a value; empty where nothing is. */
  List<String> problems(String place, JsonNode value) {
    List<String> problems = new ArrayList<>();
    check(place, value, root, problems);
    return problems;
  }

  private void check(String place, JsonNode value, JsonNode schema, List<String> problems) {
    if (schema.has("$ref")) {
      String name = schema.path("$ref").asText().substring(DEFINITIONS.length());
      check(place, value, root.path("definitions").path(name), problems);
      return;
    }
    String type = schema.path("type").asText();
    boolean fits =
        switch (type) {
          case "object" -> value.isObject();
          case "array" -> value.isArray();
          case "string" -> value.isTextual();
          case "integer" -> value.isIntegralNumber();
          case "boolean" -> value.isBoolean();
          default -> throw new IllegalStateException("a schema's type: '" + type + "'");
        };
    if (!fits) {
      problems.add(place + ": expected type " + type + ", not " + value);
    } else if (value.isObject()) {
      checkObject(place, value, schema, problems);
    } else if (value.isArray()) {
      value.forEach(item -> check(place + "[]", item, schema.path("items"), problems));
    } else {
      checkScalar(place, value, schema, problems);
    }
  }

  private void checkObject(String place, JsonNode value, JsonNode schema, List<String> problems) {
    for (String name : Nodes.strings(schema.path("required")).toList()) {
      if (!value.has(name)) {
        problems.add(place + ": " + name + " is missing");
      }
    }
    value
        .properties()
        .forEach(
            entry -> {
              String inside = place + "." + entry.getKey();
              JsonNode property = schema.path("properties").path(entry.getKey());
              JsonNode known =
                  property.isMissingNode() ? schema.path("additionalProperties") : property;
              if (known.isMissingNode()) {
                problems.add(inside + ": unknown field");
              } else {
                check(inside, entry.getValue(), known, problems);
              }
            });
  }

  private static void checkScalar(
      String place, JsonNode value, JsonNode schema, List<String> problems) {
    JsonNode allowed = schema.path("enum");
    if (!allowed.isMissingNode() && Nodes.stream(allowed).noneMatch(value::equals)) {
      problems.add(place + ": expected one of " + allowed + ", not " + value);
    }
    String pattern = schema.path("pattern").asText();
    if (!pattern.isEmpty() && !value.asText().matches(pattern)) {
      problems.add(place + ": expected " + pattern + ", not " + value);
    }
  }
}
