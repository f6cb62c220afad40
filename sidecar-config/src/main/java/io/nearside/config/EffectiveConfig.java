package io.nearside.config;

import java.util.List;

/** Shows what is in force: every key, its value and where that came from. */
public final class EffectiveConfig {
  private EffectiveConfig() {}

  /**
   * The whole configuration as YAML that can be loaded again, but for secrets that were given as
   * text: those read {@code ***}. Each value ends in {@code # default}, {@code # file} or {@code #
   * env NAME}.
   */
  public static String render(LoadedConfig loaded) {
    StringBuilder out = new StringBuilder();
    section(RecordType.ROOT, loaded.config(), "", "", loaded, out);
    return out.toString();
  }

  private static void section(
      RecordType type,
      Object section,
      String path,
      String indent,
      LoadedConfig loaded,
      StringBuilder out) {
    for (RecordType.Field field : type.fields()) {
      String fieldPath = Key.child(path, field.name());
      Object value = field.valueIn(section);
      out.append(indent).append(field.name()).append(':');
      if (field.type() instanceof RecordType deeper) {
        out.append('\n');
        section(deeper, value, fieldPath, indent + "  ", loaded, out);
      } else if (maps(field.type()) && value instanceof List<?> list && !list.isEmpty()) {
        out.append(" # ").append(loaded.sources().get(fieldPath)).append('\n');
        for (Object element : list) {
          out.append(indent).append("  - ").append(YamlText.of(Plain.of(element))).append('\n');
        }
      } else {
        String text = YamlText.of(Plain.of(value));
        out.append(text.isEmpty() ? "" : " ").append(text);
        out.append(" # ").append(loaded.sources().get(fieldPath)).append('\n');
      }
    }
  }

  private static boolean maps(ValueType type) {
    return type instanceof ListType list && list.element() instanceof RecordType;
  }
}
