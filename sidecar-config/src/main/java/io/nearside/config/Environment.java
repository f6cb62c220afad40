package io.nearside.config;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What may stand in the environment beside the overrides. */
final class Environment {
  /** Read by the launcher, not by the configuration. */
  static final List<String> LAUNCHER = List.of("NEARSIDE_HOME", "NEARSIDE_JAVA_OPTS");

  /**
   * Kubernetes gives every pod variables for the services of its namespace, in the style of
   * Docker's links; for a service called {@code nearside} or {@code nearside-admin} they begin as
   * ours do.
   */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(
          "NEARSIDE_(.+_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_.+)?)");

  private static final Pattern SERVICE_LINK_PORT = Pattern.compile("(tcp|udp|sctp)://.*");

  private Environment() {}

  /** The overrides and nothing else: without what only looks like one. */
  static Map<String, String> withoutServiceLinks(Map<String, String> environment) {
    Map<String, String> kept = new TreeMap<>(environment);
    kept.entrySet()
        .removeIf(
            entry ->
                SERVICE_LINK.matcher(entry.getKey()).matches()
                    || (entry.getKey().startsWith(Key.VARIABLE_PREFIX)
                        && entry.getKey().endsWith("_PORT")
                        && SERVICE_LINK_PORT.matcher(entry.getValue()).matches()));
    return kept;
  }

  /** One problem for each variable that begins as ours do and is none; values are not shown. */
  static List<Problem> unknown(Map<String, String> environment, Set<String> referred) {
    Set<String> known = new LinkedHashSet<>(LAUNCHER);
    for (Key key : Key.all()) {
      known.add(key.variable());
      if (key.field().type() instanceof SecretType) {
        known.add(key.variable() + Secrets.FILE_SUFFIX);
      }
    }
    List<Problem> problems = new ArrayList<>();
    for (String name : new TreeMap<>(environment).keySet()) {
      if (name.startsWith(Key.VARIABLE_PREFIX)
          && !known.contains(name)
          && !referred.contains(name)) {
        String near = Nearest.of(name, known);
        problems.add(
            new Problem(
                name,
                "unknown variable",
                near == null
                    ? "expected NEARSIDE_ and the path of a key"
                    : "did you mean " + near + "?"));
      }
    }
    return problems;
  }
}
