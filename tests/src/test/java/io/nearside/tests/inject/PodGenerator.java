package io.nearside.tests.inject;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Makes pods that ask for the sidecar in many ways; some of them in one that can not be. */
final class PodGenerator {
  /** Each of a pair as likely as not; together they may contradict each other. */
  private static final List<Map.Entry<String, String>> ANNOTATIONS =
      List.of(
          Map.entry("mode", "classic"),
          Map.entry("mode", "native"),
          Map.entry("postgres-servers", "pg:5432"),
          Map.entry("postgres-control-user", "nearside"),
          Map.entry("env", "redis"),
          Map.entry("env", "redis,postgres"),
          Map.entry("env", "redis-unix"),
          Map.entry("unix-sockets", "true"),
          Map.entry("env-database", "orders"),
          Map.entry("env-user", "orders"),
          Map.entry("env-password-secret", "orders/password"),
          Map.entry("config-map", "mine"),
          Map.entry("hot-list", "false"),
          Map.entry("redis-port", "16379"),
          Map.entry("admin-port", "19091"),
          Map.entry("admin-port", "8080"),
          Map.entry("cluster", "embedded"),
          Map.entry("cluster-secret", "nearside/cluster-secret"),
          Map.entry("cpu-limit", "none"),
          Map.entry("memory-limit", "1Gi"),
          Map.entry("cache-bytes", "64MiB"),
          Map.entry("run-as-user", "none"),
          Map.entry("redis-password-secret", "redis/password"),
          Map.entry("app-containers", "c0"),
          Map.entry("settings", "redis.clients.pipelineMax=7"));

  private final Random random;

  PodGenerator(Random random) {
    this.random = random;
  }

  String next() {
    var annotations = new JsonObject().put("nearside.io/redis-url", "redis://redis:6379");
    for (Map.Entry<String, String> annotation : ANNOTATIONS) {
      if (random.nextInt(6) == 0) {
        annotations.put("nearside.io/" + annotation.getKey(), annotation.getValue());
      }
    }
    var metadata = new JsonObject().put("generateName", "app-").put("annotations", annotations);
    if (random.nextBoolean()) {
      metadata.put("labels", new JsonObject().put("app/x~y", "app"));
    }
    var spec = new JsonObject();
    if (random.nextBoolean()) {
      spec.put("volumes", volumes());
    }
    if (random.nextInt(3) == 0) {
      spec.put("initContainers", containers("i", random.nextInt(3)));
    }
    spec.put("containers", containers("c", 1 + random.nextInt(3)));
    spec.put("restartPolicy", random.nextInt(4) == 0 ? "Never" : "Always");
    spec.put("terminationGracePeriodSeconds", random.nextInt(60));
    return new JsonObject()
        .put("apiVersion", "v1")
        .put("kind", "Pod")
        .put("metadata", metadata)
        .put("spec", spec)
        .encode();
  }

  private static JsonArray volumes() {
    return new JsonArray()
        .add(new JsonObject().put("name", "data").put("emptyDir", new JsonObject()));
  }

  private JsonArray containers(String prefix, int count) {
    var containers = new JsonArray();
    for (int i = 0; i < count; i++) {
      var container = new JsonObject().put("name", prefix + i).put("image", "app:1");
      if (random.nextBoolean()) {
        container.put("env", variables());
      }
      if (random.nextInt(4) == 0) {
        container.put(
            "envFrom",
            new JsonArray()
                .add(
                    new JsonObject()
                        .put("prefix", random.nextBoolean() ? "" : "PG")
                        .put("secretRef", new JsonObject().put("name", "s"))));
      }
      if (random.nextBoolean()) {
        container.put(
            "ports",
            new JsonArray()
                .add(new JsonObject().put("containerPort", (prefix.equals("i") ? 7 : 8080) + i)));
      }
      containers.add(container);
    }
    return containers;
  }

  private JsonArray variables() {
    var variables = new JsonArray();
    for (String name : List.of("HOME", "REDIS_URL", "PGHOST", "DATABASE_URL")) {
      if (random.nextInt(3) == 0) {
        variables.add(new JsonObject().put("name", name).put("value", "mine"));
      }
    }
    return variables;
  }
}
