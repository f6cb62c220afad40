package io.nearside.tests.it;

import io.nearside.tests.stack.RedisServer;
import java.util.List;

/** What Redis itself knows of the connections that a sidecar has to it. Stateless. */
final class UpstreamClients {
  private UpstreamClients() {}

  /** The lines of CLIENT LIST that contain a text, without the one that asks. */
  static List<String> with(RedisServer redis, String text) {
    return redis
        .command("CLIENT", "LIST")
        .lines()
        .filter(line -> line.contains("id=") && !line.contains("cmd=client|list"))
        .filter(line -> line.contains(text))
        .toList();
  }

  /** How often a command was executed, by INFO. */
  static long calls(RedisServer redis, String command) {
    String stat = redis.info().get("cmdstat_" + command);
    return stat == null ? 0 : Long.parseLong(stat.replaceAll("^calls=(\\d+),.*", "$1"));
  }
}
