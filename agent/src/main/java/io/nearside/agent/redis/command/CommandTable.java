package io.nearside.agent.redis.command;

import io.nearside.agent.redis.resp.RequestFrame;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The commands of the upstream: what each does, where its keys stand, what it needs of a
 * connection. Immutable, for any thread. The bundled table serves from the start; {@link #parse}
 * replaces it when the upstream has answered {@code COMMAND}.
 */
public final class CommandTable {
  private final List<CommandSpec> specs;
  private final Set<String> denied;
  private final Set<String> moduleReads;
  private final NameIndex index;
  private final List<Command> commands;
  private final boolean hashFieldExpiry;

  private CommandTable(List<CommandSpec> specs, Set<String> denied, Set<String> moduleReads) {
    this.specs = specs;
    this.denied = denied;
    this.moduleReads = moduleReads;
    this.commands = new ArrayList<>();
    List<Command> topLevel = new ArrayList<>();
    Map<String, CommandSpec> all = withProtocolNames(specs);
    Set<String> unlisted = addUnlisted(all, denied);
    for (CommandSpec spec : all.values()) {
      topLevel.add(command(spec, unlisted));
    }
    this.index = new NameIndex(topLevel);
    this.hashFieldExpiry = named("hpexpire") != null;
  }

  private Command command(CommandSpec spec, Set<String> unlisted) {
    NameIndex subcommands = null;
    if (spec.container()) {
      List<Command> children =
          spec.subcommands().stream().map(sub -> command(sub, unlisted)).toList();
      subcommands = new NameIndex(children);
    }
    Command command =
        new Command(
            spec,
            unlisted.contains(spec.name()),
            denied.contains(spec.name()) || denied.contains(spec.base()),
            moduleReads.contains(spec.name()),
            subcommands);
    commands.add(command);
    return command;
  }

  /** The names that sessions give a meaning to are there, whatever the server knows. */
  private static Map<String, CommandSpec> withProtocolNames(List<CommandSpec> specs) {
    Map<String, CommandSpec> all = new LinkedHashMap<>();
    specs.forEach(spec -> all.put(spec.name(), spec));
    for (CommandSpec spec : Bundled.SPECS) {
      boolean pinned =
          Pins.names().contains(spec.name())
              || spec.subcommands().stream().anyMatch(sub -> Pins.names().contains(sub.name()));
      if (pinned) {
        all.putIfAbsent(spec.name(), spec);
      }
    }
    for (String name : Pins.names()) {
      int bar = name.indexOf('|');
      if (bar < 0) {
        all.putIfAbsent(name, CommandSpec.unknown(name));
      } else {
        all.computeIfPresent(name.substring(0, bar), (_, spec) -> withSubcommand(spec, name));
      }
    }
    return all;
  }

  private static boolean hasSubcommand(CommandSpec container, String name) {
    return container.subcommands().stream().anyMatch(sub -> sub.name().equals(name));
  }

  private static CommandSpec withSubcommand(CommandSpec container, String name) {
    if (hasSubcommand(container, name)) {
      return container;
    }
    List<CommandSpec> subcommands = new ArrayList<>(container.subcommands());
    subcommands.add(CommandSpec.unknown(name));
    return container.withSubcommands(subcommands);
  }

  /** Adds the denied names that the table lacks; the names of which nothing else is known. */
  private static Set<String> addUnlisted(Map<String, CommandSpec> all, Set<String> denied) {
    Set<String> unlisted = new HashSet<>();
    for (String name : denied) {
      int bar = name.indexOf('|');
      String base = bar < 0 ? name : name.substring(0, bar);
      if (!all.containsKey(base)) {
        all.put(base, CommandSpec.unknown(base));
        unlisted.add(base);
      }
      CommandSpec container = all.get(base);
      if (bar >= 0 && container != null && !hasSubcommand(container, name)) {
        all.put(base, withSubcommand(container, name));
        unlisted.add(name);
      }
    }
    return unlisted;
  }

  /** The commands of Redis 7.0.15, for as long as the upstream's own table is not known. */
  public static CommandTable bundled() {
    return Bundled.TABLE;
  }

  /**
   * The table in a raw reply to {@code COMMAND}, RESP2 or RESP3. Entries without key specifications
   * (servers before 7.0) take the bundled description of the same name.
   *
   * @throws MalformedCommandReplyException if it is no such reply; its text carries no user data
   */
  public static CommandTable parse(byte[] respReply) {
    List<CommandSpec> specs =
        CommandReply.parse(respReply).stream().map(CommandTable::completed).toList();
    return new CommandTable(specs, Set.of(), Set.of());
  }

  private static CommandSpec completed(CommandSpec spec) {
    CommandSpec bundled = spec.legacy() ? Bundled.BY_NAME.get(spec.name()) : null;
    return bundled == null ? spec : bundled;
  }

  /** {@code upstream}, and from the bundled table what it lacks. */
  public static CommandTable fromBundledPlus(CommandTable upstream) {
    Map<String, CommandSpec> merged = new LinkedHashMap<>(Bundled.BY_NAME);
    upstream.specs.forEach(spec -> merged.put(spec.name(), spec));
    return new CommandTable(List.copyOf(merged.values()), upstream.denied, upstream.moduleReads);
  }

  /**
   * The same table with these commands denied, besides those that are. A name may be written {@code
   * CONFIG SET} or {@code config|set}, in any case; a container stands for all its sub-commands; a
   * name that the table lacks is denied all the same.
   */
  public CommandTable withDenied(Collection<String> names) {
    return new CommandTable(specs, union(denied, names), moduleReads);
  }

  /**
   * The same table with these module commands cacheable, as far as their flags allow: whoever names
   * one vouches that its reply depends on nothing but the keys it names.
   */
  public CommandTable withCacheableModuleReads(Collection<String> names) {
    return new CommandTable(specs, denied, union(moduleReads, names));
  }

  private static Set<String> union(Set<String> names, Collection<String> more) {
    Set<String> union = new HashSet<>(names);
    for (String name : more) {
      union.add(name.strip().toLowerCase(Locale.ROOT).replaceAll("\\s+", "|"));
    }
    return Set.copyOf(union);
  }

  /** The command that the request names; {@link Command#UNKNOWN} if it is not in the table. */
  public Command find(RequestFrame frame) {
    Command command = index.find(frame, 0);
    return command == null ? Command.UNKNOWN : command.resolve(frame);
  }

  /** The command of this name ({@code get}, {@code config|set}), or null. */
  public @Nullable Command named(String name) {
    for (Command command : commands) {
      if (command.name().equals(name)) {
        return command;
      }
    }
    return null;
  }

  /** Every command and sub-command. */
  public List<Command> commands() {
    return List.copyOf(commands);
  }

  /** Whether fields of a hash can expire on their own at this server (Redis 7.4, Valkey 9). */
  public boolean hasHashFieldExpiry() {
    return hashFieldExpiry;
  }

  /** What was told of the server's commands, without what this class added. */
  List<CommandSpec> specs() {
    return specs;
  }

  /** Loaded once, on first use. */
  private static final class Bundled {
    static final List<CommandSpec> SPECS = CommandText.bundled();
    static final Map<String, CommandSpec> BY_NAME =
        SPECS.stream()
            .collect(
                Collectors.toMap(
                    CommandSpec::name, spec -> spec, (_, last) -> last, LinkedHashMap::new));
    static final CommandTable TABLE = new CommandTable(SPECS, Set.of(), Set.of());
  }
}
