package io.nearside.tests.manifests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.nearside.agent.inject.DefaultsFile;
import io.nearside.agent.inject.Injection;
import io.nearside.agent.inject.InjectionResult;
import io.nearside.agent.inject.InjectorSettings;
import io.nearside.agent.inject.server.InjectorCommand;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The manifests and the injector, one against the other: what is applied is what it makes. */
final class InjectedManifestsTest {
  private static final String NAMESPACE = "shop";
  private static final Kustomization SHOP = new Kustomization("examples/shop");

  static List<Kustomization> injectors() {
    return Kustomization.all().stream()
        .filter(each -> each.name().startsWith("overlays/") || each.name().equals("base/injector"))
        .toList();
  }

  @BeforeEach
  void kubectlIsThere() {
    assumeTrue(Program.KUBECTL.isThere(), "no kubectl (Debian: kubernetes-client)");
  }

  private static InjectorSettings settings(Path defaults) throws IOException {
    return new InjectorSettings(
        "nearside:0.1.0",
        InjectorSettings.IMAGE_PULL_POLICY,
        DefaultsFile.read(defaults),
        InjectorSettings.SYSTEM_NAMESPACES,
        true);
  }

  @ParameterizedTest
  @MethodSource("injectors")
  void injector_arguments_areKnown(Kustomization kustomization) {
    JsonNode container =
        kustomization
            .object("Deployment", "nearside-injector")
            .at("/spec/template/spec/containers/0");
    List<String> arguments = Nodes.strings(container.path("args")).toList();
    assertEquals("injector", arguments.getFirst());
    new CommandLine(new InjectorCommand())
        .parseArgs(arguments.subList(1, arguments.size()).toArray(String[]::new));
  }

  /** With the defaults of this injector the example's pods get a complete sidecar. */
  @ParameterizedTest
  @CsvSource({
    "overlays/dev, examples/shop",
    "overlays/embedded, examples/shop",
    "overlays/large-fleet, examples/shop",
    "overlays/embedded, examples/jobs",
    "overlays/large-fleet, examples/jobs",
  })
  void pods_injected_areWhatTheManifestsExpect(String overlay, String example) throws IOException {
    var injection =
        new Injection(settings(Kustomization.ROOT.resolve(overlay).resolve("defaults.yaml")));
    Map<String, String> optedIn =
        Nodes.texts(SHOP.object("Namespace", NAMESPACE).at("/metadata/labels"));
    List<PodTemplate> templates =
        new Kustomization(example)
            .render().stream().flatMap(object -> object.pods().stream()).toList();
    assertTrue(!templates.isEmpty());
    for (PodTemplate template : templates) {
      InjectionResult result = injection.inject(pod(template), NAMESPACE, optedIn);
      var injected = assertInstanceOf(InjectionResult.Injected.class, result, result::toString);
      assertComplete(Manifest.parse(injected.pod().encode()).getFirst());
    }
  }

  private static JsonObject pod(PodTemplate template) {
    var metadata = new JsonObject(template.metadata().toString()).put("name", "pod");
    return new JsonObject()
        .put("apiVersion", "v1")
        .put("kind", "Pod")
        .put("metadata", metadata.put("namespace", NAMESPACE))
        .put("spec", new JsonObject(template.spec().toString()));
  }

  private static void assertComplete(Manifest pod) {
    assertEquals(List.of(), StrictModel.problems(pod));
    assertEquals(List.of(), ValueRules.problems(pod));
    assertEquals(List.of(), Policies.problems(pod));
    assertEquals("true", pod.at("/metadata/labels").path("nearside.io/injected").asText());
    PodTemplate made = pod.pods().orElseThrow();
    JsonNode sidecar = sidecar(made);
    Map<String, Integer> ports =
        Nodes.stream(sidecar.path("ports"))
            .collect(
                Collectors.toMap(
                    port -> port.path("name").asText(),
                    port -> port.path("containerPort").asInt()));
    Manifest monitor =
        new Kustomization("base/monitoring").object("PodMonitor", "nearside-sidecars");
    String scraped = monitor.at("/spec/podMetricsEndpoints/0/port").asText();
    assertTrue(ports.containsKey(scraped), ports::toString);
    assertGuarded(ports);
  }

