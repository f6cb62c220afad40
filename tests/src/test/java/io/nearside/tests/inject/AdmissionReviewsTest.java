package io.nearside.tests.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nearside.agent.inject.AdmissionReviews;
import io.nearside.agent.inject.BadReviewException;
import io.nearside.agent.inject.InjectionResult;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every recorded review is answered as it should be. */
final class AdmissionReviewsTest {
  /** What is refused, by a part of the message. */
  private static final Map<String, List<String>> REFUSED =
      Map.ofEntries(
          Map.entry("refused-unknown-annotation", List.of("nearside.io/redis-prot", "redis-port?")),
          Map.entry("refused-no-upstream", List.of("no upstream", "nearside.io/redis-url")),
          Map.entry("refused-port-range", List.of("redis-port: 70000", "admin-port: http")),
          Map.entry("refused-port-clash", List.of("redis-port: 6379", "container bad")),
          Map.entry("refused-own-port-clash", List.of("9091", "nearside.io/redis-port")),
          Map.entry("refused-two-urls", List.of("redis-url and nearside.io/redis-url-secret")),
          Map.entry("refused-quantity", List.of("memory-limit: lots")),
          Map.entry("refused-no-cluster-secret", List.of("nearside.io/cluster-secret")),
          Map.entry(
              "refused-value",
              List.of("log-level: LOUD", "PIPELINE_MAX?", "admin-port", "key=value")),
          Map.entry("refused-env-without-face", List.of("env: postgres", "env: redis-unix")),
          Map.entry("refused-app-containers", List.of("app-containers: other", "one of bad")),
          Map.entry("refused-volume-clash", List.of("volume nearside-tmp")),
          Map.entry("hostile-null-spec", List.of("spec.containers")),
          Map.entry("hostile-containers-text", List.of("spec.containers: expected a list")),
          Map.entry("hostile-containers-null", List.of("spec.containers[]")),
          Map.entry("hostile-metadata-list", List.of("metadata: expected an object")),
          Map.entry("hostile-annotation-number", List.of("redis-port: expected a text")),
          Map.entry("hostile-port-text", List.of("containerPort: expected a number")),
          Map.entry("hostile-env-object", List.of("env: expected a list")),
          Map.entry("hostile-volume-nameless", List.of("volumes[].name")),
          Map.entry("hostile-no-containers", List.of("spec.containers: expected at least one")),
          Map.entry("hostile-huge-annotation", List.of("unknown annotation")),
          Map.entry("hostile-password", List.of("nearside.io/redis-url: redis://***@")));

  private static final Map<String, String> SKIPPED =
      Map.ofEntries(
          Map.entry("host-network", "HOST_NETWORK"),
          Map.entry("opted-out", "OPTED_OUT"),
          Map.entry("not-asked", "NOT_OPTED_IN"),
          Map.entry("reinvocation", "ALREADY_INJECTED"),
          Map.entry("by-hand", "ALREADY_INJECTED"),
          Map.entry("windows", "WINDOWS"),
          Map.entry("mirror", "MIRROR_POD"),
          Map.entry("system-namespace", "SYSTEM_NAMESPACE"),
          Map.entry("update", "NOT_A_NEW_POD"),
          Map.entry("not-a-pod", "NOT_A_NEW_POD"),
          Map.entry("binding", "NOT_A_NEW_POD"));

  private static final Map<String, String> BAD =
      Map.of(
          "bad-no-object", "request.object",
          "bad-text-object", "request.object",
          "bad-no-uid", "request.uid",
          "bad-no-request", "request: expected an object",
          "bad-version", "admission.k8s.io/v1");

  static List<String> injected() {
    return Reviews.names().stream()
        .filter(name -> !REFUSED.containsKey(name))
        .filter(name -> !SKIPPED.containsKey(name) && !BAD.containsKey(name))
        .toList();
  }

  static List<String> refused() {
    return List.copyOf(REFUSED.keySet());
  }

  static List<String> skipped() {
    return List.copyOf(SKIPPED.keySet());
  }

  static List<String> bad() {
    return List.copyOf(BAD.keySet());
  }

  private static JsonNode answered(String name) {
    JsonNode answer = Reviews.answer(Reviews.text(name));
    JsonNode review = Reviews.json(Reviews.text(name));
    assertEquals("admission.k8s.io/v1", answer.path("apiVersion").asText());
    assertEquals("AdmissionReview", answer.path("kind").asText());
    assertEquals(review.at("/request/uid"), answer.at("/response/uid"));
    return answer;
  }

  @ParameterizedTest
  @MethodSource
  void injected(String name) {
    JsonNode pod = Reviews.json(Reviews.text(name)).at("/request/object");
    JsonNode answer = answered(name);
    assertTrue(answer.at("/response/allowed").asBoolean(), answer::toString);
    assertEquals("JSONPatch", answer.at("/response/patchType").asText(), answer::toString);
    JsonNode patched = Reviews.patched(pod, answer);
    assertEquals(List.of(), PodCheck.problems(pod, patched), patched::toPrettyString);
    answer
        .at("/response/warnings")
        .forEach(warning -> assertTrue(warning.asText().length() <= 256, warning::asText));
  }

