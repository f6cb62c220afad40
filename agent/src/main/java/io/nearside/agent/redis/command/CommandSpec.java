package io.nearside.agent.redis.command;

import java.util.List;

/**
 * A command as the server's {@code COMMAND} reply describes it (<a
 * href="https://redis.io/docs/latest/commands/command/">COMMAND</a>).
 *
 * @param name lower case; a sub-command is {@code container|name}
 * @param arity number of arguments with the name; negative: at least that many
 * @param flags lower case, sorted
 * @param categories ACL categories with their {@code @}, sorted
 * @param tips sorted
 * @param legacy from a server before 7.0: no key specifications, tips or sub-commands
 */
record CommandSpec(
    String name,
    int arity,
    List<String> flags,
    List<String> categories,
    List<String> tips,
    List<KeySpec> keySpecs,
    List<CommandSpec> subcommands,
    boolean legacy) {

  CommandSpec {
    flags = flags.stream().sorted().distinct().toList();
    categories = categories.stream().sorted().distinct().toList();
    tips = tips.stream().sorted().distinct().toList();
    keySpecs = List.copyOf(keySpecs);
    subcommands = List.copyOf(subcommands);
  }

  /** A name of which nothing is known. */
  static CommandSpec unknown(String name) {
    return new CommandSpec(name, -1, List.of(), List.of(), List.of(), List.of(), List.of(), false);
  }

  CommandSpec withSubcommands(List<CommandSpec> others) {
    return new CommandSpec(name, arity, flags, categories, tips, keySpecs, others, legacy);
  }

  boolean hasFlag(String flag) {
    return flags.contains(flag);
  }

  boolean hasCategory(String category) {
    return categories.contains(category);
  }

  boolean hasTip(String tip) {
    return tips.contains(tip);
  }

  /** The name without the sub-command. */
  String base() {
    int bar = name.indexOf('|');
    return bar < 0 ? name : name.substring(0, bar);
  }

  /** The name after the bar, or the whole name. */
  String leaf() {
    return name.substring(name.indexOf('|') + 1);
  }

  boolean container() {
    return !subcommands.isEmpty();
  }

  /** Servers before 7.0 have only the ACL category. */
  boolean blocking() {
    return hasFlag("blocking") || hasCategory("@blocking");
  }

  /** Whether some argument of it is a key. */
  boolean hasKeys() {
    return keySpecs.stream().anyMatch(spec -> !spec.notKey());
  }
}
