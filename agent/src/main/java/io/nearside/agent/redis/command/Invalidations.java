package io.nearside.agent.redis.command;

import java.util.Set;

/**
 * Which {@link Invalidation} a command calls for. The flags decide; the names below are where the
 * flags of Redis do not say what matters to a cache.
 */
final class Invalidations {
  /** Run code of the user's: what they change is known by the keys they declare, or not at all. */
  static final Set<String> SCRIPTS = Set.of("eval", "evalsha", "fcall");

  /** Cannot write: the server refuses it. */
  private static final Set<String> READ_ONLY_SCRIPTS = Set.of("eval_ro", "evalsha_ro", "fcall_ro");

  /** Change the data set as a whole, or keys that no argument names. */
  private static final Set<String> EPOCHS =
      Set.of(
          "flushall",
          "flushdb",
          "debug",
          "replicaof",
          "slaveof",
          "failover",
          "module|load",
          "module|loadex",
          "module|unload",
          // RediSearch: these write or delete the indexed documents, their key is the index
          "ft.add",
          "ft.safeadd",
          "ft.addhash",
          "ft.safeaddhash",
          "ft.del",
          "ft.drop",
          "ft.dropindex",
          "_ft.drop",
          "_ft.dropifx",
          "_ft.dropindex",
          "_ft.dropindexifx");

  /** Flagged as a read, yet rewrites its keys: the cardinality cached in a HyperLogLog. */
  private static final Set<String> WRITING_READS = Set.of("pfcount");

  /** No key changes, and none will by a sub-command yet to come. */
  private static final Set<String> HARMLESS =
      Set.of(
          "acl",
          "bgrewriteaof",
          "bgsave",
          "client",
          "command",
          "commandlog",
          "config",
          "function",
          "info",
          "lastsave",
          "latency",
          "memory",
          "monitor",
          "pfselftest",
          "psync",
          "publish",
          "pubsub",
          "replconf",
          "role",
          "save",
          "script",
          "shutdown",
          "slowlog",
          "spublish",
          "sync",
          "time",
          "wait",
          "waitaof");

  /** The sub-commands of CLUSTER and MODULE that change no key; the others move the epoch. */
  private static final Set<String> HARMLESS_SUBCOMMANDS =
      Set.of(
          "cluster|bumpepoch",
          "cluster|count-failure-reports",
          "cluster|countkeysinslot",
          "cluster|forget",
          "cluster|getkeysinslot",
          "cluster|info",
          "cluster|keyslot",
          "cluster|links",
          "cluster|meet",
          "cluster|myid",
          "cluster|myshardid",
          "cluster|nodes",
          "cluster|replicas",
          "cluster|saveconfig",
          "cluster|set-config-epoch",
          "cluster|shards",
          "cluster|slaves",
          "cluster|slot-stats",
          "cluster|slots",
          "module|list");

  private static final Set<String> HARMLESS_CATEGORIES =
      Set.of("@connection", "@pubsub", "@transaction");

  private Invalidations() {}

  static Invalidation of(CommandSpec spec) {
    String name = spec.name();
    if (spec.container()) {
      return Invalidation.EPOCH_UNLESS_ERROR; // reached only with a sub-command not in the table
    }
    if (name.equals("swapdb")) {
      return Invalidation.SWAPDB;
    }
    if (EPOCHS.contains(name) || EPOCHS.contains(spec.base())) {
      return Invalidation.EPOCH;
    }
    if (SCRIPTS.contains(name) || WRITING_READS.contains(name)) {
      return Invalidation.KEYS;
    }
    if (HARMLESS.contains(spec.base())
        || HARMLESS_SUBCOMMANDS.contains(name)
        || READ_ONLY_SCRIPTS.contains(name)
        || name.endsWith("|help")) {
      return Invalidation.NOTHING;
    }
    if (spec.hasFlag("write") || spec.hasFlag("may_replicate")) {
      return spec.hasKeys() ? Invalidation.KEYS : Invalidation.EPOCH;
    }
    if (spec.hasFlag("readonly") || harmlessCategory(spec)) {
      return Invalidation.NOTHING;
    }
    return spec.hasKeys() ? Invalidation.KEYS : Invalidation.EPOCH;
  }

  private static boolean harmlessCategory(CommandSpec spec) {
    return !spec.hasFlag("module")
        && spec.categories().stream().anyMatch(HARMLESS_CATEGORIES::contains);
  }
}
