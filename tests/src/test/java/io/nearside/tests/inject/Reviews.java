package io.nearside.tests.inject;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.zjsonpatch.JsonPatch;
import io.nearside.agent.inject.AdmissionReviews;
import io.nearside.agent.inject.Injection;
import io.nearside.agent.inject.InjectorSettings;
import io.nearside.agent.inject.NamespaceLabels;
import io.nearside.tests.stack.RepositoryRoot;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** AdmissionReviews in the shapes that API servers send, and what the injector makes of them. */
final class Reviews {
  static final ObjectMapper MAPPER = new ObjectMapper();

  static final Injection INJECTION = new Injection(InjectorSettings.of("nearside:0.1.0"));

  /** All namespaces but one are opted in. */
  static final NamespaceLabels LABELS =
      namespace -> namespace.equals("unlabelled") ? Map.of() : NamespaceLabels.OPTED_IN;

  private static final Path FOLDER =
      RepositoryRoot.path().resolve("tests/src/test/resources/admission");

  private Reviews() {}

  /** The names of all recorded ones. */
  static List<String> names() {
    try (var files = Files.list(FOLDER)) {
      return files
          .map(file -> String.valueOf(file.getFileName()).replace(".json", ""))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String text(String name) {
    try {
      return Files.readString(FOLDER.resolve(name + ".json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The answer to a review, as the API server reads it. */
  static JsonNode answer(String review) {
    return answer(review, INJECTION);
  }

  static JsonNode answer(String review, Injection injection) {
    return json(AdmissionReviews.answer(new JsonObject(review), injection, LABELS).encode());
  }

  /** What the API server makes of a pod and an answer; by a library that is not ours. */
  static JsonNode patched(JsonNode pod, JsonNode answer) {
    JsonNode patch = answer.at("/response/patch");
    if (patch.isMissingNode()) {
      return pod;
    }
    String operations =
        new String(Base64.getDecoder().decode(patch.asText()), StandardCharsets.UTF_8);
    return JsonPatch.apply(json(operations), pod);
  }
}
