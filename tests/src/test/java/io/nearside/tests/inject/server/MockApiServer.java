package io.nearside.tests.inject.server;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.fabric8.zjsonpatch.JsonPatchException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** fabric8's mock API server with what an injector looks for, and an injector's flags for it. */
final class MockApiServer implements AutoCloseable {
  static final String NAMESPACE = "nearside-system";
  static final String SERVICE = "nearside-injector";
  static final String SECRET = "nearside-injector-ca";
  static final String WEBHOOKS = "nearside-injector";

  /** It tells of every request. */
  private static final Logger REQUESTS = Logger.getLogger("io.fabric8.mockwebserver");

  private final KubernetesMockServer server =
      new KubernetesMockServer(
          new Context(), new MockWebServer(), new HashMap<>(), new Dispatcher(), false);
  private final NamespacedKubernetesClient client;

  /** Answers a JSON Patch whose test fails as an API server does; the mock would not answer. */
  private static final class Dispatcher extends KubernetesCrudDispatcher {
    @Override
    public MockResponse handlePatch(RecordedRequest request) {
      try {
        return super.handlePatch(request);
      } catch (JsonPatchException e) {
        return new MockResponse().setResponseCode(422).setBody("{\"kind\":\"Status\"}");
      }
    }
  }

  MockApiServer() {
    REQUESTS.setLevel(Level.WARNING);
    server.init();
    client = server.createClient();
  }

  NamespacedKubernetesClient client() {
    return client;
  }

  KubernetesMockServer server() {
    return server;
  }

  int port() {
    return server.getPort();
  }

  /** With the webhook configuration as the manifests have it, without a caBundle. */
  MockApiServer withWebhooks() {
    client.resource(webhooks()).create();
    return this;
  }

  static MutatingWebhookConfiguration webhooks() {
    var configuration =
        new MutatingWebhookConfigurationBuilder()
            .withNewMetadata()
            .withName(WEBHOOKS)
            .endMetadata();
    for (String name : List.of("namespace.nearside.io", "pod.nearside.io")) {
      configuration.addToWebhooks(
          new MutatingWebhookBuilder()
              .withName(name)
              .withNewClientConfig()
              .withNewService()
              .withName(SERVICE)
              .withNamespace(NAMESPACE)
              .withPath("/inject")
              .endService()
              .endClientConfig()
              .withSideEffects("None")
              .withAdmissionReviewVersions("v1")
              .build());
    }
    return configuration.build();
  }

  MockApiServer withNamespace(String name, boolean optedIn) {
    var metadata = new NamespaceBuilder().withNewMetadata().withName(name);
    if (optedIn) {
      metadata.addToLabels("nearside.io/inject", "enabled");
    }
    client.resource(metadata.endMetadata().build()).create();
    return this;
  }

  @Nullable Secret secret() {
    return client.secrets().inNamespace(NAMESPACE).withName(SECRET).get();
  }

  MutatingWebhookConfiguration configuration() {
    return client
        .admissionRegistration()
        .v1()
        .mutatingWebhookConfigurations()
        .withName(WEBHOOKS)
        .require();
  }

  /** The caBundle of every webhook as PEM; empty where there is none. */
  List<String> bundles() {
    List<String> bundles = new ArrayList<>();
    for (var webhook : configuration().getWebhooks()) {
      String bundle = webhook.getClientConfig().getCaBundle();
      bundles.add(
          bundle == null
              ? ""
              : new String(Base64.getDecoder().decode(bundle), StandardCharsets.US_ASCII));
    }
    return bundles;
  }

  /** Flags of an injector for this API server. */
  List<String> flags(String... more) {
    return flagsAt(port(), more);
  }

  /** The same where the API server is reached by another port. */
  static List<String> flagsAt(int port, String... more) {
    List<String> flags = new ArrayList<>();
    flags.addAll(List.of("--api-server", "http://127.0.0.1:" + port));
    flags.addAll(List.of("--native-sidecars", "yes", "--drain-seconds", "0"));
    flags.addAll(List.of(more));
    return flags;
  }

  @Override
  public void close() {
    client.close();
    server.destroy();
  }
}
