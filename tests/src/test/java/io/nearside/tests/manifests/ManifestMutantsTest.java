package io.nearside.tests.manifests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That the checks of {@link ManifestsTest} convict: one wrong thing in an object that is right. */
final class ManifestMutantsTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String REMOVED = "removed";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Deployment | /spec/replica | 3 | Unrecognized field
          Deployment | /spec/template/spec/containers/0/imagePullPolcy | "Always" | Unrecognized field
          Deployment | /spec/replicas | "three" | Cannot coerce
          Deployment | /spec/replicas | "3" | Cannot coerce
          Deployment | /spec/template/spec/containers/0/env/0/value | 5 | Cannot coerce
          Deployment | /metadata/labels/a | true | Cannot coerce
          Deployment | /spec/template/spec/containers | {"a": 1} | Cannot deserialize
          Deployment | /apiVersion | "apps/v2" | no apps/v2/Deployment is known
          NetworkPolicy | /spec/ingress/0/port | [] | Unrecognized field
          ServiceMonitor | /spec/endpoints/0/prot | "ops" | unknown field
          ServiceMonitor | /spec/endpoints/0/interval | 15 | expected type string
          ServiceMonitor | /spec/selector | removed | selector is missing
          PrometheusRule | /spec/groups/1/rules/0/for | "ten minutes" | expected (
          Certificate | /spec/privateKey/algorithm | "DSA" | expected one of
          """)
  void model_mutant_isRefused(String kind, String pointer, String value, String complaint)
      throws IOException {
    Mutant mutant = Mutant.of(kind, pointer, value);
    assertComplains(
        StrictModel.problems(mutant.right), StrictModel.problems(mutant.wrong), complaint);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Deployment | /metadata/name | "Injector" | metadata.name
          Deployment | /metadata/labels/a | "with space" | .metadata.labels.a
          Deployment | /spec/template/spec/containers/0/name | "in_jector" | containers may not
          Deployment | /spec/template/spec/containers/0/imagePullPolicy | "Allways" | imagePullPolicy
          Deployment | /spec/template/spec/containers/0/resources/limits/memory | "256MB" | limits may not
          Deployment | /spec/template/spec/containers/0/ports/0/containerPort | 70000 | containerPort
          Deployment | /spec/template/spec/containers/0/ports/0/name | "a-name-far-too-long-" | ports may not
          Deployment | /spec/template/spec/containers/0/ports/1/name | "webhook" | twice
          Deployment | /spec/template/spec/containers/0/env | [{"name": "A"}, {"name": "A"}] | twice
          Deployment | /spec/template/spec/volumes/1/name | "defaults" | twice
          NetworkPolicy | /spec/policyTypes | ["ingress"] | policyTypes
          ClusterRole | /rules/0/verbs/0 | "read" | verbs
          MutatingWebhookConfiguration | /webhooks/0/rules/0/operations/0 | "create" | operations
          HorizontalPodAutoscaler | /spec/metrics/2/pods/target/averageValue | "300 ms" | averageValue
          """)
  void value_mutant_isRefused(String kind, String pointer, String value, String complaint)
      throws IOException {
    Mutant mutant = Mutant.of(kind, pointer, value);
    assertComplains(
        ValueRules.problems(mutant.right), ValueRules.problems(mutant.wrong), complaint);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Deployment | /spec/template/spec/containers/0/image | "nearside" | has no version
          Deployment | /spec/template/spec/containers/0/image | "nearside:latest" | has no version
          Deployment | /spec/template/spec/containers/0/resources/limits/memory | removed | no memory in limits
          Deployment | /spec/template/spec/containers/0/resources/requests | removed | no cpu in requests
          Deployment | /spec/template/spec/containers/0/livenessProbe | removed | no livenessProbe
          Deployment | /spec/template/spec/containers/0/securityContext/runAsNonRoot | false | may run as root
          Deployment | /spec/template/spec/containers/0/securityContext/readOnlyRootFilesystem | removed | may write
          Deployment | /spec/template/spec/containers/0/securityContext/allowPrivilegeEscalation | removed | gain
          Deployment | /spec/template/spec/containers/0/securityContext/privileged | true | is privileged
          Deployment | /spec/template/spec/containers/0/securityContext/capabilities/drop | [] | has capabilities
          Deployment | /spec/template/spec/containers/0/securityContext/capabilities/add | ["CHOWN"] | has capabilities
          Deployment | /spec/template/spec/containers/0/securityContext/seccompProfile/type | "Unconfined" | seccomp
          Deployment | /spec/template/spec/securityContext/runAsUser | removed | runAsUser
          Deployment | /spec/template/spec/hostNetwork | true | hostNetwork
          Deployment | /spec/template/spec/volumes/1/hostPath | {"path": "/"} | is the node's
          Deployment | /spec/template/spec/enableServiceLinks | removed | NEARSIDE_
          Deployment | /spec/template/spec/automountServiceAccountToken | removed | account of its own
          Deployment | /metadata/labels | removed | has no labels
          Deployment | /kind | "Secret" | a Secret in a repository
          ClusterRole | /rules/0/verbs/0 | "*" | verbs
          ClusterRole | /rules/0/resources/0 | "*" | a rule for everything
          ClusterRole | /rules/0/resources/0 | "secrets" | secrets of all namespaces
          ClusterRole | /rules/2/resourceNames | removed | may change any of
          Role | /rules/1/resourceNames | removed | secrets of any name
          Service | /spec/type | "LoadBalancer" | from outside
          MutatingWebhookConfiguration | /webhooks/0/failurePolicy | "Fail" | pods wait
          MutatingWebhookConfiguration | /webhooks/1/sideEffects | removed | no dry runs
          MutatingWebhookConfiguration | /webhooks/0/timeoutSeconds | 30 | timeoutSeconds
          MutatingWebhookConfiguration | /webhooks/0/namespaceSelector | removed | own pods
          """)
  void policy_mutant_isRefused(String kind, String pointer, String value, String complaint)
      throws IOException {
    Mutant mutant = Mutant.of(kind, pointer, value);
    assertComplains(Policies.problems(mutant.right), Policies.problems(mutant.wrong), complaint);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Deployment | /spec/template/spec/serviceAccountName | "other" | no ServiceAccount
          Deployment | /spec/template/spec/volumes/0/configMap/name | "other" | no ConfigMap
          Deployment | /spec/template/spec/volumes/1/secret | {"secretName": "other"} | nobody makes the Secret
          Deployment | /spec/template/spec/containers/0/volumeMounts/0/name | "other" | mounted
          Deployment | /spec/template/spec/containers/0/livenessProbe/httpGet/port | "other" | livenessProbe asks
          Deployment | /spec/template/metadata/labels/app.kubernetes.io~1name | "other" | its own pods
          StatefulSet | /spec/serviceName | "nearside-hazelcast-client" | is not headless
          Service | /spec/selector/app.kubernetes.io~1name | "other" | selects no pods
          Service | /spec/ports/0/targetPort | "other" | none of the pods'
          NetworkPolicy | /spec/podSelector/matchLabels | {"app": "other"} | selects no pods
          NetworkPolicy | /spec/ingress/0/ports/0/port | "other" | none of the pods'
          PodDisruptionBudget | /spec/selector/matchLabels | {"app": "other"} | selects no pods
          PodDisruptionBudget | /spec/minAvailable | 3 | none may ever be evicted
          HorizontalPodAutoscaler | /spec/scaleTargetRef/name | "other" | no Deployment
          HorizontalPodAutoscaler | /spec/metrics/0/containerResource/container | "app" | no requests
          RoleBinding | /roleRef/name | "other" | no Role
          ClusterRoleBinding | /subjects/0/name | "other" | no ServiceAccount
          MutatingWebhookConfiguration | /webhooks/0/clientConfig/service/name | "other" | no Service
          MutatingWebhookConfiguration | /webhooks/0/clientConfig/service/port | 8443 | no port
          ServiceMonitor | /spec/endpoints/0/port | "other" | no Service with
          PodMonitor | /spec/selector/matchLabels | {"app": "other"} | selects no pods
          ConfigMap | /metadata/name | "other" | no ConfigMap
          """)
  void reference_mutant_isRefused(String kind, String pointer, String value, String complaint)
      throws IOException {
    Mutant mutant = Mutant.of(kind, pointer, value);
    assertComplains(
        References.problems(mutant.with(mutant.right), List.of()),
        References.problems(mutant.with(mutant.wrong), List.of()),
        complaint);
  }

  @Test
  void reference_objectTwice_isRefused() {
    Manifest role = Manifest.parse("{kind: Role, metadata: {name: a}}").getFirst();
    assertTrue(
        References.problems(List.of(role, role), List.of()).toString().contains("there twice"));
  }

  @Test
  void parse_keyTwice_isRefused() {
    assertThrows(RuntimeException.class, () -> Manifest.parse("a: 1\nb: 2\na: 3\n"));
  }

  private static void assertComplains(List<String> right, List<String> wrong, String complaint) {
    assertEquals(List.of(), right);
    assertTrue(wrong.stream().anyMatch(each -> each.contains(complaint)), wrong::toString);
  }

  /**
   * An object that is right, and what it is with one value changed.
   *
   * @param others that stand beside it
   */
  private record Mutant(Manifest right, Manifest wrong, List<Manifest> others) {
    private static final List<Kustomization> SOURCES =
        Stream.of(
                "base/injector",
                "base/hazelcast",
                "overlays/cert-manager",
                "base/monitoring",
                "examples/autoscaling/targets",
                "examples/shop")
            .map(Kustomization::new)
            .toList();

    /** Of the first object of a kind; {@code value} is JSON, or that the field is removed. */
    static Mutant of(String kind, String pointer, String value) throws IOException {
      assumeTrue(Program.KUBECTL.isThere(), "no kubectl (Debian: kubernetes-client)");
      List<Manifest> all = new ArrayList<>();
      for (Kustomization source : SOURCES) {
        for (Manifest object : source.render()) {
          if (all.stream().noneMatch(each -> each.title().equals(object.title()))) {
            all.add(object);
          }
        }
      }
      Manifest right = all.stream().filter(object -> object.is(kind)).findFirst().orElseThrow();
      all.remove(right);
      ObjectNode tree = right.tree().deepCopy();
      set(
          tree,
          JsonPointer.compile(pointer),
          value.equals(REMOVED) ? MissingNode.getInstance() : MAPPER.readTree(value));
      return new Mutant(right, new Manifest(tree), all);
    }

    private static void set(ObjectNode tree, JsonPointer pointer, JsonNode value) {
      JsonNode parent = tree.at(pointer.head());
      String last = pointer.last().getMatchingProperty();
      if (parent instanceof ArrayNode array) {
        array.set(Integer.parseInt(last), value);
      } else if (value.isMissingNode()) {
        ((ObjectNode) parent).remove(last);
      } else {
        ((ObjectNode) parent).set(last, value);
      }
    }

    /** The first form with what stands beside it. */
    List<Manifest> with(Manifest one) {
      return Stream.concat(Stream.of(one), others.stream()).toList();
    }
  }
}
