package io.nearside.agent.redis.command;

import java.util.Set;

/**
 * Whether a reply of a command can be changed by nothing but a write to its one key. Derived from
 * flags and tips; the names are for servers whose table lacks the tip, and for what no tip says.
 */
final class Cacheability {
  private static final Set<String> NEVER =
      Set.of(
          // change with time
          "ttl",
          "pttl",
          "httl",
          "hpttl",
          "time",
          // differ from call to call
          "randomkey",
          "srandmember",
          "hrandfield",
          "zrandmember",
          "vrandmember",
          "scan",
          "sscan",
          "hscan",
          "zscan",
          "lolwut",
          // change with reads, or have effects
          "object",
          "memory",
          "dump",
          "touch",
          "pfcount",
          "wait",
          "waitaof",
          // streams: wait, or tell of consumer groups and idle times
          "xread",
          "xpending",
          "xinfo",
          // not one key
          "keys",
          "dbsize",
          "lcs",
          // code of the user's
          "eval_ro",
          "evalsha_ro",
          "fcall_ro");

  private static final Set<String> FORBIDDEN_FLAGS =
      Set.of("write", "may_replicate", "blocking", "admin", "pubsub", "noscript", "random");

  private static final Set<String> UNORDERED =
      Set.of("smembers", "hgetall", "hkeys", "hvals", "sdiff", "sinter", "sunion");

  private Cacheability() {}

  /** Whether the order of the reply's elements is not defined. */
  static boolean isUnordered(CommandSpec spec) {
    return spec.hasTip("nondeterministic_output_order") || UNORDERED.contains(spec.name());
  }

  /**
   * @param moduleNamed the configuration vouches that this module command's reply depends on
   *     nothing but its keys
   */
  static boolean of(CommandSpec spec, KeyFinder keys, boolean moduleNamed) {
    return spec.hasFlag("readonly")
        && spec.flags().stream().noneMatch(FORBIDDEN_FLAGS::contains)
        && !spec.blocking()
        && (!spec.hasFlag("module") || moduleNamed)
        && !spec.hasCategory("@scripting")
        && !spec.hasTip("nondeterministic_output")
        && !NEVER.contains(spec.name())
        && !NEVER.contains(spec.base())
        && spec.hasKeys()
        && keys.everyKeyNamed();
  }
}
