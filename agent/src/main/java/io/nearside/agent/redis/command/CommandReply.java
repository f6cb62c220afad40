package io.nearside.agent.redis.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The upstream's {@code COMMAND} reply as {@link CommandSpec}s. An entry has six elements (Redis
 * before 6.0), seven (with ACL categories) or ten (7.0: tips, key specifications, sub-commands);
 * fewer than that lack what they lack, more are ignored.
 */
final class CommandReply {
  /** A bound against nonsense; Redis with every module has some 600. */
  static final int COMMANDS_MAX = 20_000;

  private static final int NAME_LENGTH_MAX = 256;
  private static final int INDEX_MAX = 1 << 20;
  private static final int LEGACY_ELEMENTS_MAX = 7;

  private CommandReply() {}

  static List<CommandSpec> parse(byte[] reply) {
    if (!(ReplyTree.parse(reply) instanceof List<?> entries)) {
      throw new MalformedCommandReplyException("COMMAND reply: not an array");
    }
    if (entries.size() > COMMANDS_MAX) {
      throw new MalformedCommandReplyException(
          "COMMAND reply: " + entries.size() + " commands (expected at most " + COMMANDS_MAX + ")");
    }
    Map<String, CommandSpec> specs = new LinkedHashMap<>();
    for (Object entry : entries) {
      if (entry != null) {
        CommandSpec spec = command(entry, "");
        specs.put(spec.name(), spec);
      }
    }
    if (specs.isEmpty()) {
      throw new MalformedCommandReplyException("COMMAND reply: no commands");
    }
    return List.copyOf(specs.values());
  }

  private static CommandSpec command(Object entry, String container) {
    if (!(entry instanceof List<?> fields)
        || fields.size() < 3
        || !(fields.get(0) instanceof String rawName)
        || !(fields.get(1) instanceof Long arity)) {
      throw new MalformedCommandReplyException(
          "COMMAND reply: an entry is not [name, arity, flags, ...]");
    }
    String name = name(rawName, container);
    boolean legacy = fields.size() <= LEGACY_ELEMENTS_MAX;
    return new CommandSpec(
        name,
        arity.intValue(),
        strings(fields.get(2)),
        fields.size() > 6 ? strings(fields.get(6)) : List.of(),
        fields.size() > 7 ? strings(fields.get(7)) : List.of(),
        fields.size() > 8 ? keySpecs(fields.get(8)) : positions(fields),
        fields.size() > 9 && container.isEmpty() ? subcommands(fields.get(9), name) : List.of(),
        legacy);
  }

  private static String name(String raw, String container) {
    String name = raw.toLowerCase(Locale.ROOT);
    if (!container.isEmpty() && name.indexOf('|') < 0) {
      name = container + "|" + name;
    }
    boolean plain = name.chars().allMatch(c -> c > ' ' && c < 0x7F);
    if (name.isEmpty() || name.length() > NAME_LENGTH_MAX || !plain) {
      throw new MalformedCommandReplyException("COMMAND reply: a command's name is no name");
    }
    return name;
  }

  private static List<CommandSpec> subcommands(@Nullable Object value, String container) {
    Map<String, CommandSpec> specs = new LinkedHashMap<>();
    if (value instanceof List<?> entries) {
      for (Object entry : entries) {
        if (entry != null) {
          CommandSpec spec = command(entry, container);
          specs.put(spec.name(), spec);
        }
      }
    }
    return List.copyOf(specs.values());
  }

  private static List<String> strings(@Nullable Object value) {
    List<String> strings = new ArrayList<>();
    if (value instanceof List<?> elements) {
      for (Object element : elements) {
        if (element instanceof String text) {
          strings.add(text);
        }
      }
    }
    return strings;
  }

  /** First key, last key and step of an entry without key specifications. */
  private static List<KeySpec> positions(List<?> fields) {
    if (fields.size() < 6) {
      return List.of();
    }
    int first = index(fields.get(3), 0);
    if (first <= 0) {
      return List.of();
    }
    return List.of(
        KeySpec.ofPositions(first, index(fields.get(4), first), index(fields.get(5), 1)));
  }

  private static List<KeySpec> keySpecs(@Nullable Object value) {
    List<KeySpec> specs = new ArrayList<>();
    if (value instanceof List<?> entries) {
      for (Object entry : entries) {
        Map<String, @Nullable Object> fields = map(entry);
        specs.add(
            new KeySpec(
                begin(map(fields.get("begin_search"))),
                find(map(fields.get("find_keys"))),
                strings(fields.get("flags"))));
      }
    }
    return specs;
  }

  private static KeySpec.Begin begin(Map<String, @Nullable Object> search) {
    Map<String, @Nullable Object> spec = map(search.get("spec"));
    Object type = search.get("type");
    if ("index".equals(type) && index(spec.get("index"), -1) > 0) {
      return new KeySpec.AtIndex(index(spec.get("index"), 1));
    }
    if ("keyword".equals(type) && spec.get("keyword") instanceof String keyword) {
      int from = index(spec.get("startfrom"), 0);
      if (from != 0 && KeySpecText.plainKeyword(keyword)) {
        return new KeySpec.AfterKeyword(keyword, from);
      }
    }
    return new KeySpec.UnknownBegin();
  }

  private static KeySpec.Find find(Map<String, @Nullable Object> search) {
    Map<String, @Nullable Object> spec = map(search.get("spec"));
    int step = index(spec.get("keystep"), 0);
    int limit = index(spec.get("limit"), 0);
    if (step > 0 && limit >= 0 && "range".equals(search.get("type"))) {
      return new KeySpec.Range(index(spec.get("lastkey"), 0), step, limit);
    }
    int countIndex = index(spec.get("keynumidx"), -1);
    int firstKey = index(spec.get("firstkey"), -1);
    if (step > 0 && countIndex >= 0 && firstKey >= 0 && "keynum".equals(search.get("type"))) {
      return new KeySpec.KeyNum(countIndex, firstKey, step);
    }
    return new KeySpec.UnknownFind();
  }

  /** Alternating keys and values (RESP2 array or RESP3 map) by key. */
  private static Map<String, @Nullable Object> map(@Nullable Object value) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    if (value instanceof List<?> pairs) {
      for (int i = 0; i + 1 < pairs.size(); i += 2) {
        if (pairs.get(i) instanceof String key) {
          map.put(key, pairs.get(i + 1));
        }
      }
    }
    return map;
  }

  private static int index(@Nullable Object value, int otherwise) {
    return value instanceof Long number ? Math.clamp(number, -INDEX_MAX, INDEX_MAX) : otherwise;
  }
}
