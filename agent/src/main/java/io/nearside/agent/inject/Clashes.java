package io.nearside.agent.inject;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where the sidecar and the pod would want the same port or the same volume. */
final class Clashes {
  private Clashes() {}

  /** Ports that are wanted twice, by the sidecar or by it and a container that declares them. */
  static List<String> ports(PodOptions options, PodView pod) {
    List<String> problems = new ArrayList<>();
    Map<Integer, PodAnnotation> taken = new LinkedHashMap<>();
    for (PodAnnotation annotation : ports(options)) {
      int port = options.number(annotation);
      PodAnnotation before = taken.putIfAbsent(port, annotation);
      if (before != null) {
        problems.add(clash(annotation, port, before.key()));
      }
      pod.containers().stream()
          .filter(container -> container.listens() && container.ports().contains(port))
          .forEach(
              container -> problems.add(clash(annotation, port, "container " + container.name())));
    }
    return problems;
  }

  private static String clash(PodAnnotation annotation, int port, String other) {
    return annotation.key() + ": " + port + " (expected another, this is that of " + other + ")";
  }

  private static List<PodAnnotation> ports(PodOptions options) {
    List<PodAnnotation> ports = new ArrayList<>();
    if (Face.redis(options) != Face.OFF) {
      ports.add(PodAnnotation.REDIS_PORT);
    }
    if (Face.postgres(options) != Face.OFF) {
      ports.add(PodAnnotation.POSTGRES_PORT);
    }
    ports.add(PodAnnotation.ADMIN_PORT);
    if (SidecarVariables.peers(options)) {
      ports.add(PodAnnotation.CLUSTER_PORT);
    }
    return ports;
  }

  /** Volumes of the pod's own that are called as the sidecar's. */
  static List<String> volumes(SidecarVolumes volumes, PodView pod) {
    return volumes.volumes().stream()
        .map(volume -> volume.getString("name"))
        .filter(pod.volumes()::contains)
        .map(name -> "volume " + name + ": expected another name, it is the sidecar's")
        .toList();
  }
}
