package io.nearside.tests.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What objects say of each other: what one names, another is. The label {@code
 * nearside.io/injected} is on pods that are not here, as the injector puts it there.
 */
final class References {
  /** Secrets that the documents tell people to make. */
  private static final Set<String> MADE_BY_HAND = Set.of("nearside");

  private static final Map<String, String> INJECTED = Map.of("nearside.io/injected", "true");

  private final List<Manifest> known;
  private final List<String> problems = new ArrayList<>();

  private References(List<Manifest> known) {
    this.known = known;
  }

  /**
   * What is wrong with these objects; empty where nothing is.
   *
   * @param others that are there too when these are applied
   */
  static List<String> problems(List<Manifest> objects, List<Manifest> others) {
    var references = new References(Stream.concat(objects.stream(), others.stream()).toList());
    objects.forEach(references::check);
    references.checkNames(objects);
    return references.problems;
  }

  private void require(Manifest from, boolean there, String otherwise) {
    if (!there) {
      problems.add(from.title() + ": " + otherwise);
    }
  }

  private void checkNames(List<Manifest> objects) {
    Set<String> seen = new LinkedHashSet<>();
    for (Manifest object : objects) {
      require(object, seen.add(object.apiVersion() + object.title()), "is there twice");
    }
  }

  private Optional<Manifest> find(String kind, String namespace, String name) {
    return known.stream()
        .filter(each -> each.is(kind) && each.name().equals(name))
        .filter(each -> each.namespace().equals(namespace))
        .findFirst();
  }

  private void names(Manifest from, String kind, String namespace, JsonNode name) {
    require(
        from,
        find(kind, namespace, name.asText()).isPresent(),
        "no " + kind + " " + (namespace + " ").stripLeading() + name.asText());
  }

  private void check(Manifest object) {
    object.pods().ifPresent(pods -> checkPods(object, pods));
    switch (object.kind()) {
      case "Deployment", "StatefulSet" -> checkWorkload(object);
      case "Service" -> checkService(object);
      case "NetworkPolicy" -> checkNetworkPolicy(object);
      case "PodDisruptionBudget" -> checkDisruptionBudget(object);
      case "HorizontalPodAutoscaler" -> checkAutoscaler(object);
      case "RoleBinding", "ClusterRoleBinding" -> checkBinding(object);
      case "MutatingWebhookConfiguration" -> object.at("/webhooks").forEach(w -> hook(object, w));
      case "ServiceMonitor" -> checkServiceMonitor(object);
      case "PodMonitor" ->
          require(object, selectsPods(object, "/spec/selector/matchLabels"), "selects no pods");
      default -> {}
    }
  }

  private void checkPods(Manifest from, PodTemplate pods) {
    JsonNode spec = pods.spec();
    if (spec.has("serviceAccountName")) {
      names(from, "ServiceAccount", from.namespace(), spec.path("serviceAccountName"));
    }
    Set<String> volumes = new LinkedHashSet<>();
    for (JsonNode volume : spec.path("volumes")) {
      require(from, volumes.add(volume.path("name").asText()), "a volume twice: " + volume);
      if (volume.has("configMap")) {
        names(from, "ConfigMap", from.namespace(), volume.path("configMap").path("name"));
      }
      if (volume.has("secret")) {
        secret(from, volume.path("secret").path("secretName").asText());
      }
    }
    Set<String> mounted = new LinkedHashSet<>();
    pods.containers()
        .forEach(
            container -> {
              Nodes.stream(container.path("volumeMounts"))
                  .forEach(mount -> mounted.add(mount.path("name").asText()));
              checkContainer(from, container);
            });
    require(from, volumes.equals(mounted), "volumes " + volumes + ", mounted " + mounted);
  }

