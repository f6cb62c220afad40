package io.nearside.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The configuration file's shape as JSON Schema, draft 2020-12, for editors and checks elsewhere.
 * Rules between keys, and the bounds of sizes that are written with a unit, are judged by the
 * loader alone.
 */
public final class JsonSchema {
  private JsonSchema() {}

  /** The document that is published as {@code nearside-config.schema.json}. */
  public static String render() {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("$id", "urn:nearside:config");
    schema.put("title", "Configuration of a Nearside sidecar");
    schema.putAll(section(RecordType.ROOT));
    return JsonText.document(schema);
  }

  private static Map<String, Object> section(RecordType type) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (RecordType.Field field : type.fields()) {
      Map<String, Object> property = new LinkedHashMap<>();
      property.put("description", field.setting().doc());
      property.putAll(value(field.type(), field.setting()));
      Object byDefault = Plain.byDefault(field);
      if (byDefault != null) {
        property.put("default", byDefault);
      }
      properties.put(field.name(), property);
      if (required(field)) {
        required.add(field.name());
      }
    }
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", List.of("object", "null"));
    schema.put("additionalProperties", false);
    if (!required.isEmpty()) {
      schema.put("type", "object");
      schema.put("required", required);
    }
    schema.put("properties", properties);
    return schema;
  }

  private static boolean required(RecordType.Field field) {
    return !(field.type() instanceof RecordType)
        && field.setting().byDefault().equals(Setting.REQUIRED);
  }

  private static Map<String, Object> value(ValueType type, Setting setting) {
    return switch (type) {
      case ScalarType scalar -> scalar(scalar, setting);
      case ChoiceType choice -> choice(choice);
      case SecretType _ -> secret();
      case ListType list -> list(list, setting);
      case RecordType section -> section(section);
    };
  }

  private static Map<String, Object> scalar(ScalarType type, Setting setting) {
    return switch (type) {
      case BOOLEAN -> Map.of("type", "boolean");
      case INT, LONG -> integer(setting);
      case TEXT -> setting.pattern().isEmpty() ? Map.of("type", "string") : text(setting.pattern());
      case SIZE -> {
        Map<String, Object> size = new LinkedHashMap<>();
        size.put("oneOf", List.of(integer(setting), text(ByteSize.PATTERN)));
        yield size;
      }
      case URL -> text("(redis|rediss|unix)://.+");
      case ADDRESS -> text(".+:[0-9]{1,5}");
    };
  }

  private static Map<String, Object> integer(Setting setting) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "integer");
    schema.put("minimum", setting.min());
    schema.put("maximum", setting.max());
    return schema;
  }

  private static Map<String, Object> text(String pattern) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "string");
    schema.put("pattern", "^(?:" + pattern + ")$");
    return schema;
  }

  /** YAML 1.1 hands a plain {@code on} or {@code off} over as a boolean. */
  private static Map<String, Object> choice(ChoiceType type) {
    List<Object> words = new ArrayList<>(type.labels());
    if (words.contains("on")) {
      words.add(true);
    }
    if (words.contains("off")) {
      words.add(false);
    }
    return Map.of("enum", words);
  }

  private static Map<String, Object> secret() {
    Map<String, Object> kinds = new LinkedHashMap<>();
    kinds.put("env", text(".+"));
    kinds.put("file", text(".+"));
    kinds.put("value", Map.of("type", "string"));
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", List.of("object", "null"));
    schema.put("additionalProperties", false);
    schema.put("minProperties", 1);
    schema.put("maxProperties", 1);
    schema.put("properties", kinds);
    return schema;
  }

  private static Map<String, Object> list(ListType type, Setting setting) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "array");
    schema.put("maxItems", setting.max());
    schema.put("items", value(type.element(), setting));
    return schema;
  }
}
