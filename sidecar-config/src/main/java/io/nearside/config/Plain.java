package io.nearside.config;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values of the configuration as maps, lists, text, numbers and booleans: what YAML and JSON can
 * write. Secrets become references, or {@code ***}.
 */
final class Plain {
  private Plain() {}

  /** The value; null for a secret that is not set. */
  static @Nullable Object of(Object value) {
    return switch (value) {
      case Secret secret -> secret(secret);
      case Choice choice -> choice.label();
      case List<?> list -> list.stream().map(Plain::of).toList();
      case CachePolicy policy -> map(RecordType.of(CachePolicy.class), policy);
      case PostgresOverride override -> map(RecordType.of(PostgresOverride.class), override);
      case Number number -> number;
      case Boolean bool -> bool;
      default -> value.toString();
    };
  }

  /** The default of a key; null where it has none. */
  static @Nullable Object byDefault(RecordType.Field field) {
    String text = field.setting().byDefault();
    if (text.equals(Setting.REQUIRED)) {
      return null;
    }
    return switch (field.type()) {
      case ScalarType scalar -> of(scalar.fromText(text, field.setting()));
      case ChoiceType _ -> text;
      case SecretType _ -> null;
      case ListType list when list.element() instanceof RecordType ->
          YamlTree.parse(text, field.name()).root();
      case ListType _ ->
          Arrays.stream(text.split(",", -1))
              .map(String::strip)
              .filter(word -> !word.isEmpty())
              .toList();
      case RecordType _ -> null;
    };
  }

  private static @Nullable Object secret(Secret secret) {
    return switch (secret.origin()) {
      case NONE -> null;
      case ENV -> Map.of("env", secret.reference());
      case FILE -> Map.of("file", secret.reference());
      case VALUE -> Map.of("value", "***");
    };
  }

  private static Map<String, @Nullable Object> map(RecordType type, Object section) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (RecordType.Field field : type.fields()) {
      map.put(field.name(), of(field.valueIn(section)));
    }
    return map;
  }
}
