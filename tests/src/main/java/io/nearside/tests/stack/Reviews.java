package io.nearside.tests.stack;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Random;
import java.util.UUID;

/**
 * AdmissionReviews for the creation of pods as API servers send them, varied: with more or fewer
 * containers, variables, volumes, and annotations. Seeded; one thread.
 */
public final class Reviews {
  private static final int CONTAINERS_MAX = 4;
  private static final int VARIABLES_MAX = 30;

  private final Random random;

  public Reviews(long seed) {
    this.random = new Random(seed);
  }

  /** A pod that asks for the sidecar, in a namespace. */
  public Buffer next(String namespace) {
    return review(namespace, pod("app-" + random.nextInt(1_000) + "-"));
  }

  /** The review of a pod. */
  public Buffer review(String namespace, JsonObject pod) {
    var gvk = new JsonObject().put("group", "").put("version", "v1");
    var request =
        new JsonObject()
            .put("uid", new UUID(random.nextLong(), random.nextLong()).toString())
            .put("kind", gvk.copy().put("kind", "Pod"))
            .put("resource", gvk.copy().put("resource", "pods"))
            .put("requestKind", gvk.copy().put("kind", "Pod"))
            .put("requestResource", gvk.copy().put("resource", "pods"))
            .put("namespace", namespace)
            .put("operation", "CREATE")
            .put(
                "userInfo",
                new JsonObject()
                    .put("username", "system:serviceaccount:kube-system:replicaset-controller")
                    .put("groups", new JsonArray().add("system:authenticated")))
            .put("object", pod)
            .putNull("oldObject")
            .put("dryRun", false)
            .put("options", new JsonObject().put("kind", "CreateOptions"));
    return new JsonObject()
        .put("kind", "AdmissionReview")
        .put("apiVersion", "admission.k8s.io/v1")
        .put("request", request)
        .toBuffer();
  }

  /** A pod as a ReplicaSet makes it. */
  public JsonObject pod(String generateName) {
    var containers = new JsonArray();
    int count = 1 + random.nextInt(CONTAINERS_MAX);
    for (int i = 0; i < count; i++) {
      containers.add(container("app" + i, 8_080 + i));
    }
    var volume =
        new JsonObject()
            .put("name", "kube-api-access-" + random.nextInt(100_000))
            .put(
                "projected",
                new JsonObject()
                    .put("defaultMode", 420)
                    .put(
                        "sources",
                        new JsonArray()
                            .add(
                                new JsonObject()
                                    .put(
                                        "serviceAccountToken",
                                        new JsonObject()
                                            .put("expirationSeconds", 3_607)
                                            .put("path", "token")))));
    return new JsonObject()
        .put("apiVersion", "v1")
        .put("kind", "Pod")
        .put(
            "metadata",
            new JsonObject()
                .put("generateName", generateName)
                .put("labels", new JsonObject().put("app", generateName + random.nextInt(10)))
                .put(
                    "annotations",
                    new JsonObject()
                        .put("nearside.io/inject", "true")
                        .put("example.com/checksum", Long.toHexString(random.nextLong()))))
        .put(
            "spec",
            new JsonObject()
                .put("volumes", new JsonArray().add(volume))
                .put("containers", containers)
                .put("restartPolicy", "Always")
                .put("terminationGracePeriodSeconds", 30)
                .put("dnsPolicy", "ClusterFirst")
                .put("serviceAccountName", "default")
                .put("securityContext", new JsonObject())
                .put("schedulerName", "default-scheduler")
                .put("enableServiceLinks", true));
  }

  private JsonObject container(String name, int port) {
    var variables = new JsonArray();
    int count = random.nextInt(VARIABLES_MAX);
    for (int i = 0; i < count; i++) {
      variables.add(
          new JsonObject()
              .put("name", "SETTING_" + i)
              .put("value", Long.toString(random.nextLong(), 36)));
    }
    return new JsonObject()
        .put("name", name)
        .put("image", "registry.example/" + name + ":1." + random.nextInt(100))
        .put(
            "ports",
            new JsonArray().add(new JsonObject().put("containerPort", port).put("protocol", "TCP")))
        .put("env", variables)
        .put(
            "resources",
            new JsonObject()
                .put("limits", new JsonObject().put("cpu", "1").put("memory", "512Mi"))
                .put("requests", new JsonObject().put("cpu", "100m").put("memory", "256Mi")))
        .put("terminationMessagePath", "/dev/termination-log")
        .put("imagePullPolicy", "IfNotPresent");
  }
}
