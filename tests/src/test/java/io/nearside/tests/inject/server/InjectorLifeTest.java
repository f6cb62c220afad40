package io.nearside.tests.inject.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.nearside.tests.bench.InjectorBench;
import io.nearside.tests.stack.InjectorProcess;
import io.nearside.tests.stack.Reviews;
import io.nearside.tests.stack.TamperProxy;
import io.nearside.tests.stack.WebhookClient;
import io.nearside.tests.stack.WebhookClient.Answer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An injector through an API server's absence, its own end, and load. */
final class InjectorLifeTest {
  private static final String NAME = "nearside-injector.nearside-system.svc";
  private static final String MISSED = "nearside_injector_missed_pods{namespace=\"shop\"}";

  private static final String IN_FLIGHT = "nearside_injector_reviews_in_flight";

  private final Vertx vertx = Vertx.vertx();
  private final MockApiServer api =
      new MockApiServer().withWebhooks().withNamespace("shop", true).withNamespace("plain", false);
  private final Reviews reviews = new Reviews(3);

  @AfterEach
  void close() throws InterruptedException, ExecutionException {
    Until.done(vertx.close());
    api.close();
  }

  private WebhookClient client(InjectorProcess injector, int connections) {
    return new WebhookClient(
        vertx, injector.port(), NAME, api.bundles().getFirst(), HttpVersion.HTTP_1_1, connections);
  }

  @Test
  void apiServer_thatComesLateAndGoes_isOnlyNeededForTheStart() throws Exception {
    try (TamperProxy link = TamperProxy.inFrontOf(api.port())) {
      link.refuse(true);
      try (InjectorProcess injector = InjectorProcess.start(MockApiServer.flagsAt(link.port()))) {
        injector.awaitLog(Pattern.compile("certificates: GET .*Connection refused"));
        assertEquals(503, injector.get("/readyz").statusCode());
        assertEquals(200, injector.get("/livez").statusCode());

        link.refuse(false);
        injector.awaitReady();
        WebhookClient client = client(injector, 1);
        assertEquals(200, Until.done(client.review(reviews.next("shop"))).status());

        link.refuse(true);
        link.cutAll(TamperProxy.Cut.RESET);
        // A namespace whose labels are known, and one that now can not be asked for.
        for (String namespace : List.of("shop", "unknown")) {
          Answer answer = Until.done(client.review(reviews.next(namespace)));
          assertTrue(answer.body().toString().contains("\"patch\""), answer.body().toString());
        }
        assertEquals(200, injector.get("/readyz").statusCode());
      }
    }
  }

  @Test
  void end_whileAsManyReviewsAsMayBeAreUnderWay_answersThem() throws Exception {
    try (TamperProxy link = TamperProxy.inFrontOf(api.port());
        InjectorProcess injector =
            InjectorProcess.start(MockApiServer.flagsAt(link.port(), "--reviews-max", "20"))) {
      injector.awaitReady();
      int count = 20;
      WebhookClient client = client(injector, count + 1);
      link.freeze(true); // reviews now wait for their namespaces' labels, for a second
      List<Future<Answer>> answers = new ArrayList<>();
      boolean refused = false;
      // All must come within that second: a loaded machine may need another go.
      for (int go = 1; !refused; go++) {
        assertTrue(go <= 20, injector::log);
        for (Future<Answer> answer : answers) {
          assertEquals(200, Until.done(answer).status());
        }
        answers.clear();
        Until.holds(() -> injector.metric(IN_FLIGHT) == 0, injector::log);
        for (int i = 0; i < count; i++) {
          answers.add(client.review(reviews.next("namespace-" + go + "-" + i)));
        }
        Until.holds(
            () ->
                injector.metric(IN_FLIGHT) == count
                    || answers.stream().anyMatch(Future::isComplete),
            injector::log);
        refused = Until.done(client.review(reviews.next("shop"))).status() == 429;
      }

      assertEquals(0, injector.stop());

      for (Future<Answer> answer : answers) {
        assertEquals(200, Until.done(answer).status());
      }
      assertThrows(ExecutionException.class, () -> Until.done(client.review(reviews.next("shop"))));
    }
  }

  private static Pod pod(String namespace, String name, Map<String, String> annotations) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name)
        .withAnnotations(annotations)
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .withName("app")
        .withImage("registry.example/app:1")
        .endContainer()
        .endSpec()
        .withNewStatus()
        .withPhase("Running")
        .endStatus()
        .build();
  }

  @Test
  void pods_thatWereMissed_areCountedUntilTheyAreGone() {
    Pod missed = pod("shop", "missed", Map.of());
    Pod labelled = pod("plain", "labelled", Map.of());
    labelled.getMetadata().setLabels(Map.of("nearside.io/inject", "enabled"));
    Pod over = pod("shop", "over", Map.of());
    over.getStatus().setPhase("Succeeded");
    for (Pod pod :
        List.of(
            missed,
            labelled,
            over,
            pod("shop", "says-no", Map.of("nearside.io/inject", "false")),
            pod("shop", "has-it", Map.of("nearside.io/status", "{}")),
            pod("plain", "did-not-ask", Map.of()))) {
      api.client().resource(pod).create();
    }
    try (InjectorProcess injector = InjectorProcess.start(api.flags("--reconcile-seconds", "1"))) {
      Until.holds(
          () -> injector.get("/metrics").body().contains(MISSED),
          () -> injector.get("/metrics").body());
      assertEquals(1, injector.metric(MISSED));
      assertEquals(1, injector.metric(MISSED.replace("shop", "plain")));
      injector.awaitLog(
          Pattern.compile("2 pods run without the sidecar .*\\[shop/missed, plain/labelled]"));

      api.client().resource(missed).delete();

      Until.holds(() -> injector.metric(MISSED) == 0, () -> injector.get("/metrics").body());
      assertTrue(injector.metric("nearside_injector_reconcile_age_seconds") < 60);
    }
  }

  @Test
  void load_forSomeSeconds_isAnsweredWithoutAnError() throws Exception {
    InjectorBench.Result result =
        new InjectorBench(new InjectorBench.Settings(200, 3, 1, 16, 1)).run();

    assertEquals(0, result.errors(), result.firstError());
    assertEquals(600, result.answered());
    assertTrue(result.p50Millis() <= result.p99Millis());
  }
}