  private void checkContainer(Manifest from, JsonNode container) {
    for (JsonNode variable : container.path("env")) {
      JsonNode reference = variable.path("valueFrom");
      if (reference.has("secretKeyRef")) {
        secret(from, reference.path("secretKeyRef").path("name").asText());
      }
      if (reference.has("configMapKeyRef")) {
        names(from, "ConfigMap", from.namespace(), reference.path("configMapKeyRef").path("name"));
      }
    }
    for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
      for (String how : List.of("httpGet", "tcpSocket")) {
        JsonNode port = container.path(probe).path(how).path("port");
        require(
            from,
            port.isMissingNode()
                || port.isNumber()
                || Nodes.stream(container.path("ports"))
                    .anyMatch(each -> each.path("name").equals(port)),
            probe + " asks port " + port);
      }
    }
  }

  private void secret(Manifest from, String name) {
    require(
        from,
        MADE_BY_HAND.contains(name)
            || known.stream()
                .filter(each -> each.is("Certificate"))
                .anyMatch(each -> each.at("/spec/secretName").asText().equals(name)),
        "nobody makes the Secret " + name);
  }

  private void checkWorkload(Manifest workload) {
    PodTemplate pods = workload.pods().orElseThrow();
    require(
        workload,
        Nodes.selects(workload.at("/spec/selector/matchLabels"), pods.labels()),
        "does not select its own pods");
    if (workload.is("StatefulSet")) {
      JsonNode service = workload.at("/spec/serviceName");
      names(workload, "Service", workload.namespace(), service);
      find("Service", workload.namespace(), service.asText())
          .ifPresent(
              each ->
                  require(
                      workload,
                      each.at("/spec/clusterIP").asText().equals("None"),
                      service + " is not headless"));
    }
  }

  /** Pods of a namespace that a selector matches; its labels must not be empty. */
  private List<PodTemplate> selected(String namespace, JsonNode matchLabels) {
    return known.stream()
        .filter(each -> each.namespace().equals(namespace))
        .flatMap(each -> each.pods().stream())
        .filter(pods -> !matchLabels.isEmpty() && Nodes.selects(matchLabels, pods.labels()))
        .toList();
  }

  private boolean selectsPods(Manifest object, String pointer) {
    return Nodes.texts(object.at(pointer)).equals(INJECTED)
        || !selected(object.namespace(), object.at(pointer)).isEmpty();
  }

  private void checkService(Manifest service) {
    JsonNode selector = service.at("/spec/selector");
    require(service, selectsPods(service, "/spec/selector"), "selects no pods");
    for (JsonNode port : service.at("/spec/ports")) {
      JsonNode target = port.has("targetPort") ? port.path("targetPort") : port.path("port");
      for (PodTemplate pods : selected(service.namespace(), selector)) {
        require(service, pods.hasPort(target), "port " + target + " is none of the pods'");
      }
    }
  }

  private void checkNetworkPolicy(Manifest policy) {
    require(policy, selectsPods(policy, "/spec/podSelector/matchLabels"), "selects no pods");
    List<PodTemplate> pods =
        selected(policy.namespace(), policy.at("/spec/podSelector/matchLabels"));
    for (JsonNode rule : policy.at("/spec/ingress")) {
      for (JsonNode each : rule.path("ports")) {
        JsonNode port = each.path("port");
        require(
            policy,
            !port.isTextual()
                || (!pods.isEmpty() && pods.stream().allMatch(pod -> pod.hasPort(port))),
            "port " + port + " is none of the pods'");
      }
      for (JsonNode from : rule.path("from")) {
        JsonNode labels = from.path("podSelector").path("matchLabels");
        require(
            policy,
            !from.has("podSelector")
                || Nodes.texts(labels).equals(INJECTED)
                || !selected(policy.namespace(), labels).isEmpty(),
            "lets in pods that are not there: " + labels);
      }
    }
  }

  private void checkDisruptionBudget(Manifest budget) {
    require(budget, selectsPods(budget, "/spec/selector/matchLabels"), "selects no pods");
    int minAvailable = budget.at("/spec/minAvailable").asInt();
    for (PodTemplate pods : selected(budget.namespace(), budget.at("/spec/selector/matchLabels"))) {
      int replicas = pods.owner().at("/spec/replicas").asInt(1);
      require(
          budget, minAvailable < replicas, "of " + replicas + " replicas none may ever be evicted");
    }
  }

  private void checkAutoscaler(Manifest autoscaler) {
    JsonNode target = autoscaler.at("/spec/scaleTargetRef");
    names(autoscaler, target.path("kind").asText(), autoscaler.namespace(), target.path("name"));
    Optional<PodTemplate> pods =
        find(target.path("kind").asText(), autoscaler.namespace(), target.path("name").asText())
            .flatMap(Manifest::pods);
    for (JsonNode metric : autoscaler.at("/spec/metrics")) {
      JsonNode resource = metric.path("containerResource");
      require(
          autoscaler,
          resource.isMissingNode()
              || pods.stream()
                  .flatMap(PodTemplate::containers)
                  .filter(each -> each.path("name").equals(resource.path("container")))
                  .anyMatch(has("requests", resource.path("name").asText())),
          "no requests to compare with: " + resource);
    }
  }

  private static Predicate<JsonNode> has(String kind, String resource) {
    return container -> container.path("resources").path(kind).has(resource);
  }

  private void checkBinding(Manifest binding) {
    JsonNode role = binding.at("/roleRef");
    String kind = role.path("kind").asText();
    names(binding, kind, kind.equals("Role") ? binding.namespace() : "", role.path("name"));
    for (JsonNode subject : binding.at("/subjects")) {
      names(
          binding,
          subject.path("kind").asText(),
          subject.path("namespace").asText(),
          subject.path("name"));
    }
  }

  private void hook(Manifest configuration, JsonNode webhook) {
    JsonNode named = webhook.path("clientConfig").path("service");
    Optional<Manifest> service =
        find("Service", named.path("namespace").asText(), named.path("name").asText());
    require(configuration, service.isPresent(), "no Service " + named);
    require(
        configuration,
        service.stream()
            .flatMap(each -> Nodes.stream(each.at("/spec/ports")))
            .anyMatch(port -> port.path("port").equals(named.path("port"))),
        "the Service has no port " + named.path("port"));
  }

  private void checkServiceMonitor(Manifest monitor) {
    List<Manifest> services =
        known.stream()
            .filter(each -> each.is("Service") && each.namespace().equals(monitor.namespace()))
            .filter(
                each ->
                    Nodes.selects(
                        monitor.at("/spec/selector/matchLabels"),
                        Nodes.texts(each.at("/metadata/labels"))))
            .toList();
    Set<JsonNode> ports =
        services.stream()
            .flatMap(each -> Nodes.stream(each.at("/spec/ports")))
            .map(port -> port.path("name"))
            .collect(Collectors.toSet());
    for (JsonNode endpoint : monitor.at("/spec/endpoints")) {
      require(monitor, ports.contains(endpoint.path("port")), "no Service with " + endpoint);
    }
  }
}