  /** The patch is what the result says the pod is, and a second call has nothing to add. */
  @ParameterizedTest
  @MethodSource("injected")
  void injected_again_isLeftAlone(String name) {
    var review = (ObjectNode) Reviews.json(Reviews.text(name));
    JsonNode patched =
        Reviews.patched(review.at("/request/object"), Reviews.answer(review.toString()));
    List<InjectionResult> results = new ArrayList<>();
    AdmissionReviews.answer(
        new JsonObject(review.toString()), Reviews.INJECTION, Reviews.LABELS, results::add);
    assertEquals(
        patched, Reviews.json(((InjectionResult.Injected) results.getFirst()).pod().encode()));
    ((ObjectNode) review.get("request")).set("object", patched);
    JsonNode again = Reviews.answer(review.toString());
    assertTrue(again.at("/response/allowed").asBoolean());
    assertTrue(again.at("/response/patch").isMissingNode(), again::toString);
  }

  @ParameterizedTest
  @MethodSource
  void skipped(String name) {
    List<InjectionResult> results = new ArrayList<>();
    JsonObject answer =
        AdmissionReviews.answer(
            new JsonObject(Reviews.text(name)), Reviews.INJECTION, Reviews.LABELS, results::add);
    assertEquals(SKIPPED.get(name), ((InjectionResult.Skipped) results.getFirst()).reason().name());
    JsonObject response = answer.getJsonObject("response");
    assertTrue(response.getBoolean("allowed"));
    assertFalse(response.containsKey("patch"));
  }

  @ParameterizedTest
  @MethodSource
  void refused(String name) {
    JsonNode response = answered(name).get("response");
    assertFalse(response.path("allowed").asBoolean(), response::toString);
    assertEquals(422, response.at("/status/code").asInt());
    String message = response.at("/status/message").asText();
    for (String part : REFUSED.getOrDefault(name, List.of())) {
      assertTrue(message.contains(part), message);
    }
    assertTrue(message.length() <= 1024, message);
    assertFalse(message.matches("(?s).*(\\p{Cntrl}|secret-of-mine).*"), message);
    assertTrue(response.path("patch").isMissingNode());
  }

  @ParameterizedTest
  @MethodSource
  void bad(String name) {
    String message =
        String.valueOf(
            assertThrows(BadReviewException.class, () -> Reviews.answer(Reviews.text(name)))
                .getMessage());
    assertTrue(message.contains(BAD.getOrDefault(name, "?")), message);
  }

  /** As deep as JSON is read at all, and as large as API servers let objects be. */
  @Test
  void injected_deepAndLargePod_isNoTrouble() {
    var review = (ObjectNode) Reviews.json(Reviews.text("deployment"));
    var pod = (ObjectNode) review.at("/request/object");
    ObjectNode deep = pod.putObject("deep");
    for (int i = 0; i < 900; i++) {
      deep = deep.putObject("d");
    }
    ((ObjectNode) pod.at("/metadata/annotations"))
        .put("example.com/large", "x".repeat(2 << 20))
        .put("nearside.io/settings", "redis.clients.pipelineMax=7;".repeat(30));
    JsonNode answer = Reviews.answer(review.toString());
    assertTrue(answer.at("/response/allowed").asBoolean(), answer::toString);
    assertTrue(answer.at("/response/patch").asText().length() < 10_000);
  }

  /** What would take long to judge, or too deep a stack, is not judged: other pods wait. */
  @Test
  void refused_manyAndLongMistakes_areCutShort() {
    var review = (ObjectNode) Reviews.json(Reviews.text("deployment"));
    var annotations = (ObjectNode) review.at("/request/object/metadata/annotations");
    annotations.put("nearside.io/app-containers", "a,".repeat(1 << 20) + "a");
    annotations.put("nearside.io/settings", "redis.nothing=1;".repeat(1 << 16));
    annotations.put("nearside.io/" + "y".repeat(40_000), "x");
    for (int i = 0; i < 20_000; i++) {
      annotations.put("nearside.io/prt" + i, "x");
    }
    List<InjectionResult> results = new ArrayList<>();
    var _ =
        AdmissionReviews.answer(
            new JsonObject(review.toString()), Reviews.INJECTION, Reviews.LABELS, results::add);
    String message = ((InjectionResult.Refused) results.getFirst()).message();
    assertTrue(message.contains("app-containers: expected at most 8192 characters"), message);
    assertTrue(message.contains("settings: expected at most 8192 characters"), message);
    assertTrue(message.endsWith("; and 19987 more"), message);
    assertTrue(message.split("did you mean", -1).length <= 9, message);
    assertTrue(message.length() < 4_000, message);
  }

  @Test
  void names_ofTheTables_areRecorded() {
    assertTrue(Reviews.names().containsAll(refused()), () -> new TreeMap<>(REFUSED).toString());
    assertTrue(Reviews.names().containsAll(skipped()));
    assertTrue(Reviews.names().containsAll(bad()));
    assertTrue(injected().size() >= 20, () -> injected().toString());
  }
}
