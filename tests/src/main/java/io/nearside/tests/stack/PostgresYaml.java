package io.nearside.tests.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The {@code postgres} section of a sidecar's configuration in a test, the demo or a benchmark.
 * Clients log in by SCRAM-SHA-256 as the users that {@link PostgresServer} makes; the sidecar's own
 * user is the superuser.
 *
 * @param port the loopback port of the face; taken here, because a face in a process of its own
 *     tells nobody which free one it got
 * @param settings by their paths below {@code postgres}, such as {@code pool.mode}; YAML values
 */
public record PostgresYaml(int port, Map<String, String> settings) {
  private static final List<String> USERS =
      List.of(
          PostgresServer.SUPERUSER,
          PostgresServer.USER,
          "md5_user",
          "cleartext_user",
          "trusted_user");

  public PostgresYaml {
    settings = Map.copyOf(settings);
  }

  /**
   * A face in front of a primary and its replicas; writes the file of its users into the primary's
   * folder.
   */
  public static PostgresYaml inFrontOf(PostgresServer primary, PostgresServer... replicas) {
    List<String> servers = new ArrayList<>(List.of(address(primary.port())));
    for (PostgresServer replica : replicas) {
      servers.add(address(replica.port()));
    }
    return inFrontOf(primary.folder(), servers);
  }

  /**
   * The same for addresses, {@code 127.0.0.1:PORT}: a proxy that spoils connections may stand
   * there.
   *
   * @param folder where the file of the users is written
   */
  public static PostgresYaml inFrontOf(Path folder, List<String> servers) {
    Map<String, String> settings = new TreeMap<>();
    int port = FreePort.next();
    settings.put("enabled", "true");
    settings.put("listen.host", "127.0.0.1");
    settings.put("listen.port", Integer.toString(port));
    settings.put("servers", list(servers));
    settings.put("control.username", PostgresServer.SUPERUSER);
    settings.put(
        "control.password", "{value: '" + PostgresServer.password(PostgresServer.SUPERUSER) + "'}");
    settings.put("control.database", PostgresServer.DATABASE);
    settings.put("auth.method", "scram-sha-256");
    settings.put("auth.userlistFile", "'" + userlist(folder) + "'");
    return new PostgresYaml(port, settings);
  }

  /** The same with another value of a setting. */
  public PostgresYaml with(String path, String value) {
    Map<String, String> changed = new TreeMap<>(settings);
    changed.put(path, value);
    return new PostgresYaml(port, changed);
  }

  /** The same on another loopback port, for the next sidecar of a fleet. */
  public PostgresYaml onPort(int other) {
    return new PostgresYaml(other, with("listen.port", Integer.toString(other)).settings);
  }

  /** The text of the section. */
  public String text() {
    var text = new StringBuilder("postgres:\n");
    write(text, new TreeMap<>(settings), 1);
    return text.toString();
  }

  private static void write(StringBuilder text, TreeMap<String, String> paths, int depth) {
    String indent = "  ".repeat(depth);
    String open = "";
    for (String path : List.copyOf(paths.keySet())) {
      int dot = path.indexOf('.');
      if (dot < 0) {
        text.append(indent).append(path).append(": ").append(paths.get(path)).append('\n');
      } else if (!path.substring(0, dot).equals(open)) {
        open = path.substring(0, dot);
        text.append(indent).append(open).append(":\n");
        TreeMap<String, String> below = new TreeMap<>();
        paths.forEach(
            (name, value) -> {
              if (name.startsWith(path.substring(0, dot + 1))) {
                below.put(name.substring(dot + 1), value);
              }
            });
        write(text, below, depth + 1);
      }
    }
  }

  private static String list(List<String> values) {
    return values.stream().map(v -> "'" + v + "'").collect(Collectors.joining(", ", "[", "]"));
  }

  private static String address(int port) {
    return "127.0.0.1:" + port;
  }

  private static Path userlist(Path folder) {
    String lines =
        USERS.stream()
            .map(user -> "\"%s\" \"%s\"%n".formatted(user, PostgresServer.password(user)))
            .collect(Collectors.joining());
    try {
      return Files.writeString(folder.resolve("userlist.txt"), lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
