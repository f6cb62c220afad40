package io.nearside.agent.redis.command;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Set;

/** Commands that concern their connection: the protocol's semantics, not the table's. */
final class Pins {
  private static final Map<String, Pin> BY_NAME =
      Map.ofEntries(
          entry("auth", Pin.AUTH),
          entry("hello", Pin.HELLO),
          entry("select", Pin.SELECT),
          entry("multi", Pin.MULTI),
          entry("exec", Pin.EXEC),
          entry("discard", Pin.DISCARD),
          entry("watch", Pin.WATCH),
          entry("unwatch", Pin.UNWATCH),
          entry("subscribe", Pin.SUBSCRIBE),
          entry("psubscribe", Pin.SUBSCRIBE),
          entry("ssubscribe", Pin.SUBSCRIBE),
          entry("unsubscribe", Pin.UNSUBSCRIBE),
          entry("punsubscribe", Pin.UNSUBSCRIBE),
          entry("sunsubscribe", Pin.UNSUBSCRIBE),
          entry("blpop", Pin.BLOCKING),
          entry("brpop", Pin.BLOCKING),
          entry("brpoplpush", Pin.BLOCKING),
          entry("blmove", Pin.BLOCKING),
          entry("blmpop", Pin.BLOCKING),
          entry("bzpopmin", Pin.BLOCKING),
          entry("bzpopmax", Pin.BLOCKING),
          entry("bzmpop", Pin.BLOCKING),
          entry("xread", Pin.BLOCKING),
          entry("xreadgroup", Pin.BLOCKING),
          entry("monitor", Pin.MONITOR),
          entry("reset", Pin.RESET),
          entry("quit", Pin.QUIT),
          entry("client|reply", Pin.CLIENT_REPLY),
          entry("client|tracking", Pin.CLIENT_TRACKING),
          entry("client|caching", Pin.CLIENT_TRACKING),
          entry("client|id", Pin.CLIENT_ID),
          entry("client|setname", Pin.CLIENT_SETNAME),
          entry("client|getname", Pin.CLIENT_GETNAME),
          entry("client|setinfo", Pin.CLIENT_SETINFO),
          entry("client|info", Pin.CLIENT_INFO),
          entry("client|trackinginfo", Pin.CLIENT_INFO),
          entry("client|getredir", Pin.CLIENT_INFO),
          entry("client|no-evict", Pin.CLIENT_SETTING),
          entry("client|no-touch", Pin.CLIENT_SETTING),
          entry("client|capa", Pin.CLIENT_SETTING),
          entry("client|import-source", Pin.CLIENT_SETTING),
          entry("script|debug", Pin.SCRIPT_DEBUG),
          entry("wait", Pin.WAIT),
          entry("waitaof", Pin.WAIT),
          entry("readonly", Pin.CLUSTER_MODE),
          entry("readwrite", Pin.CLUSTER_MODE),
          entry("asking", Pin.CLUSTER_MODE),
          entry("sync", Pin.REPLICATION),
          entry("psync", Pin.REPLICATION),
          entry("replconf", Pin.REPLICATION),
          entry("post", Pin.FORBIDDEN_NAME),
          entry("host:", Pin.FORBIDDEN_NAME));

  private Pins() {}

  static Pin of(CommandSpec spec) {
    Pin byName = BY_NAME.get(spec.name());
    if (byName != null) {
      return byName;
    }
    return spec.blocking() ? Pin.BLOCKING : Pin.NONE;
  }

  /** The names that mean something to a session even where the upstream's table lacks them. */
  static Set<String> names() {
    return BY_NAME.keySet();
  }
}
