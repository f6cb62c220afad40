package io.nearside.agent.redis.command;

import java.util.Locale;

/** The group of a command, for metrics: a bounded number of labels whatever clients send. */
public enum Family {
  STRING,
  HASH,
  LIST,
  SET,
  SORTEDSET,
  STREAM,
  GEO,
  HYPERLOGLOG,
  BITMAP,
  PUBSUB,
  TRANSACTION,
  SCRIPTING,
  CONNECTION,
  SERVER,
  GENERIC,
  MODULE,
  UNKNOWN;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The label: lower case. */
  public String label() {
    return label;
  }

  /** From the ACL categories (Redis 6.0 and later); what says nothing is {@link #SERVER}. */
  static Family of(CommandSpec spec) {
    if (spec.hasFlag("module")) {
      return MODULE;
    }
    if (spec.base().equals("sort") || spec.base().equals("sort_ro")) {
      return GENERIC; // in @list, @set and @sortedset at once
    }
    for (Family family : values()) {
      if (spec.hasCategory("@" + family.label)) {
        return family;
      }
    }
    return spec.hasCategory("@keyspace") ? GENERIC : SERVER;
  }
}
