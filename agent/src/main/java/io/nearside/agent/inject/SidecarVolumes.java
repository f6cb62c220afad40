package io.nearside.agent.inject;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * The sidecar's volumes. Those it writes to are in memory: they are small, count as its own memory,
 * and do not keep a cluster's autoscaler from moving the pod as a volume on the node's disk would.
 */
final class SidecarVolumes {
  /** The names of the hot keys. */
  static final String HOT_LIST_FILE = "/var/lib/nearside/hot-list";

  static final String SOCKETS_VOLUME = Marks.VOLUME_PREFIX + "sockets";

  private static final String CONFIG_FILE = "nearside.yaml";
  private static final String CONFIG_FOLDER = "/etc/nearside";

  /** r--r--r--: the sidecar's user owns nothing here. */
  private static final int READ_ONLY_MODE = 0444;

  private final List<JsonObject> volumes = new ArrayList<>();
  private final JsonArray mounts = new JsonArray();

  private SidecarVolumes() {}

  static SidecarVolumes of(PodOptions options) {
    var built = new SidecarVolumes();
    built.memory("tmp", "/tmp", "8Mi");
    if (options.flag(PodAnnotation.HOT_LIST) && Face.redis(options) != Face.OFF) {
      built.memory("hot-list", "/var/lib/nearside", "8Mi");
    }
    if (options.flag(PodAnnotation.UNIX_SOCKETS)) {
      built.memory("sockets", Marks.SOCKETS, "1Mi");
    }
    if (options.given(PodAnnotation.CONFIG_MAP)) {
      built.configuration(options.valueOr(PodAnnotation.CONFIG_MAP, ""));
    }
    for (PodAnnotation annotation : PodAnnotation.values()) {
      if (annotation.kind() == ValueKind.SECRET_FILE && options.given(annotation)) {
        built.secret(annotation, options.valueOr(annotation, ""));
      }
    }
    return built;
  }

  /** The volumes of the pod. */
  List<JsonObject> volumes() {
    return volumes;
  }

  /** The mounts of the sidecar's container. */
  JsonArray mounts() {
    return mounts;
  }

  /** Where the configuration's file is. */
  static String configFile() {
    return CONFIG_FOLDER + "/" + CONFIG_FILE;
  }

  /** Where the file of a Secret is. */
  static String file(PodAnnotation annotation) {
    return "/etc/" + volumeOf(annotation) + "/" + fileName(annotation);
  }

  private static String volumeOf(PodAnnotation annotation) {
    return Marks.VOLUME_PREFIX + fileName(annotation);
  }

  /** {@code postgres-userlist}, of {@code postgres-userlist-secret}. */
  private static String fileName(PodAnnotation annotation) {
    return annotation.word().replaceAll("-secret$", "");
  }

  /** What the app's containers mount to reach the sockets; they may not put others there. */
  static JsonObject socketsMount() {
    return mount(SOCKETS_VOLUME, Marks.SOCKETS).put("readOnly", true);
  }

  private void memory(String word, String path, String size) {
    String name = Marks.VOLUME_PREFIX + word;
    volumes.add(
        new JsonObject()
            .put("name", name)
            .put("emptyDir", new JsonObject().put("medium", "Memory").put("sizeLimit", size)));
    mounts.add(mount(name, path));
  }

  private void configuration(String reference) {
    String[] parts = reference.split("/", 2);
    String key = parts.length == 2 ? parts[1] : CONFIG_FILE;
    String name = Marks.VOLUME_PREFIX + "config";
    volumes.add(
        new JsonObject()
            .put("name", name)
            .put(
                "configMap",
                new JsonObject().put("name", parts[0]).put("items", items(key, CONFIG_FILE))));
    mounts.add(mount(name, CONFIG_FOLDER).put("readOnly", true));
  }

  private void secret(PodAnnotation annotation, String reference) {
    String[] parts = reference.split("/", 2);
    String name = volumeOf(annotation);
    volumes.add(
        new JsonObject()
            .put("name", name)
            .put(
                "secret",
                new JsonObject()
                    .put("secretName", parts[0])
                    .put("defaultMode", READ_ONLY_MODE)
                    .put("items", items(parts[1], fileName(annotation)))));
    mounts.add(mount(name, "/etc/" + name).put("readOnly", true));
  }

  private static JsonArray items(String key, String path) {
    return new JsonArray().add(new JsonObject().put("key", key).put("path", path));
  }

  private static JsonObject mount(String volume, String path) {
    return new JsonObject().put("name", volume).put("mountPath", path);
  }
}
