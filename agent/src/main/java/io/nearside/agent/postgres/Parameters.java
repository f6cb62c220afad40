package io.nearside.agent.postgres;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The session parameters of one client (what it wants) or one server connection (what is in force):
 * those that servers report by ParameterStatus, by the reported value, and tracked ones by the text
 * of their SET. Names in lower case. On one event loop.
 */
final class Parameters {
  /** Reported by servers and changed by SET (PostgreSQL manual, "Asynchronous Operations"). */
  private static final Set<String> REPORTED_SETTABLE =
      Set.of(
          "application_name",
          "client_encoding",
          "datestyle",
          "default_transaction_read_only",
          "intervalstyle",
          "scram_iterations",
          "search_path",
          "standard_conforming_strings",
          "timezone");

  /**
   * How a parameter got its value.
   *
   * @param text as written behind SET ... TO, or the value itself
   * @param literal whether it is the value itself, as in a startup message
   */
  record Assignment(String text, boolean literal) {}

  private final Map<String, String> reported = new TreeMap<>();
  private final Map<String, Assignment> tracked = new TreeMap<>();
  private @Nullable String signature;

  static Set<String> reportedSettable() {
    return REPORTED_SETTABLE;
  }

  static boolean isReportedSettable(String name) {
    return REPORTED_SETTABLE.contains(name);
  }

  static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  @Nullable String reported(String name) {
    return reported.get(name);
  }

  @Nullable Assignment tracked(String name) {
    return tracked.get(name);
  }

  void report(String name, String value) {
    if (!value.equals(reported.put(name, value))) {
      signature = null;
    }
  }

  void track(String name, Assignment assignment) {
    tracked.put(name, assignment);
    signature = null;
  }

  void untrack(String name) {
    tracked.remove(name);
    signature = null;
  }

  void untrackAll() {
    tracked.clear();
    signature = null;
  }

  /** Takes over what a server reports of what clients may change. */
  void takeReported(Parameters server) {
    if (signature().equals(server.signature())) {
      return;
    }
    for (String name : REPORTED_SETTABLE) {
      String value = server.reported.get(name);
      if (value != null) {
        report(name, value);
      }
    }
  }

  /** Gives what is tracked here to another. */
  void takeTracked(Parameters other) {
    tracked.forEach(other::track);
  }

  /** Equal texts mean equal parameters; interned, so that comparing costs nothing. */
  private String signature() {
    String known = signature;
    if (known == null) {
      var text = new StringBuilder();
      reported.forEach(
          (name, value) -> {
            if (REPORTED_SETTABLE.contains(name)) {
              text.append(name).append('=').append(value).append('\0');
            }
          });
      tracked.forEach((name, value) -> text.append(name).append(value).append('\0'));
      known = text.toString().intern();
      signature = known;
    }
    return known;
  }

  /**
   * What a server connection must be told so that it is as this client wants it; null when it is.
   * After it was obeyed, {@link #applied} holds.
   */
  @Nullable String difference(Parameters server) {
    StringBuilder select = new StringBuilder();
    StringBuilder sets = new StringBuilder();
    for (String name : REPORTED_SETTABLE) {
      String wanted = reported.get(name);
      if (wanted != null && !wanted.equals(server.reported.get(name))) {
        setConfig(select, name, wanted);
      }
    }
    for (Map.Entry<String, Assignment> each : tracked.entrySet()) {
      Assignment wanted = each.getValue();
      if (wanted.equals(server.tracked.get(each.getKey())) || reported.containsKey(each.getKey())) {
        continue;
      }
      if (wanted.literal()) {
        setConfig(select, each.getKey(), wanted.text());
      } else {
        sets.append(";SET ").append(each.getKey()).append(" TO ").append(wanted.text());
      }
    }
    for (String name : server.tracked.keySet()) {
      if (!tracked.containsKey(name)) {
        sets.append(";RESET ").append(name);
      }
    }
    if (!select.isEmpty()) {
      return select.append(sets).toString();
    }
    return sets.isEmpty() ? null : sets.substring(1);
  }

  private static void setConfig(StringBuilder select, String name, String value) {
    select
        .append(select.isEmpty() ? "SELECT " : ",")
        .append("pg_catalog.set_config('")
        .append(name)
        .append("',")
        .append(SqlText.literal(value))
        .append(",false)");
  }

  /** The server obeyed: what it has of the tracked ones is what the client wants. */
  void applied(Parameters client) {
    tracked.clear();
    client.tracked.forEach(
        (name, assignment) -> {
          if (!client.reported.containsKey(name)) {
            tracked.put(name, assignment);
          }
        });
    signature = null;
  }

  /** Whether a server in this state is as a client in that one wants it; may err towards no. */
  boolean matches(Parameters server) {
    return signature().equals(server.signature());
  }
}
