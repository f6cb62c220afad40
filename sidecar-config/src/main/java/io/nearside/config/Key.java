package io.nearside.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One value of the tree, by its path.
 *
 * @param live whether a reload changes it without a restart
 */
record Key(String path, RecordType.Field field, boolean live) {

  /** What all environment variables of ours begin with. */
  static final String VARIABLE_PREFIX = "NEARSIDE_";

  private static final List<Key> ALL = all(RecordType.ROOT, "", false);

  /** Every value, in the order of the tree. */
  static List<Key> all() {
    return ALL;
  }

  /** The path of a key in a section; the root's path is empty. */
  static String child(String section, String name) {
    return section.isEmpty() ? name : section + "." + name;
  }

  /** {@code redis.upstream.connectMillis} is {@code NEARSIDE_REDIS_UPSTREAM_CONNECT_MILLIS}. */
  static String variable(String path) {
    String words = path.replaceAll("([a-z0-9])([A-Z])", "$1_$2").replace('.', '_');
    return VARIABLE_PREFIX + words.toUpperCase(Locale.ROOT);
  }

  String variable() {
    return variable(path);
  }

  /** Its value in a whole configuration. */
  Object valueIn(NearsideConfig config) {
    Object value = config;
    RecordType section = RecordType.ROOT;
    for (String name : path.split("\\.", -1)) {
      RecordType.Field next = section.field(name);
      if (next == null) {
        throw new IllegalStateException(path);
      }
      value = next.valueIn(value);
      section = next.type() instanceof RecordType deeper ? deeper : section;
    }
    return value;
  }

  private static List<Key> all(RecordType section, String path, boolean live) {
    List<Key> keys = new ArrayList<>();
    for (RecordType.Field field : section.fields()) {
      String fieldPath = child(path, field.name());
      boolean fieldLive = live || field.setting().live();
      if (field.type() instanceof RecordType deeper) {
        keys.addAll(all(deeper, fieldPath, fieldLive));
      } else {
        keys.add(new Key(fieldPath, field, fieldLive));
      }
    }
    return List.copyOf(keys);
  }
}
