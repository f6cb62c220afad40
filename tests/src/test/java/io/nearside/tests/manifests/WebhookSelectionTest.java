package io.nearside.tests.manifests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.nearside.agent.inject.Injection;
import io.nearside.agent.inject.InjectionResult;
import io.nearside.agent.inject.InjectorSettings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** About which pods an API server asks the injector, by the selectors of the webhooks. */
final class WebhookSelectionTest {
  private static final String INJECT = "nearside.io/inject";

  @ParameterizedTest(name = "namespace {0} labelled {1}, pod labelled {2}: {3}")
  @CsvSource({
    "shop,enabled,,namespace.nearside.io",
    "shop,enabled,enabled,namespace.nearside.io",
    "shop,enabled,true,namespace.nearside.io",
    "shop,enabled,false,",
    "shop,enabled,disabled,",
    "shop,,,",
    "shop,disabled,,",
    "shop,,enabled,pod.nearside.io",
    "shop,,true,pod.nearside.io",
    "shop,disabled,enabled,pod.nearside.io",
    "kube-system,enabled,enabled,",
    "nearside-system,enabled,enabled,",
    "nearside-system,,enabled,",
  })
  void pod_created_isAskedAboutOnceAtMost(
      String namespace,
      @Nullable String onNamespace,
      @Nullable String onPod,
      @Nullable String webhook) {
    assumeTrue(Program.KUBECTL.isThere(), "no kubectl (Debian: kubernetes-client)");
    Map<String, String> namespaceLabels = labels(onNamespace);
    namespaceLabels.put("kubernetes.io/metadata.name", namespace);
    Map<String, String> podLabels = labels(onPod);
    List<String> asked =
        Nodes.stream(
                new Kustomization("base/injector")
                    .object("MutatingWebhookConfiguration", "nearside-injector")
                    .at("/webhooks"))
            .filter(each -> matches(each.path("namespaceSelector"), namespaceLabels))
            .filter(each -> matches(each.path("objectSelector"), podLabels))
            .map(each -> each.path("name").asText())
            .toList();
    assertEquals(webhook == null ? List.of() : List.of(webhook), asked);
    assertTheInjectorAgrees(namespace, namespaceLabels, podLabels, !asked.isEmpty());
  }

  /** Who would get the sidecar is asked about, and who is asked about gets it. */
  private static void assertTheInjectorAgrees(
      String namespace,
      Map<String, String> namespaceLabels,
      Map<String, String> labels,
      boolean asked) {
    var pod =
        new JsonObject()
            .put(
                "metadata",
                new JsonObject()
                    .put("name", "pod")
                    .put("labels", new JsonObject(Map.copyOf(labels)))
                    .put(
                        "annotations",
                        new JsonObject().put("nearside.io/redis-url", "redis://a:1")))
            .put(
                "spec",
                new JsonObject()
                    .put("containers", new JsonArray().add(new JsonObject().put("name", "app"))));
    InjectionResult result =
        new Injection(InjectorSettings.of("nearside:0.1.0"))
            .inject(pod, namespace, namespaceLabels);
    if (asked) {
      assertInstanceOf(InjectionResult.Injected.class, result, result::toString);
    } else {
      assertInstanceOf(InjectionResult.Skipped.class, result, result::toString);
    }
  }

  private static Map<String, String> labels(@Nullable String inject) {
    Map<String, String> labels = new TreeMap<>();
    if (inject != null) {
      labels.put(INJECT, inject);
    }
    return labels;
  }

  /** A label selector, as Kubernetes' documentation has it; an empty one matches everything. */
  private static boolean matches(JsonNode selector, Map<String, String> labels) {
    return Nodes.selects(selector.path("matchLabels"), labels)
        && Nodes.stream(selector.path("matchExpressions"))
            .allMatch(expression -> holds(expression, labels));
  }

  private static boolean holds(JsonNode expression, Map<String, String> labels) {
    String value = labels.get(expression.path("key").asText());
    boolean among =
        value != null
            && Nodes.strings(expression.path("values")).collect(Collectors.toSet()).contains(value);
    String operator = expression.path("operator").asText();
    assertTrue(List.of("In", "NotIn").contains(operator), operator);
    return operator.equals("In") == among;
  }
}
