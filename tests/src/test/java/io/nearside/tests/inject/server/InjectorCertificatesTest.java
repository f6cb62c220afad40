package io.nearside.tests.inject.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.nearside.tests.stack.InjectorProcess;
import io.nearside.tests.stack.Reviews;
import io.nearside.tests.stack.TlsFiles;
import io.nearside.tests.stack.WebhookClient;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where an injector's certificates come from, and what clients that verify see of it. */
final class InjectorCertificatesTest {
  private static final String NAME = "nearside-injector.nearside-system.svc";

  private final Vertx vertx = Vertx.vertx();
  private final MockApiServer api = new MockApiServer().withNamespace("shop", true);
  private final Reviews reviews = new Reviews(2);

  @AfterEach
  void close() throws InterruptedException, ExecutionException {
    Until.done(vertx.close());
    api.close();
  }

  /** One review over a connection of its own, with a whole handshake. */
  private int ask(InjectorProcess injector, String bundle)
      throws InterruptedException, ExecutionException {
    var client = new WebhookClient(vertx, injector.port(), NAME, bundle, HttpVersion.HTTP_1_1, 1);
    try {
      return Until.done(client.review(reviews.next("shop"))).status();
    } finally {
      Until.done(client.close());
    }
  }

  private static int certificates(String pem) {
    return pem.split("BEGIN CERTIFICATE", -1).length - 1;
  }

  @Test
  void firstStart_withoutSecret_makesItAndTheBundleOfEveryWebhook() throws Exception {
    api.withWebhooks();
    assertNull(api.secret());
    try (InjectorProcess injector = InjectorProcess.start(api.flags())) {
      injector.awaitReady();

      Secret secret = there(api.secret());
      assertTrue(secret.getData().keySet().containsAll(List.of("ca.p12", "ca.password")));
      List<String> bundles = api.bundles();
      assertEquals(2, bundles.size());
      assertEquals(bundles.get(0), bundles.get(1));
      assertEquals(1, certificates(bundles.getFirst()));
      assertEquals(200, ask(injector, bundles.getFirst()));

      // Somebody applies the manifest again, which has no caBundle; then deletes the Secret.
      api.client().resource(MockApiServer.webhooks()).update();
      Until.holds(() -> api.bundles().equals(bundles), () -> api.bundles() + injector.log());
      api.client().resource(secret).delete();
      Until.holds(() -> api.secret() != null, injector::log);
      assertEquals(secret.getData(), there(api.secret()).getData());
      assertEquals(bundles, api.bundles());
    }
  }

  private static Secret there(@Nullable Secret secret) {
    return Objects.requireNonNull(secret, "no Secret");
  }

  @Test
  void replicas_thatStartAtOnce_agreeOnOneAuthority() throws Exception {
    api.withWebhooks();
    CompletableFuture<InjectorProcess> other =
        CompletableFuture.supplyAsync(() -> InjectorProcess.start(api.flags()));
    try (InjectorProcess first = InjectorProcess.start(api.flags());
        InjectorProcess second = other.get()) {
      first.awaitReady();
      second.awaitReady();

      String bundle = api.bundles().getFirst();
      assertEquals(1, certificates(bundle));
      assertEquals(200, ask(first, bundle));
      assertEquals(200, ask(second, bundle));
    }
  }

  @Test
  void secret_ofSomebodyElse_isLeftAlone() {
    api.withWebhooks();
    Map<String, String> foreign = Map.of("password", "c2VjcmV0");
    api.client()
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace(MockApiServer.NAMESPACE)
                .withName(MockApiServer.SECRET)
                .endMetadata()
                .withData(foreign)
                .build())
        .create();
    try (InjectorProcess injector = InjectorProcess.start(api.flags())) {
      injector.awaitLog(Pattern.compile("Secret \\S+ holds no authority of ours"));

      assertEquals(503, injector.get("/readyz").statusCode());
      assertEquals(foreign, there(api.secret()).getData());
      assertEquals(List.of("", ""), api.bundles());
    }
  }

  @Test
  void secret_thatIsEmpty_isFilled() {
    api.withWebhooks();
    api.client()
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace(MockApiServer.NAMESPACE)
                .withName(MockApiServer.SECRET)
                .endMetadata()
                .build())
        .create();
    try (InjectorProcess injector = InjectorProcess.start(api.flags())) {
      injector.awaitReady();

      assertTrue(there(api.secret()).getData().containsKey("ca.p12"));
    }
  }

  @Test
  void rotation_whileClientsVerify_isNeverNoticed() throws Exception {
    // The authority is renewed after 24 s, certificates after 16 s.
    List<String> flags =
        api.withWebhooks().flags("--ca-lifetime", "PT36S", "--certificate-lifetime", "PT24S");
    // The new authority is in the bundle for at least so long before it signs.
    Duration learning = Duration.ofSeconds(24).dividedBy(32);
    try (InjectorProcess first = InjectorProcess.start(flags);
        InjectorProcess second = InjectorProcess.start(flags)) {
      first.awaitReady();
      second.awaitReady();
      String begun = api.bundles().getFirst();
      String oldest = begun.substring(0, begun.indexOf("-----END"));
      long asked = 0;
      long end = System.nanoTime() + Duration.ofSeconds(90).toNanos();

      // Until the authority that signs is another one than at the beginning.
      while (api.bundles().getFirst().startsWith(oldest)) {
        assertTrue(System.nanoTime() < end, () -> first.log() + second.log());
        for (InjectorProcess injector : List.of(first, second)) {
          long read = System.nanoTime();
          String bundle = api.bundles().getFirst();
          try {
            assertEquals(200, ask(injector, bundle));
            asked++;
          } catch (ExecutionException failed) {
            // This machine stood still for longer than clients have to learn of the new authority.
            assertTrue(
                System.nanoTime() - read > learning.toNanos(),
                () -> failed + first.log() + second.log());
          }
        }
      }

      assertTrue(asked > 2, "asked only " + asked + " times");
      String bundle = api.bundles().getFirst();
      assertNotEquals(begun, bundle);
      assertEquals(200, ask(first, bundle));
      assertEquals(200, ask(second, bundle));
    }
  }

  @Test
  void folder_whoseFilesAreReplaced_isReadAgain(@TempDir Path folder) throws Exception {
    TlsFiles before = TlsFiles.of(NAME);
    TlsFiles after = TlsFiles.of(NAME);
    before.mount(folder);
    try (InjectorProcess injector =
        InjectorProcess.start(api.flags("--certificates", folder.toString()))) {
      injector.awaitReady();
      assertEquals(200, ask(injector, before.certificate()));

      after.mount(folder);

      Until.holds(
          () -> {
            try {
              return ask(injector, after.certificate()) == 200;
            } catch (ExecutionException notYet) {
              return false;
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          },
          injector::log);
      // A key that is not the certificate's is not taken.
      new TlsFiles(before.certificate(), after.key()).mount(folder);
      injector.awaitLog(Pattern.compile("the key is not the certificate's"));
      assertEquals(200, ask(injector, after.certificate()));
      assertFalse(injector.log().contains("PRIVATE"), injector.log());
      assertNull(api.secret());
    }
  }
}
