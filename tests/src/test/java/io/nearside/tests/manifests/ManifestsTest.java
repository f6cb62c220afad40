package io.nearside.tests.manifests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.nearside.tests.stack.RepositoryRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything that {@code kubectl apply -k} would send to an API server. */
final class ManifestsTest {
  private static final Kustomization INJECTOR = new Kustomization("base/injector");
  private static final Kustomization SHOP = new Kustomization("examples/shop");
  private static final Kustomization CERT_MANAGER = new Kustomization("overlays/cert-manager");

  /** What stands already where these are applied. */
  private static final Map<String, Kustomization> AFTER =
      Map.of(
          "base/monitoring", INJECTOR,
          "base/hazelcast", INJECTOR,
          "examples/jobs", SHOP,
          "examples/autoscaling/targets", SHOP,
          "examples/autoscaling/two-thresholds", SHOP);

  static List<Kustomization> all() {
    return Kustomization.all();
  }

  @BeforeEach
  void kubectlIsThere() {
    assumeTrue(Program.KUBECTL.isThere(), "no kubectl (Debian: kubernetes-client)");
  }

  @ParameterizedTest
  @MethodSource("all")
  void kustomization_rendered_isWhatTheApiServerTakes(Kustomization kustomization) {
    List<Manifest> objects = kustomization.render();
    assertFalse(objects.isEmpty());
    assertNone(objects.stream().flatMap(object -> StrictModel.problems(object).stream()));
    assertNone(objects.stream().flatMap(object -> ValueRules.problems(object).stream()));
  }

  @ParameterizedTest
  @MethodSource("all")
  void kustomization_rendered_keepsToThePolicies(Kustomization kustomization) {
    assertNone(kustomization.render().stream().flatMap(each -> Policies.problems(each).stream()));
  }

  @ParameterizedTest
  @MethodSource("all")
  void kustomization_rendered_refersToWhatIsThere(Kustomization kustomization) {
    Kustomization before = AFTER.get(kustomization.name());
    assertNone(
        References.problems(kustomization.render(), before == null ? List.of() : before.render())
            .stream());
  }

  private static void assertNone(Stream<String> problems) {
    assertEquals("", problems.collect(Collectors.joining("\n")));
  }

  /** kustomize would merge what is there twice, and leave out what nobody names. */
  @Test
  void files_all_haveNoKeyTwiceAndAreRendered() throws IOException {
    Set<Path> unused = new TreeSet<>();
    try (var files = Files.walk(Kustomization.ROOT)) {
      unused.addAll(files.filter(Files::isRegularFile).toList());
    }
    for (Path file : List.copyOf(unused)) {
      if (file.toString().endsWith(".yaml")) {
        Manifest.load(Files.readString(file));
      }
      if (file.endsWith("kustomization.yaml")) {
        unused.remove(file);
        named(file).forEach(name -> unused.remove(file.resolveSibling(name)));
      }
    }
    assertEquals(Set.of(), unused);
  }

  private static List<String> named(Path kustomization) throws IOException {
    Manifest manifest = Manifest.parse(Files.readString(kustomization)).getFirst();
    List<String> names = new ArrayList<>();
    for (String field : List.of("resources", "patchesStrategicMerge")) {
      Nodes.strings(manifest.at("/" + field)).forEach(names::add);
    }
    manifest.at("/patchesJson6902").forEach(patch -> names.add(patch.path("path").asText()));
    manifest
        .at("/configMapGenerator")
        .forEach(map -> Nodes.strings(map.path("files")).forEach(names::add));
    return names;
  }

  @Test
  void overlays_eachDiffersAsItSays() {
    assertEquals(1, injector("overlays/dev").at("/spec/replicas").asInt());
    assertEquals(3, injector("overlays/embedded").at("/spec/replicas").asInt());
    assertEquals(5, injector("overlays/large-fleet").at("/spec/replicas").asInt());
    assertEquals(
        3,
        new Kustomization("overlays/large-fleet")
            .object("StatefulSet", "nearside-hazelcast")
            .at("/spec/replicas")
            .asInt());
    assertEquals(
        "DEBUG",
        injector("overlays/dev").at("/spec/template/spec/containers/0/env/0/value").asText());
    assertTrue(arguments(CERT_MANAGER).contains("--certificates=/etc/nearside/tls"));
    assertTrue(CERT_MANAGER.object("Role", "nearside-injector").at("/rules").isEmpty());
  }

  private static Manifest injector(String kustomization) {
    return new Kustomization(kustomization).object("Deployment", "nearside-injector");
  }

  private static List<String> arguments(Kustomization kustomization) {
    JsonNode container =
        kustomization
            .object("Deployment", "nearside-injector")
            .at("/spec/template/spec/containers/0");
    return Nodes.strings(container.path("args")).toList();
  }

  /** What the injector is told of the objects around it is what they are. */
  @Test
  void injector_arguments_fitTheOtherObjects() {
    Manifest deployment = INJECTOR.object("Deployment", "nearside-injector");
    JsonNode container = deployment.at("/spec/template/spec/containers/0");
    Manifest role = INJECTOR.object("Role", "nearside-injector");
    Manifest clusterRole = INJECTOR.object("ClusterRole", "nearside-injector");
    Manifest webhook = INJECTOR.object("MutatingWebhookConfiguration", "nearside-injector");
    Manifest service = INJECTOR.object("Service", "nearside-injector");
    String excluded =
        Nodes.strings(webhook.at("/webhooks/0/namespaceSelector/matchExpressions/1/values"))
            .collect(Collectors.joining(","));
    assertEquals(
        List.of(
            "injector",
            "--listen=0.0.0.0:" + container.at("/ports/0/containerPort").asInt(),
            "--ops=0.0.0.0:" + container.at("/ports/1/containerPort").asInt(),
            "--image=" + container.path("image").asText(),
            "--defaults=" + container.at("/volumeMounts/0/mountPath").asText(),
            "--service=" + service.namespace() + "/" + service.name(),
            "--webhook-configuration=" + webhook.name(),
            "--certificates=own",
            "--ca-secret=" + role.namespace() + "/" + role.at("/rules/1/resourceNames/0").asText(),
            "--system-namespaces=" + excluded,
            "--reconcile-seconds=60"),
        Nodes.strings(container.path("args")).toList());
    assertEquals(webhook.name(), clusterRole.at("/rules/2/resourceNames/0").asText());
  }

  /** The members are configured as those that the tests of client topology run. */
  @Test
  void hazelcast_configuration_isTheTestedOne() throws IOException {
    String tested = Files.readString(RepositoryRoot.path().resolve("docker/hazelcast.yaml"));
    Manifest statefulSet =
        new Kustomization("base/hazelcast").object("StatefulSet", "nearside-hazelcast");
    String own = statefulSet.at("/spec/serviceName").asText() + "." + statefulSet.namespace();
    assertEquals(
        tested.replace("nearside-hazelcast.default", own),
        Files.readString(Kustomization.ROOT.resolve("base/hazelcast/hazelcast.yaml")));
  }
}
