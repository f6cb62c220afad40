package io.nearside.tests.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the API server checks beyond the types of the model: words of enumerations, names, labels,
 * quantities, ports.
 */
final class ValueRules {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Pattern LABEL_KEY =
      Pattern.compile("([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
  private static final Pattern LABEL_VALUE =
      Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?");
  private static final Pattern PORT_NAME = Pattern.compile("(?=.*[a-z])[a-z0-9-]{1,15}");
  private static final Set<String> PORTS =
      Set.of("port", "containerPort", "targetPort", "endPort", "hostPort");
  private static final int PORT_MAX = 65_535;

  /** By the field's name, which says the same wherever it stands. */
  private static final Map<String, Set<String>> WORDS =
      Map.ofEntries(
          Map.entry("clusterIP", Set.of("None")),
          Map.entry("concurrencyPolicy", Set.of("Allow", "Forbid", "Replace")),
          Map.entry("failurePolicy", Set.of("Ignore", "Fail")),
          Map.entry("imagePullPolicy", Set.of("Always", "IfNotPresent", "Never")),
          Map.entry("matchPolicy", Set.of("Exact", "Equivalent")),
          Map.entry("medium", Set.of("", "Memory")),
          Map.entry("operations", Set.of("CREATE", "UPDATE", "DELETE", "CONNECT")),
          Map.entry("operator", Set.of("In", "NotIn", "Exists", "DoesNotExist")),
          Map.entry("podManagementPolicy", Set.of("OrderedReady", "Parallel")),
          Map.entry("policyTypes", Set.of("Ingress", "Egress")),
          Map.entry("protocol", Set.of("TCP", "UDP", "SCTP")),
          Map.entry("reinvocationPolicy", Set.of("Never", "IfNeeded")),
          Map.entry("restartPolicy", Set.of("Always", "OnFailure", "Never")),
          Map.entry("scope", Set.of("Cluster", "Namespaced", "*")),
          Map.entry("selectPolicy", Set.of("Min", "Max", "Disabled")),
          Map.entry("sideEffects", Set.of("None", "NoneOnDryRun")),
          Map.entry("verbs", Set.of("get", "list", "watch", "create", "update", "patch", "delete")),
          Map.entry("whenUnsatisfiable", Set.of("DoNotSchedule", "ScheduleAnyway")));

  private final List<String> problems = new ArrayList<>();

  private ValueRules() {}

  /** What is wrong with an object; empty where nothing is. */
  static List<String> problems(Manifest manifest) {
    var rules = new ValueRules();
    rules.require(NAME.matcher(manifest.name()).matches(), "metadata.name", manifest.name());
    if (!manifest.is("ConfigMap")) {
      rules.check("", manifest.tree());
    }
    return rules.problems.stream().map(text -> manifest.title() + ": " + text).toList();
  }

  private void require(boolean kept, String place, Object value) {
    if (!kept) {
      problems.add(place + " may not be '" + value + "'");
    }
  }

  private void check(String place, JsonNode node) {
    if (node.isArray()) {
      node.forEach(item -> check(place, item));
    }
    node.properties()
        .forEach(
            entry -> {
              String inside = place + "." + entry.getKey();
              checkField(inside, entry.getKey(), entry.getValue());
              check(inside, entry.getValue());
            });
  }

  private void checkField(String place, String name, JsonNode value) {
    Set<String> words = WORDS.get(name);
    if (words != null) {
      (value.isArray() ? Nodes.strings(value) : Stream.of(value.asText()))
          .forEach(word -> require(words.contains(word), place, word));
    }
    switch (name) {
      case "labels", "matchLabels", "nodeSelector" -> checkLabels(place, value);
      case "requests", "limits" ->
          value.forEach(quantity -> require(isQuantity(quantity.asText()), place, quantity));
      case "averageValue", "sizeLimit" -> require(isQuantity(value.asText()), place, value);
      case "containers", "initContainers" -> {
        checkNames(place, value);
        checkNames(
            place + ".ports",
            Nodes.stream(value)
                .flatMap(container -> Nodes.stream(container.path("ports")))
                .toList());
      }
      case "volumes" -> checkNames(place, value);
      case "env" -> checkUnique(place, value);
      default -> {}
    }
    if (PORTS.contains(name) && value.isValueNode()) {
      boolean fits =
          value.isNumber()
              ? value.asInt() >= 1 && value.asInt() <= PORT_MAX
              : PORT_NAME.matcher(value.asText()).matches();
      require(fits, place, value);
    }
  }

  private void checkLabels(String place, JsonNode labels) {
    Nodes.texts(labels)
        .forEach(
            (key, value) -> {
              require(LABEL_KEY.matcher(key).matches(), place, key);
              require(LABEL_VALUE.matcher(value).matches(), place + "." + key, value);
            });
  }

  private static boolean isQuantity(String text) {
    try {
      return Quantity.getAmountInBytes(Quantity.parse(text)).signum() >= 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void checkNames(String place, Iterable<JsonNode> named) {
    checkUnique(place, named);
    named.forEach(
        each -> {
          String name = each.path("name").asText();
          require(NAME.matcher(name).matches(), place, name);
        });
  }

  private void checkUnique(String place, Iterable<JsonNode> named) {
    List<String> names = new ArrayList<>();
    named.forEach(each -> names.add(each.path("name").asText()));
    names.stream()
        .collect(Collectors.groupingBy(name -> name, Collectors.counting()))
        .forEach((name, count) -> require(count == 1, place, name + "' twice, as '" + name));
  }
}
