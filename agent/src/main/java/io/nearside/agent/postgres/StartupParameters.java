package io.nearside.agent.postgres;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a client's startup message asks for, sorted by what becomes of it: parameters that follow
 * the client, and those that make a server connection another one.
 *
 * @param replication what it says of replication; empty for an ordinary connection
 * @param tracked initial values of what can be set later, names in lower case
 * @param identity all others as one text; equal texts can share server connections
 * @param extensions protocol extensions ({@code _pq_.*}) that are not known here
 */
record StartupParameters(
    String user,
    String database,
    String applicationName,
    String replication,
    Map<String, String> tracked,
    String identity,
    List<String> extensions) {

  static StartupParameters of(Map<String, String> parameters, Set<String> trackedNames) {
    Map<String, String> all = new LinkedHashMap<>(parameters);
    String user = take(all, "user");
    String database = take(all, "database");
    String replication = take(all, "replication");
    String options = take(all, "options");
    Map<String, String> tracked = new TreeMap<>();
    Map<String, String> others = new TreeMap<>();
    List<String> extensions = new ArrayList<>();
    String unread = options(options, all);
    if (!unread.isEmpty()) {
      others.put("options", unread);
    }
    all.forEach(
        (name, value) -> {
          String key = Parameters.key(name);
          if (name.startsWith("_pq_.")) {
            extensions.add(name);
          } else if (Parameters.isReportedSettable(key) || trackedNames.contains(key)) {
            tracked.put(key, value);
          } else {
            others.put(name, value);
          }
        });
    StringBuilder identity = new StringBuilder();
    others.forEach((name, value) -> identity.append(name).append('\0').append(value).append('\0'));
    return new StartupParameters(
        user,
        database.isEmpty() ? user : database,
        tracked.getOrDefault("application_name", ""),
        replication,
        tracked,
        identity.toString(),
        extensions);
  }

  private static String take(Map<String, String> all, String name) {
    String value = all.remove(name);
    return value == null ? "" : value;
  }

  /**
   * Reads {@code -c name=value} and {@code --name=value} (PostgreSQL manual, "Server
   * Configuration"); what is anything else is left to the server as it is.
   *
   * @return empty when all of it was understood
   */
  private static String options(String options, Map<String, String> into) {
    if (options.isBlank()) {
      return "";
    }
    Map<String, String> read = new LinkedHashMap<>();
    List<String> words = words(options);
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      String setting;
      if (word.equals("-c") && i + 1 < words.size()) {
        setting = words.get(++i);
      } else if (word.startsWith("-c") && word.length() > 2) {
        setting = word.substring(2);
      } else if (word.startsWith("--")) {
        setting = word.substring(2);
      } else {
        return options;
      }
      int equals = setting.indexOf('=');
      if (equals <= 0) {
        return options;
      }
      read.put(setting.substring(0, equals).replace('-', '_'), setting.substring(equals + 1));
    }
    into.putAll(read);
    return "";
  }

  /** Parted by white space; a backslash makes the next character ordinary. */
  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean open = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        word.append(text.charAt(++i));
        open = true;
      } else if (Character.isWhitespace(c)) {
        if (open) {
          words.add(word.toString());
          word.setLength(0);
          open = false;
        }
      } else {
        word.append(c);
        open = true;
      }
    }
    if (open) {
      words.add(word.toString());
    }
    return words;
  }

  /** The startup parameters that an identity stands for. */
  static Map<String, String> ofIdentity(String identity) {
    Map<String, String> parameters = new LinkedHashMap<>();
    int at = 0;
    while (at < identity.length()) {
      int nameEnd = identity.indexOf('\0', at);
      int valueEnd = identity.indexOf('\0', nameEnd + 1);
      parameters.put(identity.substring(at, nameEnd), identity.substring(nameEnd + 1, valueEnd));
      at = valueEnd + 1;
    }
    return parameters;
  }
}
