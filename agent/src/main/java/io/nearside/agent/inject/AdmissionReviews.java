package io.nearside.agent.inject;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The webhook's protocol: an AdmissionReview of {@code admission.k8s.io/v1} in, one out. A dry run
 * is answered as any other, as answering has no effects.
 */
public final class AdmissionReviews {
  /** Of reviews, both ways. */
  public static final String API_VERSION = "admission.k8s.io/v1";

  private static final int UNPROCESSABLE = 422;
  private static final int MESSAGE_CHARACTERS_MAX = 1024;

  /** Longer ones are cut by API servers. */
  private static final int WARNING_CHARACTERS_MAX = 256;

  private static final int WARNINGS_MAX = 16;

  private AdmissionReviews() {}

  /**
   * Answers a review.
   *
   * @throws BadReviewException when it is none; nothing else is thrown, whatever came
   */
  public static JsonObject answer(JsonObject review, Injection injection, NamespaceLabels labels) {
    return answer(review, injection, labels, _ -> {});
  }

  /** As {@link #answer(JsonObject, Injection, NamespaceLabels)}, where the decision is told. */
  public static JsonObject answer(
      JsonObject review,
      Injection injection,
      NamespaceLabels labels,
      Consumer<InjectionResult> decided) {
    JsonObject request = request(review);
    InjectionResult result = decide(request, injection, labels);
    decided.accept(result);
    return new JsonObject()
        .put("apiVersion", API_VERSION)
        .put("kind", "AdmissionReview")
        .put("response", response(text(request, "uid"), result));
  }

  private static JsonObject request(JsonObject review) {
    if (!API_VERSION.equals(review.getValue("apiVersion"))
        || !"AdmissionReview".equals(review.getValue("kind"))) {
      throw new BadReviewException("expected an AdmissionReview of " + API_VERSION);
    }
    if (!(review.getValue("request") instanceof JsonObject request)) {
      throw new BadReviewException("request: expected an object");
    }
    if (text(request, "uid").isEmpty()) {
      throw new BadReviewException("request.uid: expected a text");
    }
    return request;
  }

  private static InjectionResult decide(
      JsonObject request, Injection injection, NamespaceLabels labels) {
    if (!newPod(request)) {
      return new InjectionResult.Skipped(SkipReason.NOT_A_NEW_POD, SkipReason.NOT_A_NEW_POD.text());
    }
    if (!(request.getValue("object") instanceof JsonObject pod)) {
      throw new BadReviewException("request.object: expected a pod");
    }
    String namespace = text(request, "namespace");
    if (namespace.isEmpty()) {
      throw new BadReviewException("request.namespace: expected the pod's namespace");
    }
    Map<String, String> namespaceLabels = labels.of(namespace);
    return injection.inject(pod, namespace, namespaceLabels);
  }

  private static boolean newPod(JsonObject request) {
    return request.getValue("kind") instanceof JsonObject kind
        && text(kind, "group").isEmpty()
        && text(kind, "version").equals("v1")
        && text(kind, "kind").equals("Pod")
        && text(request, "subResource").isEmpty()
        && text(request, "operation").equals("CREATE");
  }

  private static JsonObject response(String uid, InjectionResult result) {
    var response = new JsonObject().put("uid", uid);
    return switch (result) {
      case InjectionResult.Injected injected ->
          warned(
              response
                  .put("allowed", true)
                  .put("patchType", "JSONPatch")
                  .put(
                      "patch",
                      Base64.getEncoder()
                          .encodeToString(
                              injected.patch().encode().getBytes(StandardCharsets.UTF_8))),
              injected.notes());
      case InjectionResult.Skipped skipped ->
          warned(response.put("allowed", true), warning(skipped));
      case InjectionResult.Refused refused ->
          response
              .put("allowed", false)
              .put(
                  "status",
                  new JsonObject()
                      .put("status", "Failure")
                      .put("reason", "Invalid")
                      .put("code", UNPROCESSABLE)
                      .put("message", cut(refused.message(), MESSAGE_CHARACTERS_MAX)));
    };
  }

  /** Only where somebody asked for the sidecar and does not get it. */
  private static List<String> warning(InjectionResult.Skipped skipped) {
    return switch (skipped.reason()) {
      case NOT_A_NEW_POD, HOST_NETWORK, WINDOWS -> List.of("no sidecar: " + skipped.message());
      case NOT_OPTED_IN, OPTED_OUT, ALREADY_INJECTED, SYSTEM_NAMESPACE, MIRROR_POD, TERMINATING ->
          List.of();
    };
  }

  private static JsonObject warned(JsonObject response, List<String> warnings) {
    if (!warnings.isEmpty()) {
      var texts = new JsonArray();
      warnings.stream()
          .limit(WARNINGS_MAX)
          .forEach(warning -> texts.add(cut("nearside: " + warning, WARNING_CHARACTERS_MAX)));
      response.put("warnings", texts);
    }
    return response;
  }

  /** For people, and for a header: on one line, not too long. */
  private static String cut(String text, int charactersMax) {
    String line = text.replaceAll("\\p{Cntrl}+", " ");
    return line.length() <= charactersMax ? line : line.substring(0, charactersMax - 3) + "...";
  }

  /** A member that is a text; empty where it is not there or something else. */
  private static String text(JsonObject object, String name) {
    @Nullable Object value = object.getValue(name);
    return value instanceof String text ? text : "";
  }
}
