package io.nearside.agent.inject;

import io.nearside.config.ConfigLoader;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sidecar's environment: its configuration, as the pod's annotations have it. */
final class SidecarVariables {
  /** More belongs into a file: each takes its time to judge. */
  private static final int SETTINGS_MAX = 32;

  private final PodOptions options;
  private final Face redis;
  private final Face postgres;
  private final Variables variables = new Variables();
  private final List<String> problems;

  private SidecarVariables(PodOptions options, List<String> problems) {
    this.options = options;
    this.problems = problems;
    this.redis = Face.redis(options);
    this.postgres = Face.postgres(options);
  }

  /**
   * Builds and checks it.
   *
   * @param problems where all goes that the sidecar's configuration would find wrong
   */
  static Variables of(PodOptions options, Configuration configuration, List<String> problems) {
    var built = new SidecarVariables(options, problems);
    built.faces();
    built.settings();
    built.annotations();
    built.fixed();
    built.cluster();
    problems.addAll(configuration.problems(built.variables.samples(), options));
    return built.variables;
  }

  private void faces() {
    if (redis == Face.OFF && postgres == Face.OFF) {
      problems.add(
          "no upstream is named: expected "
              + PodAnnotation.REDIS_URL.key()
              + ", "
              + PodAnnotation.POSTGRES_SERVERS.key()
              + " (or their -secret, -config-map) or "
              + PodAnnotation.CONFIG_MAP.key());
    }
    boolean upstream =
        options.givenKey(PodAnnotation.REDIS_URL.configurationKey())
            || options.given(PodAnnotation.REDIS_SENTINEL_NODES)
            || options.given(PodAnnotation.CONFIG_MAP);
    if (redis == Face.ON && !upstream) {
      problems.add(
          PodAnnotation.REDIS_URL.key()
              + ": nothing (expected a URL, as nearside.io/redis is true)");
    }
    enabled(PodAnnotation.REDIS, redis);
    enabled(PodAnnotation.POSTGRES, postgres);
  }

  private void enabled(PodAnnotation face, Face state) {
    if (state != Face.OF_THE_FILE) {
      variables.text(face.variable(), String.valueOf(state == Face.ON));
    }
  }

  private void settings() {
    String settings = options.valueOr(PodAnnotation.SETTINGS, "");
    List<String> lines =
        Arrays.stream(settings.split("[;\n]", -1))
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .toList();
    if (lines.size() > SETTINGS_MAX) {
      problems.add(PodAnnotation.SETTINGS.key() + ": expected at most " + SETTINGS_MAX);
    } else {
      lines.forEach(this::setting);
    }
  }

  private void setting(String line) {
    String key = line.split("=", 2)[0].strip();
    List<PodAnnotation> own = PodAnnotation.setting(key);
    if (line.indexOf('=') < 0 || !key.matches("[A-Za-z0-9.]{1,64}")) {
      problems.add(PodAnnotation.SETTINGS.key() + ": expected key=value for each");
    } else if (!own.isEmpty()) {
      problems.add(
          PodAnnotation.SETTINGS.key()
              + ": "
              + key
              + " (expected as "
              + own.getFirst().key()
              + ")");
    } else {
      variables.text(ConfigLoader.variable(key), line.substring(line.indexOf('=') + 1).strip());
    }
  }

  /** Those that were given; files are mounted by {@link SidecarVolumes}. */
  private void annotations() {
    for (PodAnnotation annotation : PodAnnotation.values()) {
      @Nullable String value = options.given(annotation) ? options.value(annotation) : null;
      boolean face = annotation == PodAnnotation.REDIS || annotation == PodAnnotation.POSTGRES;
      if (value == null || annotation.configurationKey().isEmpty() || face) {
        continue;
      }
      switch (annotation.kind()) {
        case SECRET_KEY -> variables.secret(annotation.variable(), value, sample(annotation));
        case CONFIG_MAP_KEY ->
            variables.configMap(annotation.variable(), value, sample(annotation));
        case SECRET_FILE -> variables.text(annotation.variable(), SidecarVolumes.file(annotation));
        default -> variables.text(annotation.variable(), value);
      }
    }
  }

  /** What the value in a Secret or ConfigMap may be: long enough for whatever needs a length. */
  private String sample(PodAnnotation annotation) {
    return switch (annotation) {
      case REDIS_URL_SECRET, REDIS_URL_CONFIG_MAP ->
          options.given(PodAnnotation.REDIS_CA_SECRET) ? "rediss://sample" : "redis://sample";
      case POSTGRES_SERVERS_SECRET, POSTGRES_SERVERS_CONFIG_MAP -> "sample:5432";
      default -> "a-sample-of-a-secret-value";
    };
  }

  /** What fits the container, its probes and its volumes, whatever a file says. */
  private void fixed() {
    variables.field("POD_NAME", "metadata.name", "a-pod");
    // Not loopback: the kubelet asks the probes at the pod's address.
    variables.text("NEARSIDE_ADMIN_HOST", "0.0.0.0");
    port(PodAnnotation.ADMIN_PORT);
    if (redis != Face.OFF) {
      port(PodAnnotation.REDIS_PORT);
      if (options.flag(PodAnnotation.HOT_LIST)) {
        variables.text("NEARSIDE_REDIS_WARM_FILE", SidecarVolumes.HOT_LIST_FILE);
      }
    }
    if (postgres != Face.OFF) {
      port(PodAnnotation.POSTGRES_PORT);
    }
    if (options.flag(PodAnnotation.UNIX_SOCKETS)) {
      if (redis != Face.OFF) {
        variables.text("NEARSIDE_REDIS_LISTEN_UNIX_SOCKET", Marks.REDIS_SOCKET);
        // The app's containers run as other users than the sidecar's; only they mount the folder.
        variables.text("NEARSIDE_REDIS_LISTEN_UNIX_SOCKET_MODE", "0777");
      }
      if (postgres != Face.OFF) {
        variables.text(
            "NEARSIDE_POSTGRES_LISTEN_UNIX_SOCKET",
            Marks.postgresSocket(options.number(PodAnnotation.POSTGRES_PORT)));
        variables.text("NEARSIDE_POSTGRES_LISTEN_UNIX_SOCKET_MODE", "0777");
      }
    }
  }

  private void cluster() {
    if (!peers(options)) {
      return;
    }
    variables.field("NEARSIDE_CLUSTER_BIND_HOST", "status.podIP", "192.0.2.1");
    port(PodAnnotation.CLUSTER_PORT);
    variables.text("NEARSIDE_CLUSTER_BIND_PORT_COUNT", "1");
    if (embedded(options)) {
      variables.text("NEARSIDE_CLUSTER_JOIN_MODE", "dns");
      variables.text(
          PodAnnotation.CLUSTER_DNS_NAME.variable(),
          options.valueOr(PodAnnotation.CLUSTER_DNS_NAME, ""));
    }
  }

  private void port(PodAnnotation annotation) {
    variables.text(annotation.variable(), String.valueOf(options.number(annotation)));
  }

  static boolean embedded(PodOptions options) {
    return options.valueOr(PodAnnotation.CLUSTER, "").equals("embedded");
  }

  /** Whether peers may come to the cluster port. */
  static boolean peers(PodOptions options) {
    return options.given(PodAnnotation.CLUSTER)
        ? embedded(options)
        : options.given(PodAnnotation.CONFIG_MAP);
  }
}
