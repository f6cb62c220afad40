package io.nearside.agent.inject;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** The sidecar's container. */
final class SidecarContainer {
  private static final String ADMIN_PORT_NAME = "nearside-admin";
  private static final String PEERS_PORT_NAME = "nearside-peers";

  /** Of the grace period, what is left for the end after the drain. */
  private static final int END_SECONDS = 5;

  /** More is none of {@code Ask}'s. */
  private static final int WAIT_SECONDS_MAX = 99_999;

  private final PodOptions options;

  private SidecarContainer(PodOptions options) {
    this.options = options;
  }

  /**
   * Builds it.
   *
   * @param nativeSidecar whether it is for the init containers
   * @param graceSeconds the pod's
   */
  static JsonObject of(
      PodOptions options,
      Variables variables,
      SidecarVolumes volumes,
      boolean nativeSidecar,
      int graceSeconds) {
    var built = new SidecarContainer(options);
    var container =
        new JsonObject()
            .put("name", Marks.CONTAINER)
            .put("image", options.valueOr(PodAnnotation.IMAGE, ""))
            .put("imagePullPolicy", options.valueOr(PodAnnotation.IMAGE_PULL_POLICY, ""));
    if (nativeSidecar) {
      container.put("restartPolicy", "Always");
    }
    return container
        .put("args", built.arguments())
        .put("env", variables.json())
        .put("ports", built.ports())
        .put(
            "startupProbe",
            built.probe(
                "/startupz",
                PodAnnotation.STARTUP_PERIOD_SECONDS,
                PodAnnotation.STARTUP_FAILURE_THRESHOLD))
        .put(
            "livenessProbe",
            built.probe(
                "/livez",
                PodAnnotation.LIVENESS_PERIOD_SECONDS,
                PodAnnotation.LIVENESS_FAILURE_THRESHOLD))
        .put(
            "readinessProbe",
            built.probe(
                "/readyz",
                PodAnnotation.READINESS_PERIOD_SECONDS,
                PodAnnotation.READINESS_FAILURE_THRESHOLD))
        .put("lifecycle", nativeSidecar ? nativeHooks() : built.classicHooks(graceSeconds))
        .put("resources", built.resources())
        .put("securityContext", built.securityContext())
        .put("terminationMessagePolicy", "FallbackToLogsOnError")
        .put("volumeMounts", volumes.mounts());
  }

  private JsonArray arguments() {
    var arguments = new JsonArray().add("run");
    return options.given(PodAnnotation.CONFIG_MAP)
        ? arguments.add("--config").add(SidecarVolumes.configFile())
        : arguments;
  }

  /** The faces listen on loopback and are nobody else's. */
  private JsonArray ports() {
    var ports = new JsonArray().add(port(ADMIN_PORT_NAME, PodAnnotation.ADMIN_PORT));
    return SidecarVariables.peers(options)
        ? ports.add(port(PEERS_PORT_NAME, PodAnnotation.CLUSTER_PORT))
        : ports;
  }

  private JsonObject port(String name, PodAnnotation annotation) {
    return new JsonObject()
        .put("name", name)
        .put("containerPort", options.number(annotation))
        .put("protocol", "TCP");
  }

  private JsonObject probe(String path, PodAnnotation period, PodAnnotation threshold) {
    return new JsonObject()
        .put("httpGet", new JsonObject().put("path", path).put("port", ADMIN_PORT_NAME))
        .put("periodSeconds", options.number(period))
        .put("timeoutSeconds", options.number(PodAnnotation.PROBE_TIMEOUT_SECONDS))
        .put("failureThreshold", options.number(threshold));
  }

  /** Kubernetes sends SIGTERM when the app's containers have ended: the hook has not to wait. */
  private static JsonObject nativeHooks() {
    return new JsonObject().put("preStop", exec("drain"));
  }

  /**
   * Kubernetes ends all containers at once, and starts the next when a postStart hook is done: so
   * the one hook waits until the app has gone, the other until the faces accept.
   */
  private JsonObject classicHooks(int graceSeconds) {
    int startSeconds =
        Math.min(
            WAIT_SECONDS_MAX,
            options.number(PodAnnotation.STARTUP_PERIOD_SECONDS)
                * options.number(PodAnnotation.STARTUP_FAILURE_THRESHOLD));
    int drainSeconds = Math.clamp(graceSeconds - END_SECONDS, 1, WAIT_SECONDS_MAX);
    return new JsonObject()
        .put("postStart", exec("startupz", "--wait", String.valueOf(startSeconds)))
        .put("preStop", exec("drain", "--wait", String.valueOf(drainSeconds)));
  }

  private static JsonObject exec(String... arguments) {
    List<String> command = new ArrayList<>(Marks.ASK);
    command.addAll(List.of(arguments));
    return new JsonObject().put("exec", new JsonObject().put("command", new JsonArray(command)));
  }

  private JsonObject resources() {
    var limits = new JsonObject();
    limit(limits, "cpu", PodAnnotation.CPU_LIMIT);
    limit(limits, "memory", PodAnnotation.MEMORY_LIMIT);
    return new JsonObject()
        .put(
            "requests",
            new JsonObject()
                .put("cpu", options.value(PodAnnotation.CPU_REQUEST))
                .put("memory", options.value(PodAnnotation.MEMORY_REQUEST)))
        .put("limits", limits);
  }

  private void limit(JsonObject limits, String resource, PodAnnotation annotation) {
    String value = options.valueOr(annotation, "none");
    if (!value.equals("none")) {
      limits.put(resource, value);
    }
  }

  /** Its own, whatever the pod's says. */
  private JsonObject securityContext() {
    var context = new JsonObject();
    String user = options.valueOr(PodAnnotation.RUN_AS_USER, "none");
    if (!user.equals("none")) {
      context.put("runAsUser", Integer.parseInt(user)).put("runAsGroup", Integer.parseInt(user));
    }
    return context
        .put("runAsNonRoot", true)
        .put("readOnlyRootFilesystem", true)
        .put("allowPrivilegeEscalation", false)
        .put("privileged", false)
        .put("capabilities", new JsonObject().put("drop", new JsonArray().add("ALL")))
        .put("seccompProfile", new JsonObject().put("type", "RuntimeDefault"));
  }
}
