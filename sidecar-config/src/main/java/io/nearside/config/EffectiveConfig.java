package io.nearside.config;

import java.util.ArrayList;
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

  /**
   * A setting that is in force.
   *
   * @param value as in YAML; a secret that was given as text reads {@code ***}
   * @param byDefault what it would be by itself; empty where it has no default
   * @param live whether a reload changes it without a restart
   */
  public record Shown(String path, String value, String byDefault, boolean live) {}

  /** Every setting, in the order of the tree. */
  public static List<Shown> settings(LoadedConfig loaded) {
    List<Shown> all = new ArrayList<>();
    for (Key key : Key.all()) {
      String byDefault = key.field().setting().byDefault();
      all.add(
          new Shown(
              key.path(),
              YamlText.of(Plain.of(key.valueIn(loaded.config()))),
              byDefault.equals(Setting.REQUIRED) ? "" : byDefault,
              key.live()));
    }
    return all;
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
