package io.nearside.tests.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.config.ClusterTopology;
import io.nearside.config.ConfigLoader;
import io.nearside.config.NearsideConfig;
import io.nearside.tests.stack.RepositoryRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The plain pod: what a cluster's policies ask of it, and that its configuration is a valid one.
 */
final class PodManifestTest {
  private static final Path FILE =
      RepositoryRoot.path().resolve("k8s-manifests/examples/plain-pod/pod.yaml");
  private static final String SOME_SECRET = "0123456789abcdef0123456789abcdef";

  private final List<Object> documents;
  private final Object pod;
  private final Object sidecar;

  PodManifestTest() throws IOException {
    var yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
    Iterable<Object> parts = yaml.loadAll(Files.readString(FILE));
    documents = StreamSupport.stream(parts.spliterator(), false).toList();
    pod = at(document("Pod"), "spec");
    sidecar = list(at(pod, "initContainers")).getFirst();
  }

  private Object document(String kind) {
    return documents.stream()
        .filter(document -> at(document, "kind").equals(kind))
        .findFirst()
        .orElseThrow();
  }

  /** The value at a path of map keys. */
  private static Object at(Object tree, String... path) {
    Object value = tree;
    for (String key : path) {
      value = Objects.requireNonNull(((Map<?, ?>) value).get(key), key);
    }
    return value;
  }

  private static List<?> list(Object value) {
    return (List<?>) value;
  }

  private Stream<Object> containers() {
    return Stream.concat(
        list(at(pod, "initContainers")).stream(), list(at(pod, "containers")).stream());
  }

  @Test
  void containers_all_runWithLittleRights() {
    assertEquals(2, containers().count());
    containers()
        .forEach(
            container -> {
              Object context = at(container, "securityContext");
              assertEquals(true, at(context, "runAsNonRoot"));
              assertTrue((int) at(context, "runAsUser") > 0);
              assertEquals(true, at(context, "readOnlyRootFilesystem"));
              assertEquals(false, at(context, "allowPrivilegeEscalation"));
              assertEquals(List.of("ALL"), at(context, "capabilities", "drop"));
              assertEquals("RuntimeDefault", at(context, "seccompProfile", "type"));
            });
    assertEquals(false, at(pod, "automountServiceAccountToken"));
  }

  @Test
  void containers_all_haveRequestsLimitsAndAVersion() {
    containers()
        .forEach(
            container -> {
              for (String kind : List.of("requests", "limits")) {
                assertNotNull(at(container, "resources", kind, "cpu"));
                assertNotNull(at(container, "resources", kind, "memory"));
              }
              String image = (String) at(container, "image");
              assertTrue(image.matches(".*:\\d+\\.\\d+.*"), image);
            });
  }

  @Test
  void sidecar_isNativeAndProbed() {
    assertEquals("Always", at(sidecar, "restartPolicy"));
    Map<String, String> paths =
        Map.of("startupProbe", "/startupz", "livenessProbe", "/livez", "readinessProbe", "/readyz");
    paths.forEach(
        (probe, path) -> {
          assertEquals(path, at(sidecar, probe, "httpGet", "path"));
          assertEquals("nearside-admin", at(sidecar, probe, "httpGet", "port"));
        });
  }

  @Test
  void configuration_withThePodsEnvironment_loadsAndFitsThePorts() {
    NearsideConfig config = load();
    assertEquals(ClusterTopology.EMBEDDED, config.cluster().topology());
    assertEquals(port("nearside-admin"), config.admin().port());
    assertEquals(port("nearside-peers"), config.cluster().bind().port());
    assertEquals("0.0.0.0", config.admin().host());
    assertTrue(config.admin().token().isSet());
    Object service = document("Service");
    assertEquals(at(service, "metadata", "name"), config.cluster().join().dnsName());
    assertEquals("None", at(service, "spec", "clusterIP"));
    Map<?, ?> selector = (Map<?, ?>) at(service, "spec", "selector");
    Map<?, ?> labels = (Map<?, ?>) at(document("Pod"), "metadata", "labels");
    assertTrue(labels.entrySet().containsAll(selector.entrySet()), labels::toString);
  }

  @Test
  void grace_isLongerThanTheDrain() {
    int graceMillis = 1_000 * (int) at(pod, "terminationGracePeriodSeconds");
    assertTrue(graceMillis > load().runtime().drainMillis());
  }

  @Test
  void secrets_areOnlyReferredTo() {
    assertFalse(documents.stream().anyMatch(document -> at(document, "kind").equals("Secret")));
    for (String name : List.of("NEARSIDE_CLUSTER_SECRET", "NEARSIDE_ADMIN_TOKEN")) {
      assertNotNull(at(variable(name), "valueFrom", "secretKeyRef", "key"));
    }
  }

  private Object variable(String name) {
    return list(at(sidecar, "env")).stream()
        .map(Object.class::cast)
        .filter(variable -> at(variable, "name").equals(name))
        .findFirst()
        .orElseThrow();
  }

  private int port(String name) {
    return list(at(sidecar, "ports")).stream()
        .filter(port -> at(port, "name").equals(name))
        .map(port -> (int) at(port, "containerPort"))
        .findFirst()
        .orElseThrow();
  }

  private NearsideConfig load() {
    Map<String, String> environment = new HashMap<>();
    for (Object variable : list(at(sidecar, "env"))) {
      Map<?, ?> from = (Map<?, ?>) at(variable, "valueFrom");
      environment.put(
          (String) at(variable, "name"),
          from.containsKey("secretKeyRef") ? SOME_SECRET : "10.1.2.3");
    }
    String mounted = (String) list(at(sidecar, "args")).getLast();
    String file = mounted.substring(mounted.lastIndexOf('/') + 1);
    String text = (String) at(document("ConfigMap"), "data", file);
    return ConfigLoader.loadText(text, file, environment).config();
  }
}
