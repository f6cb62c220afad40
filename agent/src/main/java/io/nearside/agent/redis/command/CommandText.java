package io.nearside.agent.redis.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A command table as text, one line a command, sub-commands after their container: name, arity,
 * flags, categories, tips and key specifications, separated by blanks ({@code -}: none; specs
 * separated by {@code +}). The bundled table of Redis 7.0 is kept in this form.
 */
final class CommandText {
  private static final String BUNDLED = "redis-7.0-commands.txt";
  private static final String NONE = "-";

  private CommandText() {}

  /** The commands of Redis 7.0.15. */
  static List<CommandSpec> bundled() {
    try (InputStream in =
        Objects.requireNonNull(CommandText.class.getResourceAsStream(BUNDLED), BUNDLED)) {
      return parse(new String(in.readAllBytes(), StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String format(List<CommandSpec> specs) {
    var text = new StringBuilder();
    for (CommandSpec spec : sorted(specs)) {
      appendLine(text, spec);
      sorted(spec.subcommands()).forEach(sub -> appendLine(text, sub));
    }
    return text.toString();
  }

  private static List<CommandSpec> sorted(List<CommandSpec> specs) {
    return specs.stream().sorted(Comparator.comparing(CommandSpec::name)).toList();
  }

  private static void appendLine(StringBuilder text, CommandSpec spec) {
    String keys =
        spec.keySpecs().stream().map(KeySpecText::format).collect(Collectors.joining("+"));
    text.append(spec.name()).append(' ').append(spec.arity());
    for (List<String> words : List.of(spec.flags(), spec.categories(), spec.tips())) {
      text.append(' ').append(words.isEmpty() ? NONE : String.join(",", words));
    }
    text.append(' ').append(keys.isEmpty() ? NONE : keys).append('\n');
  }

  static List<CommandSpec> parse(String text) {
    List<CommandSpec> specs = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      CommandSpec spec = line(line);
      if (spec.name().equals(spec.base())) {
        specs.add(spec);
      } else {
        CommandSpec container = specs.removeLast();
        List<CommandSpec> subcommands = new ArrayList<>(container.subcommands());
        subcommands.add(spec);
        specs.add(container.withSubcommands(subcommands));
      }
    }
    return List.copyOf(specs);
  }

  private static CommandSpec line(String line) {
    String[] fields = line.split(" ", -1);
    List<KeySpec> keySpecs =
        fields[5].equals(NONE)
            ? List.of()
            : Arrays.stream(fields[5].split("\\+", -1)).map(KeySpecText::parse).toList();
    return new CommandSpec(
        fields[0],
        Integer.parseInt(fields[1]),
        words(fields[2]),
        words(fields[3]),
        words(fields[4]),
        keySpecs,
        List.of(),
        false);
  }

  static List<String> words(String field) {
    return field.isEmpty() || field.equals(NONE) ? List.of() : Arrays.asList(field.split(",", -1));
  }
}
