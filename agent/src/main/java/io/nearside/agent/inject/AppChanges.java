package io.nearside.agent.inject;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the app's containers get: variables that say where the faces are, and the sockets. */
final class AppChanges {
  private static final String PASSWORD = "$(PGPASSWORD)";

  private final PodOptions options;
  private final List<PodContainer> containers;

  /**
   * Finds the containers.
   *
   * @param problems where what is asked for and can not be given goes
   */
  AppChanges(PodOptions options, PodView pod, List<String> problems) {
    this.options = options;
    this.containers = selected(options, pod, problems);
    check(problems);
  }

  private static List<PodContainer> selected(
      PodOptions options, PodView pod, List<String> problems) {
    Set<String> asked = new TreeSet<>(options.words(PodAnnotation.APP_CONTAINERS));
    if (asked.isEmpty()) {
      return pod.containers().stream()
          .filter(container -> !container.init() && !Marks.PROXIES.contains(container.name()))
          .toList();
    }
    Set<String> names =
        pod.containers().stream().map(PodContainer::name).collect(Collectors.toSet());
    Set<String> unknown = new TreeSet<>(asked);
    unknown.removeAll(names);
    // A default of the injector's names containers that not every pod has.
    if (!unknown.isEmpty() && options.ofThePod(PodAnnotation.APP_CONTAINERS)) {
      problems.add(
          PodAnnotation.APP_CONTAINERS.key()
              + ": "
              + String.join(", ", unknown)
              + " (expected one of "
              + String.join(", ", new TreeSet<>(names))
              + ")");
    }
    return pod.containers().stream().filter(container -> asked.contains(container.name())).toList();
  }

  private void check(List<String> problems) {
    Set<String> asked = new TreeSet<>(options.words(PodAnnotation.ENV));
    for (String word : asked) {
      if (face(word) == Face.OFF && options.ofThePod(PodAnnotation.ENV)) {
        problems.add(PodAnnotation.ENV.key() + ": " + word + " (the sidecar has no such face)");
      }
      if (word.endsWith("-unix")) {
        if (!options.flag(PodAnnotation.UNIX_SOCKETS)) {
          problems.add(
              PodAnnotation.ENV.key()
                  + ": "
                  + word
                  + " (expected with "
                  + PodAnnotation.UNIX_SOCKETS.key()
                  + ": \"true\")");
        }
        String other = word.replace("-unix", "");
        if (asked.contains(other)) {
          problems.add(
              PodAnnotation.ENV.key() + ": " + other + " and " + word + " (expected one of them)");
        }
      }
    }
    if (options.flag(PodAnnotation.UNIX_SOCKETS)) {
      containers.stream()
          .filter(container -> container.mountPaths().contains(Marks.SOCKETS))
          .forEach(
              container ->
                  problems.add(
                      PodAnnotation.UNIX_SOCKETS.key()
                          + ": container "
                          + container.name()
                          + " has a mount at "
                          + Marks.SOCKETS));
    }
  }

  /** Changes the containers where they stand, and says what could not be. */
  List<String> apply(PodPatch patch) {
    List<String> notes = new ArrayList<>();
    Map<String, JsonObject> variables = variables().entries();
    for (PodContainer container : containers) {
      Set<String> left = new HashSet<>();
      variables.forEach(
          (name, entry) -> {
            if (container.mayHave(name) || isWithoutPassword(container, entry)) {
              left.add(name);
            } else {
              patch.last(entry, "spec", container.list(), container.index(), "env");
            }
          });
      if (!left.isEmpty()) {
        notes.add(
            "container "
                + container.name()
                + " keeps what it has, or may have by envFrom: "
                + String.join(", ", new TreeSet<>(left)));
      }
      if (options.flag(PodAnnotation.UNIX_SOCKETS)) {
        patch.last(
            SidecarVolumes.socketsMount(),
            "spec",
            container.list(),
            container.index(),
            "volumeMounts");
      }
    }
    return notes;
  }

  /** Kubernetes does not put what comes by {@code envFrom} into {@code $(NAME)}. */
  private static boolean isWithoutPassword(PodContainer container, JsonObject entry) {
    return entry.getString("value", "").contains(PASSWORD)
        && !container.variables().contains("PGPASSWORD")
        && container.mayHave("PGPASSWORD");
  }

  /** A default of the injector's may ask for those of a face that a pod has not. */
  private Variables variables() {
    var variables = new Variables();
    for (String word : options.words(PodAnnotation.ENV)) {
      if (face(word) == Face.OFF) {
        continue;
      }
      if (word.startsWith("redis")) {
        redis(variables, word.endsWith("-unix"));
      } else {
        postgres(variables, word.endsWith("-unix"));
      }
    }
    return variables;
  }

  private Face face(String word) {
    return word.startsWith("redis") ? Face.redis(options) : Face.postgres(options);
  }

  private void redis(Variables variables, boolean unix) {
    int port = options.number(PodAnnotation.REDIS_PORT);
    variables.text(
        "REDIS_URL", unix ? "unix://" + Marks.REDIS_SOCKET : "redis://127.0.0.1:" + port);
    variables.text("REDIS_HOST", "127.0.0.1");
    variables.text("REDIS_PORT", String.valueOf(port));
  }

  /** As libpq has them; its URL names a socket's folder as a parameter. */
  private void postgres(Variables variables, boolean unix) {
    String port = String.valueOf(options.number(PodAnnotation.POSTGRES_PORT));
    @Nullable String database = options.value(PodAnnotation.ENV_DATABASE);
    @Nullable String user = options.value(PodAnnotation.ENV_USER);
    @Nullable String password = options.value(PodAnnotation.ENV_PASSWORD_SECRET);
    variables.text("PGHOST", unix ? Marks.SOCKETS : "127.0.0.1");
    variables.text("PGPORT", port);
    if (database != null) {
      variables.text("PGDATABASE", database);
    }
    if (user != null) {
      variables.text("PGUSER", user);
    }
    if (password != null) {
      variables.secret("PGPASSWORD", password, "a-password");
    }
    // Kubernetes puts the values of variables that stand before into $(NAME).
    String login = user == null ? "" : user + (password == null ? "@" : ":" + PASSWORD + "@");
    variables.template(
        "DATABASE_URL",
        "postgresql://"
            + login
            + (unix ? "" : "127.0.0.1:" + port)
            + "/"
            + (database == null ? "" : database)
            + (unix ? "?host=" + Marks.SOCKETS + "&port=" + port : ""));
  }
}
