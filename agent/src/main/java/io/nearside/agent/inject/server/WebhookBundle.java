package io.nearside.agent.inject.server;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The authorities that API servers trust for the webhook: {@code caBundle} of every webhook of one
 * MutatingWebhookConfiguration. Stateless.
 */
final class WebhookBundle {
  private static final Logger log = LoggerFactory.getLogger(WebhookBundle.class);
  private static final String FIELD = "/clientConfig/caBundle";
  private static final String PATH =
      "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/";

  private final KubeApi api;
  private final String name;

  /**
   * @param name of the MutatingWebhookConfiguration
   */
  WebhookBundle(KubeApi api, String name) {
    this.api = api;
    this.name = name;
  }

  /** The configuration as it is. */
  Future<KubeAnswer> read() {
    return api.get(PATH + name);
  }

  /**
   * Writes what is to be trusted, if anything else is there now.
   *
   * @param configuration as {@link #read}; when it has changed since, nothing is written
   * @param bundle PEM
   * @return whether the configuration now holds the bundle; fails when it can not
   */
  Future<Boolean> write(KubeAnswer configuration, String bundle) {
    if (!configuration.isFound()) {
      return Future.failedFuture(
          new KubeException("there is no MutatingWebhookConfiguration " + name));
    }
    JsonArray webhooks = webhooks(configuration);
    var patch = new JsonArray();
    IntStream.range(0, webhooks.size())
        .filter(i -> !bundle(webhooks.getJsonObject(i)).equals(bundle))
        .forEach(i -> patch.add(operation("add", "/webhooks/" + i + FIELD, encoded(bundle))));
    if (patch.isEmpty()) {
      return Future.succeededFuture(true);
    }
    var guarded =
        new JsonArray()
            .add(operation("test", "/metadata/resourceVersion", configuration.version()));
    return api.patch(PATH + name, guarded.addAll(patch))
        .map(
            answer -> {
              if (answer.isFound()) {
                log.info("caBundle written to {} webhooks of {}", patch.size(), name);
              }
              return answer.isFound();
            });
  }

  /** {@code add} replaces a member that is there (RFC 6902, section 4.1). */
  private static JsonObject operation(String name, String path, String value) {
    return new JsonObject().put("op", name).put("path", path).put("value", value);
  }

  private static String encoded(String pem) {
    return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
  }

  /** Whether every webhook trusts what a PEM text holds, and maybe more. */
  boolean holds(KubeAnswer configuration, String pem) {
    JsonArray webhooks = webhooks(configuration);
    return !webhooks.isEmpty()
        && IntStream.range(0, webhooks.size())
            .mapToObj(webhooks::getJsonObject)
            .allMatch(webhook -> bundle(webhook).contains(pem));
  }

  private static JsonArray webhooks(KubeAnswer configuration) {
    return configuration.body().getJsonArray("webhooks", new JsonArray());
  }

  private static String bundle(JsonObject webhook) {
    String encoded =
        webhook.getJsonObject("clientConfig", new JsonObject()).getString("caBundle", "");
    try {
      return new String(Base64.getDecoder().decode(encoded), StandardCharsets.US_ASCII);
    } catch (IllegalArgumentException e) {
      return ""; // no Base64, such as a manifest's placeholder: to be replaced
    }
  }
}
