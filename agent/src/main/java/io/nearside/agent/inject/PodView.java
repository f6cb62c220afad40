package io.nearside.agent.inject;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the injector looks at of a pod, read with care: a pod that came over the network may be
 * anything. What is not read is not judged, as the API server does that.
 *
 * @param deleting whether it is about to go
 */
record PodView(
    Map<String, String> annotations,
    Map<String, String> labels,
    List<PodContainer> containers,
    Set<String> volumes,
    boolean hostNetwork,
    boolean windows,
    boolean deleting,
    boolean endsByItself,
    int graceSeconds) {
  private static final int GRACE_SECONDS_DEFAULT = 30;
  private static final int GRACE_SECONDS_MAX = 1_000_000;

  /**
   * Reads a pod.
   *
   * @throws RefusedException when it is not one; the message names the place
   */
  static PodView of(JsonObject pod) {
    JsonObject metadata = objectOrEmpty(pod, "metadata", "");
    JsonObject spec = objectOrEmpty(pod, "spec", "");
    List<PodContainer> containers = new ArrayList<>();
    containers(spec, "initContainers", true, containers);
    containers(spec, "containers", false, containers);
    if (containers.stream().allMatch(PodContainer::init)) {
      throw malformed("spec.containers", "at least one");
    }
    Set<String> volumes = new HashSet<>();
    for (JsonObject volume : objects(spec, "volumes", "spec.")) {
      volumes.add(text(volume, "name", "spec.volumes[]."));
    }
    return new PodView(
        texts(metadata, "annotations"),
        texts(metadata, "labels"),
        List.copyOf(containers),
        Set.copyOf(volumes),
        Boolean.TRUE.equals(spec.getValue("hostNetwork")),
        windows(spec),
        metadata.getValue("deletionTimestamp") != null,
        !"Always".equals(textOr(spec, "restartPolicy", "Always")),
        spec.getValue("terminationGracePeriodSeconds") instanceof Number seconds
            ? Math.clamp(seconds.longValue(), 0, GRACE_SECONDS_MAX)
            : GRACE_SECONDS_DEFAULT);
  }

  /** The name of the first container that is no other injector's. */
  String firstOfTheApp() {
    List<String> names =
        containers.stream().filter(one -> !one.init()).map(PodContainer::name).toList();
    return names.stream()
        .filter(name -> !Marks.PROXIES.contains(name))
        .findFirst()
        .orElse(names.getFirst());
  }

  private static boolean windows(JsonObject spec) {
    return "windows".equals(textOr(objectOrEmpty(spec, "os", "spec."), "name", ""))
        || "windows"
            .equals(textOr(objectOrEmpty(spec, "nodeSelector", "spec."), "kubernetes.io/os", ""));
  }

  private static void containers(
      JsonObject spec, String list, boolean init, List<PodContainer> into) {
    int index = 0;
    for (JsonObject container : objects(spec, list, "spec.")) {
      String place = "spec." + list + "[" + index + "].";
      into.add(
          new PodContainer(
              text(container, "name", place),
              init,
              index++,
              names(container, "env", "name", place),
              prefixes(container, place),
              names(container, "volumeMounts", "mountPath", place),
              ports(container, place),
              "Always".equals(container.getValue("restartPolicy"))));
    }
  }

  private static Set<String> names(JsonObject container, String list, String name, String place) {
    Set<String> names = new HashSet<>();
    for (JsonObject element : objects(container, list, place)) {
      names.add(text(element, name, place + list + "[]."));
    }
    return Set.copyOf(names);
  }

  private static List<String> prefixes(JsonObject container, String place) {
    return objects(container, "envFrom", place).stream()
        .map(from -> textOr(from, "prefix", ""))
        .toList();
  }

  private static Set<Integer> ports(JsonObject container, String place) {
    Set<Integer> ports = new HashSet<>();
    for (JsonObject port : objects(container, "ports", place)) {
      if (!(port.getValue("containerPort") instanceof Number number)) {
        throw malformed(place + "ports[].containerPort", "a number");
      }
      if (textOr(port, "protocol", "TCP").equals("TCP")) {
        ports.add(number.intValue());
      }
    }
    return Set.copyOf(ports);
  }

  private static Map<String, String> texts(JsonObject metadata, String name) {
    Map<String, String> texts = new LinkedHashMap<>();
    JsonObject object = objectOrEmpty(metadata, name, "metadata.");
    for (String key : object.fieldNames()) {
      texts.put(key, text(object, key, "metadata." + name + "."));
    }
    return texts;
  }

  private static JsonObject objectOrEmpty(JsonObject parent, String name, String place) {
    @Nullable Object value = parent.getValue(name);
    if (value == null) {
      return new JsonObject();
    }
    if (value instanceof JsonObject object) {
      return object;
    }
    throw malformed(place + name, "an object");
  }

  private static List<JsonObject> objects(JsonObject parent, String name, String place) {
    @Nullable Object value = parent.getValue(name);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof JsonArray array)) {
      throw malformed(place + name, "a list");
    }
    List<JsonObject> objects = new ArrayList<>();
    for (Object element : array) {
      if (!(element instanceof JsonObject object)) {
        throw malformed(place + name + "[]", "an object");
      }
      objects.add(object);
    }
    return List.copyOf(objects);
  }

  private static String text(JsonObject parent, String name, String place) {
    if (parent.getValue(name) instanceof String text) {
      return text;
    }
    throw malformed(place + name, "a text");
  }

  private static String textOr(JsonObject parent, String name, String other) {
    return parent.getValue(name) instanceof String text ? text : other;
  }

  private static RefusedException malformed(String place, String expected) {
    return new RefusedException("not a pod: " + place + ": expected " + expected);
  }
}