  /** Each port of the sidecar has a rule of its own, and is not among those of the app. */
  private static void assertGuarded(Map<String, Integer> ports) {
    JsonNode rules =
        new Kustomization("base/sidecars")
            .object("NetworkPolicy", "nearside-sidecars")
            .at("/spec/ingress");
    for (int port : ports.values()) {
      assertTrue(
          Nodes.stream(rules)
              .filter(rule -> rule.has("from"))
              .anyMatch(rule -> rule.path("ports").path(0).path("port").asInt() == port),
          () -> "no rule for port " + port);
      for (JsonNode open : rules.path(rules.size() - 1).path("ports")) {
        assertTrue(
            port < open.path("port").asInt() || port > open.path("endPort").asInt(),
            () -> "port " + port + " is open to all: " + open);
      }
    }
  }

  /** What is written by hand in the plain pod is what the injector would have written. */
  @Test
  void plainPod_sidecar_isAsAnInjectedOne() {
    PodTemplate plain =
        new Kustomization("examples/plain-pod")
            .object("Pod", "app-with-sidecar")
            .pods()
            .orElseThrow();
    JsonObject app = pod(plain);
    app.getJsonObject("spec").remove("initContainers");
    app.getJsonObject("spec").remove("volumes");
    app.getJsonObject("metadata")
        .put("annotations", new JsonObject().put("nearside.io/redis-url", "redis://redis:6379"));
    InjectionResult result =
        new Injection(InjectorSettings.of("nearside:0.1.0"))
            .inject(app, NAMESPACE, Map.of("nearside.io/inject", "enabled"));
    var injected = assertInstanceOf(InjectionResult.Injected.class, result, result::toString);
    JsonNode made =
        sidecar(Manifest.parse(injected.pod().encode()).getFirst().pods().orElseThrow());
    JsonNode written = sidecar(plain);
    for (String field :
        List.of(
            "image",
            "restartPolicy",
            "startupProbe",
            "livenessProbe",
            "readinessProbe",
            "lifecycle",
            "resources")) {
      assertEquals(made.path(field), written.path(field), field);
    }
  }

  private static JsonNode sidecar(PodTemplate pods) {
    return pods.containers()
        .filter(container -> container.path("name").asText().equals("nearside"))
        .findFirst()
        .orElseThrow();
  }

  /** The name by which embedded sidecars find each other is that of a Service of theirs. */
  @Test
  void peers_defaultName_isTheHeadlessService() throws IOException {
    String name =
        settings(Kustomization.ROOT.resolve("overlays/embedded/defaults.yaml"))
            .defaults()
            .get("cluster-dns-name");
    Manifest service = SHOP.object("Service", String.valueOf(name));
    assertEquals("None", service.at("/spec/clusterIP").asText());
    assertEquals(NAMESPACE, service.namespace());
  }

  /** Clients are told the members' own names. */
  @Test
  void hazelcast_members_areThoseOfTheStatefulSet() throws IOException {
    String members =
        settings(Kustomization.ROOT.resolve("overlays/large-fleet/defaults.yaml"))
            .defaults()
            .get("cluster-members");
    Manifest set = new Kustomization("base/hazelcast").object("StatefulSet", "nearside-hazelcast");
    String expected =
        IntStream.range(0, set.at("/spec/replicas").asInt())
            .mapToObj(
                i ->
                    "%s-%d.%s.%s.svc:%d"
                        .formatted(
                            set.name(),
                            i,
                            set.at("/spec/serviceName").asText(),
                            set.namespace(),
                            set.at("/spec/template/spec/containers/0/ports/0/containerPort")
                                .asInt()))
            .collect(Collectors.joining(","));
    assertEquals(expected, members);
  }
}
