package io.nearside.tests.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What every object must keep to: Kubernetes' restricted pod security standard and some more,
 * limits, probes, pinned images, no secrets, no rights that were not thought of.
 */
final class Policies {
  private static final Pattern PINNED =
      Pattern.compile("[a-z0-9./-]+(:[0-9]+/[a-z0-9./-]+)?:[0-9]+\\.[0-9]+[A-Za-z0-9._-]*");
  private static final Set<String> DANGEROUS_VERBS = Set.of("*", "escalate", "bind", "impersonate");
  private static final int WEBHOOK_SECONDS_MAX = 10;

  private final List<String> problems = new ArrayList<>();

  private Policies() {}

  /** What is wrong with an object; empty where nothing is. */
  static List<String> problems(Manifest manifest) {
    var policies = new Policies();
    policies.check(manifest);
    return policies.problems.stream().map(text -> manifest.title() + ": " + text).toList();
  }

  private void require(boolean kept, String otherwise) {
    if (!kept) {
      problems.add(otherwise);
    }
  }

  private void check(Manifest manifest) {
    require(!manifest.is("Secret"), "a Secret in a repository");
    require(!manifest.at("/metadata/labels").isEmpty() || generated(manifest), "has no labels");
    manifest.pods().ifPresent(this::checkPods);
    switch (manifest.kind()) {
      case "Role", "ClusterRole" ->
          manifest.at("/rules").forEach(rule -> checkRights(manifest, rule));
      case "MutatingWebhookConfiguration" -> manifest.at("/webhooks").forEach(this::checkWebhook);
      case "Service" ->
          require(
              Set.of("", "ClusterIP").contains(manifest.at("/spec/type").asText()),
              "can be reached from outside the cluster");
      default -> {}
    }
  }

  /** By a generator of kustomize, or another's custom resource: what reads it knows its name. */
  private static boolean generated(Manifest manifest) {
    return manifest.is("ConfigMap") || manifest.apiVersion().startsWith("cert-manager.io/");
  }

  private void checkPods(PodTemplate pods) {
    JsonNode spec = pods.spec();
    for (String shared : List.of("hostNetwork", "hostPID", "hostIPC")) {
      require(!spec.path(shared).asBoolean(), shared + ": is the node's");
    }
    require(
        spec.path("enableServiceLinks").isBoolean() && !spec.path("enableServiceLinks").asBoolean(),
        "enableServiceLinks: variables of services would begin with NEARSIDE_");
    JsonNode token = spec.path("automountServiceAccountToken");
    require(
        token.isBoolean() && (!token.asBoolean() || spec.has("serviceAccountName")),
        "automountServiceAccountToken: false, or true for an account of its own");
    for (JsonNode volume : spec.path("volumes")) {
      require(!volume.has("hostPath"), "volume " + volume.path("name") + " is the node's");
    }
    pods.containers().forEach(container -> checkContainer(spec, container));
  }

  private void checkContainer(JsonNode pod, JsonNode container) {
    String name = "container " + container.path("name").asText() + ": ";
    String image = container.path("image").asText();
    require(PINNED.matcher(image).matches(), name + "image '" + image + "' has no version");
    for (String kind : List.of("requests", "limits")) {
      for (String resource : List.of("cpu", "memory")) {
        require(
            container.path("resources").path(kind).has(resource),
            name + "no " + resource + " in " + kind);
      }
    }
    if (container.has("ports")) {
      for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
        require(container.has(probe), name + "no " + probe);
      }
    }
    checkSecurity(name, pod, container.path("securityContext"));
  }

  private void checkSecurity(String name, JsonNode pod, JsonNode own) {
    JsonNode shared = pod.path("securityContext");
    require(either(own, shared, "runAsNonRoot").asBoolean(), name + "may run as root");
    require(either(own, shared, "runAsUser").asInt() > 0, name + "runAsUser: no number");
    require(
        either(own, shared, "seccompProfile").path("type").asText().equals("RuntimeDefault"),
        name + "seccompProfile: not RuntimeDefault");
    require(own.path("readOnlyRootFilesystem").asBoolean(), name + "may write to its image");
    require(
        own.has("allowPrivilegeEscalation") && !own.path("allowPrivilegeEscalation").asBoolean(),
        name + "may gain privileges");
    require(!own.path("privileged").asBoolean(), name + "is privileged");
    require(
        Nodes.strings(own.path("capabilities").path("drop")).toList().equals(List.of("ALL"))
            && own.path("capabilities").path("add").isEmpty(),
        name + "has capabilities");
  }

  private static JsonNode either(JsonNode own, JsonNode shared, String field) {
    return own.has(field) ? own.path(field) : shared.path(field);
  }

  private void checkRights(Manifest role, JsonNode rule) {
    Set<String> verbs = Nodes.strings(rule.path("verbs")).collect(Collectors.toSet());
    Set<String> resources = Nodes.strings(rule.path("resources")).collect(Collectors.toSet());
    require(
        Stream.of("apiGroups", "resources", "nonResourceURLs")
            .flatMap(field -> Nodes.strings(rule.path(field)))
            .noneMatch(value -> value.contains("*")),
        "a rule for everything");
    require(verbs.stream().noneMatch(DANGEROUS_VERBS::contains), "verbs " + verbs);
    boolean named = !rule.path("resourceNames").isEmpty();
    boolean changes = !Set.of("get", "list", "watch").containsAll(verbs);
    if (resources.contains("secrets")) {
      require(role.is("Role"), "secrets of all namespaces");
      require(named || verbs.equals(Set.of("create")), "secrets of any name");
    } else {
      require(named || !changes, "may change any of " + resources);
    }
  }

  private void checkWebhook(JsonNode webhook) {
    String name = "webhook " + webhook.path("name").asText() + ": ";
    require(
        webhook.path("failurePolicy").asText().equals("Ignore"),
        name + "pods wait for an injector that is away");
    require(webhook.path("sideEffects").asText().equals("None"), name + "no dry runs");
    int seconds = webhook.path("timeoutSeconds").asInt();
    require(seconds > 0 && seconds <= WEBHOOK_SECONDS_MAX, name + "timeoutSeconds " + seconds);
    require(
        Nodes.stream(webhook.path("namespaceSelector").path("matchExpressions"))
            .filter(each -> each.path("operator").asText().equals("NotIn"))
            .flatMap(each -> Nodes.strings(each.path("values")))
            .collect(Collectors.toSet())
            .containsAll(Set.of("kube-system", "nearside-system")),
        name + "is asked about the system's own pods");
  }
}
