package io.nearside.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a reload changes. Shows no secrets: of a changed secret only that it changed.
 *
 * @param changes in the order of the tree
 */
public record ReloadDiff(List<Change> changes) {
  public ReloadDiff {
    changes = List.copyOf(changes);
  }

  /**
   * One key whose value differs.
   *
   * @param path as {@code redis.cache.maxBytes}
   * @param live whether it takes effect at once; otherwise with the next start
   * @param before the running value, as in YAML
   * @param after the new one
   */
  public record Change(String path, boolean live, String before, String after) {
    /** {@code redis.cache.maxBytes: 32MiB -> 64MiB (live)}. */
    @Override
    public String toString() {
      return path + ": " + before + " -> " + after + (live ? " (live)" : " (needs a restart)");
    }
  }

  /** Compares by value; a generated {@code node.id} is not a change. */
  public static ReloadDiff between(LoadedConfig running, LoadedConfig next) {
    List<Change> changes = new ArrayList<>();
    for (Key key : Key.all()) {
      Object before = key.valueIn(running.config());
      Object after = key.valueIn(next.config());
      boolean generated = byDefault(running, key) && byDefault(next, key);
      if (!before.equals(after) && !generated) {
        changes.add(new Change(key.path(), key.live(), shown(before), shown(after)));
      }
    }
    return new ReloadDiff(changes);
  }

  /**
   * What is in force after the reload: {@code next} where a key is live, {@code running} elsewhere.
   *
   * @throws ConfigException when the two together break a rule between keys
   */
  public static LoadedConfig applied(LoadedConfig running, LoadedConfig next) {
    Map<String, ValueSource> sources = new HashMap<>();
    for (Key key : Key.all()) {
      LoadedConfig from = key.live() ? next : running;
      sources.put(key.path(), Objects.requireNonNull(from.sources().get(key.path())));
    }
    NearsideConfig merged =
        (NearsideConfig) merged(RecordType.ROOT, running.config(), next.config(), false);
    return new LoadedConfig(merged, sources);
  }

  /** The changes that take effect at once. */
  public List<Change> live() {
    return changes.stream().filter(Change::live).toList();
  }

  /** The changes that need a restart. */
  public List<Change> restart() {
    return changes.stream().filter(change -> !change.live()).toList();
  }

  public boolean isEmpty() {
    return changes.isEmpty();
  }

  private static Record merged(RecordType type, Object running, Object next, boolean live) {
    List<Object> values = new ArrayList<>();
    for (RecordType.Field field : type.fields()) {
      boolean fieldLive = live || field.setting().live();
      Object before = field.valueIn(running);
      Object after = field.valueIn(next);
      values.add(
          field.type() instanceof RecordType deeper
              ? merged(deeper, before, after, fieldLive)
              : fieldLive ? after : before);
    }
    return type.construct(values);
  }

  private static boolean byDefault(LoadedConfig loaded, Key key) {
    ValueSource source = loaded.sources().get(key.path());
    return source != null && source.kind() == ValueSource.Kind.DEFAULT;
  }

  private static String shown(Object value) {
    if (value instanceof Secret secret) {
      return secret.isSet() ? "***" : "none";
    }
    String text = YamlText.of(Plain.of(value));
    return text.isEmpty() ? "\"\"" : text;
  }
}
