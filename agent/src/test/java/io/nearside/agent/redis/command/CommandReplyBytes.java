package io.nearside.agent.redis.command;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes command specifications as a server's {@code COMMAND} reply, in its various shapes. */
final class CommandReplyBytes {
  private final StringBuilder out = new StringBuilder();
  private final int elements;
  private final boolean resp3;

  private CommandReplyBytes(int elements, boolean resp3) {
    this.elements = elements;
    this.resp3 = resp3;
  }

  /**
   * @param elements of an entry: 6 (before 6.0), 7 (6.2), 10 (7.0), or any number between 3 and 12
   */
  static byte[] encode(List<CommandSpec> specs, int elements, boolean resp3) {
    var writer = new CommandReplyBytes(elements, resp3);
    writer.commands(specs);
    return writer.out.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private void commands(List<CommandSpec> specs) {
    header('*', specs.size());
    for (CommandSpec spec : specs) {
      command(spec);
    }
  }

  private void command(CommandSpec spec) {
    header('*', elements);
    bulk(spec.name());
    number(spec.arity());
    strings(spec.flags());
    int[] positions = positions(spec);
    for (int i = 3; i < elements; i++) {
      switch (i) {
        case 3, 4, 5 -> number(positions[i - 3]);
        case 6 -> strings(spec.categories());
        case 7 -> strings(spec.tips());
        case 8 -> {
          header('*', spec.keySpecs().size());
          spec.keySpecs().forEach(this::keySpec);
        }
        case 9 -> commands(spec.subcommands());
        default -> bulk("something newer");
      }
    }
  }

  private static int[] positions(CommandSpec spec) {
    if (!spec.keySpecs().isEmpty()
        && spec.keySpecs().getFirst().begin() instanceof KeySpec.AtIndex(int index)
        && spec.keySpecs().getFirst().find()
            instanceof KeySpec.Range(int lastKey, int step, int _)) {
      return new int[] {index, lastKey < 0 ? lastKey : index + lastKey, step};
    }
    return new int[] {0, 0, 0};
  }

  private void keySpec(KeySpec spec) {
    map(3);
    bulk("flags");
    strings(spec.flags());
    bulk("begin_search");
    map(2);
    bulk("type");
    switch (spec.begin()) {
      case KeySpec.AtIndex(int index) -> {
        bulk("index");
        fields("index", index);
      }
      case KeySpec.AfterKeyword(String keyword, int from) -> {
        bulk("keyword");
        bulk("spec");
        map(2);
        bulk("keyword");
        bulk(keyword);
        bulk("startfrom");
        number(from);
      }
      case KeySpec.UnknownBegin() -> {
        bulk("unknown");
        fields();
      }
    }
    bulk("find_keys");
    map(2);
    bulk("type");
    switch (spec.find()) {
      case KeySpec.Range(int lastKey, int step, int limit) -> {
        bulk("range");
        fields("lastkey", lastKey, "keystep", step, "limit", limit);
      }
      case KeySpec.KeyNum(int countIndex, int firstKey, int step) -> {
        bulk("keynum");
        fields("keynumidx", countIndex, "firstkey", firstKey, "keystep", step);
      }
      case KeySpec.UnknownFind() -> {
        bulk("unknown");
        fields();
      }
    }
  }

  private void fields(Object... pairs) {
    bulk("spec");
    map(pairs.length / 2);
    for (Object value : pairs) {
      if (value instanceof Integer number) {
        number(number);
      } else {
        bulk(value.toString());
      }
    }
  }

  private void strings(List<String> strings) {
    header(resp3 ? '~' : '*', strings.size());
    for (String text : strings) {
      out.append('+').append(text).append("\r\n");
    }
  }

  private void map(int entries) {
    header(resp3 ? '%' : '*', resp3 ? entries : 2 * entries);
  }

  private void bulk(String text) {
    header('$', text.length());
    out.append(text).append("\r\n");
  }

  private void number(int number) {
    header(':', number);
  }

  private void header(char type, int number) {
    out.append(type).append(number).append("\r\n");
  }
}
