package io.nearside.tests.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.zjsonpatch.JsonPatch;
import io.nearside.agent.inject.BadReviewException;
import io.nearside.agent.inject.Injection;
import io.nearside.agent.inject.InjectionResult;
import io.nearside.agent.inject.InjectionResult.Injected;
import io.nearside.agent.inject.InjectorSettings;
import io.nearside.agent.inject.NamespaceLabels;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Pods and reviews that nobody wrote: {@code -Dnearside.seed} repeats a run. */
final class RandomPodsTest {
  private static final int PODS = 400;
  private static final int REVIEWS = 1_500;

  /** Pods get the sidecar even where nothing is left of what they said. */
  private static final Injection WITH_DEFAULTS =
      new Injection(
          new InjectorSettings(
              "nearside:0.1.0",
              "IfNotPresent",
              Map.of("redis-url", "redis://redis:6379", "env", "redis"),
              InjectorSettings.SYSTEM_NAMESPACES,
              true));

  private final long seed = Long.getLong("nearside.seed", System.nanoTime());
  private final Random random = new Random(seed);

  RandomPodsTest() {
    System.out.printf("random pods: -Dnearside.seed=%d%n", seed);
  }

  @Test
  void inject_randomPods_isSoundAndOnce() {
    var pods = new PodGenerator(random);
    int injected = 0;
    for (int i = 0; i < PODS; i++) {
      String pod = pods.next();
      JsonNode before = Reviews.json(pod);
      String told = "seed " + seed + ": " + pod;
      switch (inject(pod)) {
        case Injected result -> {
          injected++;
          JsonNode patched =
              JsonPatch.apply(Reviews.json(result.patch().encode()), before.deepCopy());
          assertEquals(List.of(), PodCheck.problems(before, patched), told);
          assertEquals(patched, Reviews.json(result.pod().encode()), told);
          assertTrue(inject(patched.toString()) instanceof InjectionResult.Skipped, told);
        }
        case InjectionResult.Skipped skipped -> throw new AssertionError(skipped + " " + told);
        case InjectionResult.Refused refused ->
            assertTrue(refused.message().contains("nearside.io/"), refused + " " + told);
      }
    }
    assertTrue(injected > PODS / 3, injected + " injected, seed " + seed);
  }

  private static InjectionResult inject(String pod) {
    Injection injection = Reviews.INJECTION;
    return injection.inject(new JsonObject(pod), "shop", NamespaceLabels.OPTED_IN);
  }

  /** A node of a good review is replaced by anything: an answer that fits, or a plain refusal. */
  @Test
  void answer_mangledReviews_isAnAnswerOrBad() {
    List<String> names = AdmissionReviewsTest.injected();
    int answered = 0;
    for (int i = 0; i < REVIEWS; i++) {
      JsonNode review = Reviews.json(Reviews.text(names.get(random.nextInt(names.size()))));
      int mangled = 1 + random.nextInt(2);
      for (int j = 0; j < mangled; j++) {
        mangle(review);
      }
      try {
        JsonNode answer = Reviews.answer(review.toString(), WITH_DEFAULTS);
        answered++;
        assertTrue(answer.at("/response/allowed").isBoolean());
        // A patch that does not fit throws.
        var _ = Reviews.patched(review.at("/request/object"), answer);
      } catch (BadReviewException e) {
        assertTrue(String.valueOf(e.getMessage()).length() < 200, e::getMessage);
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + review, e);
      }
    }
    assertTrue(answered > REVIEWS / 2, answered + " answered, seed " + seed);
  }

  private void mangle(JsonNode review) {
    List<JsonNode> containers = new ArrayList<>();
    collect(review, containers);
    JsonNode chosen = containers.get(random.nextInt(containers.size()));
    if (chosen instanceof ObjectNode object && !object.isEmpty()) {
      List<String> fields = new ArrayList<>();
      object.fieldNames().forEachRemaining(fields::add);
      String field = fields.get(random.nextInt(fields.size()));
      if (random.nextInt(4) == 0) {
        object.remove(field);
      } else {
        object.set(field, anything());
      }
    } else if (chosen instanceof ArrayNode array && !array.isEmpty()) {
      array.set(random.nextInt(array.size()), anything());
    }
  }

  private static void collect(JsonNode node, List<JsonNode> into) {
    if (node.isContainerNode()) {
      into.add(node);
      node.forEach(child -> collect(child, into));
    }
  }

  private JsonNode anything() {
    JsonNodeFactory json = JsonNodeFactory.instance;
    return switch (random.nextInt(9)) {
      case 0 -> json.nullNode();
      case 1 -> json.numberNode(random.nextLong());
      case 2 -> json.numberNode(1e300);
      case 3 -> json.textNode("");
      case 4 -> json.textNode("x".repeat(random.nextInt(2_000)));
      case 5 -> json.booleanNode(random.nextBoolean());
      case 6 -> json.arrayNode();
      case 7 -> json.arrayNode().addNull().add("a").add(1);
      default -> json.objectNode().put("name", 1).putNull("env");
    };
  }
}
