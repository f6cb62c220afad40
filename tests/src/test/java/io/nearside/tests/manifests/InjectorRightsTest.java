package io.nearside.tests.manifests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.nearside.tests.it.Eventually;
import io.nearside.tests.stack.InjectorProcess;
import io.nearside.tests.stack.Reviews;
import io.nearside.tests.stack.WebhookClient;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpVersion;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real injector with the rights of the manifests, on an API server with the manifests' objects.
 */
final class InjectorRightsTest {
  private static final Kustomization INJECTOR = new Kustomization("base/injector");
  private static final Kustomization CERT_MANAGER = new Kustomization("overlays/cert-manager");
  private static final String TOKEN = "the-injectors";
  private static final String NAME = "nearside-injector";

  /** It tells of every request. */
  private static final Logger REQUESTS = Logger.getLogger("io.fabric8.mockwebserver");

  /** Nothing is missing, and nothing is granted that it does not use. */
  @Test
  void injector_ownAuthority_usesExactlyItsRights(@TempDir Path folder) throws Exception {
    try (GuardedApiServer api = server(INJECTOR, roles(INJECTOR));
        InjectorProcess injector =
            start(api, folder, "--ca-lifetime", "PT15S", "--certificate-lifetime", "PT9S")) {
      injector.awaitReady();
      // Again where this machine stands still while the authority changes.
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (!isReviewed(api, injector)) {
        assertTrue(System.nanoTime() < deadline, injector::log);
      }
      assertUses(granted(roles(INJECTOR)), api, injector);
    }
  }

  /** cert-manager makes the certificate: nothing of the secrets and of the webhook is needed. */
  @Test
  void injector_mountedCertificate_needsNoRightToSecrets(@TempDir Path folder) throws Exception {
    try (GuardedApiServer api = server(CERT_MANAGER, roles(CERT_MANAGER));
        InjectorProcess injector = start(api, folder, "--certificates", folder.toString())) {
      // Asking for the labels of a pod's namespace needs a webhook that answers, and so a
      // certificate.
      Set<String> granted = granted(roles(CERT_MANAGER));
      assertTrue(granted.remove("get namespaces"));
      assertUses(granted, api, injector);
    }
  }

  private static void assertUses(
      Set<String> granted, GuardedApiServer api, InjectorProcess injector) throws IOException {
    Eventually.holds(
        granted + " but it used " + api.used() + injector.log(),
        () -> api.used().equals(granted) || !api.denied().isEmpty());
    assertEquals(Set.of(), api.denied());
  }

  /** That the guard is one. */
  @Test
  void injector_withoutARight_isRefused(@TempDir Path folder) throws Exception {
    List<Manifest> roles = List.of(INJECTOR.object("ClusterRole", NAME));
    try (GuardedApiServer api = server(INJECTOR, roles);
        InjectorProcess _ = start(api, folder)) {
      Eventually.holds("a refusal", () -> api.denied().contains("get secrets"));
    }
  }

  private static List<Manifest> roles(Kustomization kustomization) {
    return List.of(kustomization.object("ClusterRole", NAME), kustomization.object("Role", NAME));
  }

  private static Set<String> granted(List<Manifest> roles) {
    Set<String> granted = new TreeSet<>();
    roles.forEach(role -> granted.addAll(GuardedApiServer.granted(role)));
    return granted;
  }

  private static GuardedApiServer server(Kustomization kustomization, List<Manifest> roles) {
    assumeTrue(Program.KUBECTL.isThere(), "no kubectl (Debian: kubernetes-client)");
    REQUESTS.setLevel(Level.WARNING);
    var api = new GuardedApiServer(TOKEN, roles);
    for (Manifest object :
        List.of(
            new Kustomization("examples/shop").object("Namespace", "shop"),
            kustomization.object("MutatingWebhookConfiguration", NAME))) {
      byte[] json = object.tree().toString().getBytes(StandardCharsets.UTF_8);
      api.client().load(new ByteArrayInputStream(json)).create();
    }
    return api;
  }

  private static InjectorProcess start(GuardedApiServer api, Path folder, String... more)
      throws IOException {
    Path token = Files.writeString(folder.resolve("token"), TOKEN);
    List<String> flags = new ArrayList<>();
    flags.addAll(List.of("--api-server", api.url(), "--api-token-file", token.toString()));
    flags.addAll(List.of("--drain-seconds", "0", "--reconcile-seconds", "1"));
    flags.addAll(List.of(more));
    return InjectorProcess.start(flags);
  }

  /** A pod of a namespace whose labels it does not know yet. */
  private static boolean isReviewed(GuardedApiServer api, InjectorProcess injector)
      throws InterruptedException, ExecutionException, TimeoutException {
    MutatingWebhookConfiguration webhooks =
        api.client()
            .admissionRegistration()
            .v1()
            .mutatingWebhookConfigurations()
            .withName(NAME)
            .get();
    String bundle = webhooks.getWebhooks().getFirst().getClientConfig().getCaBundle();
    String pem = new String(Base64.getDecoder().decode(bundle), StandardCharsets.US_ASCII);
    Vertx vertx = Vertx.vertx();
    try {
      var client =
          new WebhookClient(
              vertx,
              injector.port(),
              "nearside-injector.nearside-system.svc",
              pem,
              HttpVersion.HTTP_1_1,
              1);
      WebhookClient.Answer answer =
          client
              .review(new Reviews(1).next("shop"))
              .toCompletionStage()
              .toCompletableFuture()
              .get(20, TimeUnit.SECONDS);
      assertEquals(200, answer.status());
      assertTrue(answer.body().toJsonObject().getJsonObject("response").containsKey("patch"));
      return true;
    } catch (ExecutionException handshakeFailed) {
      return false;
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
  }
}
