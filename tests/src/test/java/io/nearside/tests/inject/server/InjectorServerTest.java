package io.nearside.tests.inject.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.stack.InjectorProcess;
import io.nearside.tests.stack.Reviews;
import io.nearside.tests.stack.WebhookClient;
import io.nearside.tests.stack.WebhookClient.Answer;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** One injector, asked in many ways. */
final class InjectorServerTest {
  private static final String NAME = "nearside-injector.nearside-system.svc";
  private static final Vertx VERTX = Vertx.vertx();
  private static final MockApiServer API =
      new MockApiServer().withWebhooks().withNamespace("shop", true).withNamespace("plain", false);
  private static final InjectorProcess INJECTOR = ready(InjectorProcess.start(API.flags()));
  private static final WebhookClient CLIENT = client(NAME, HttpVersion.HTTP_1_1);

  private final Reviews reviews = new Reviews(1);

  private static InjectorProcess ready(InjectorProcess injector) {
    injector.awaitReady();
    return injector;
  }

  private static WebhookClient client(String name, HttpVersion version) {
    return new WebhookClient(VERTX, INJECTOR.port(), name, API.bundles().getFirst(), version, 4);
  }

  @AfterAll
  static void close() throws InterruptedException, ExecutionException {
    Until.done(VERTX.close());
    INJECTOR.close();
    API.close();
  }

  private static JsonObject response(Answer answer) {
    assertEquals(200, answer.status(), answer.body().toString());
    JsonObject review = answer.body().toJsonObject();
    assertEquals("AdmissionReview", review.getString("kind"));
    return review.getJsonObject("response");
  }

  private static String patch(JsonObject response) {
    return new String(
        Base64.getDecoder().decode(response.getString("patch", "")), StandardCharsets.UTF_8);
  }

  @Test
  void review_ofNamespaceThatAsks_isPatched() throws Exception {
    Buffer review = reviews.next("shop");

    JsonObject response = response(Until.done(CLIENT.review(review)));

    assertTrue(response.getBoolean("allowed"));
    assertEquals(
        review.toJsonObject().getJsonObject("request").getString("uid"), response.getString("uid"));
    assertTrue(patch(response).contains(InjectorProcess.IMAGE), () -> patch(response));
  }

  @Test
  void review_ofPodThatSaysNothing_followsItsNamespace() throws Exception {
    JsonObject pod = reviews.pod("quiet-");
    pod.getJsonObject("metadata").remove("annotations");

    JsonObject asked = response(Until.done(CLIENT.review(reviews.review("shop", pod))));
    JsonObject notAsked = response(Until.done(CLIENT.review(reviews.review("plain", pod))));

    assertTrue(asked.containsKey("patch"));
    assertFalse(notAsked.containsKey("patch"));
    assertTrue(notAsked.getBoolean("allowed"));
    assertTrue(
        INJECTOR.metric(
                "nearside_injector_reviews_total{decision=\"skipped\",reason=\"not_opted_in\"}")
            >= 1);
  }

  @Test
  void review_overHttp2_isAnsweredInHttp2() throws Exception {
    WebhookClient modern = client(NAME, HttpVersion.HTTP_2);

    Answer answer = Until.done(modern.review(reviews.next("shop")));

    assertEquals(HttpVersion.HTTP_2, answer.version());
    assertTrue(response(answer).containsKey("patch"));
  }

  @Test
  void request_thatIsNoReview_isAnswered400() throws Exception {
    for (String body : new String[] {"", "{", "[]", "\"x\"", "{}", "{\"kind\":\"Pod\"}", "null"}) {
      Answer answer = Until.done(CLIENT.review(Buffer.buffer(body)));
      assertEquals(400, answer.status(), body);
      assertTrue(answer.body().toString().contains("AdmissionReview"), answer.body().toString());
    }
  }

  @Test
  void request_ofAnotherKind_isRefusedByItsStatus() throws Exception {
    Buffer review = reviews.next("shop");

    assertEquals(
        415, Until.done(CLIENT.send(HttpMethod.POST, "/inject", "text/yaml", review)).status());
    assertEquals(
        404,
        Until.done(CLIENT.send(HttpMethod.POST, "/mutate", "application/json", review)).status());
    assertEquals(
        405,
        Until.done(CLIENT.send(HttpMethod.PUT, "/inject", "application/json", review)).status());
    assertEquals(
        200,
        Until.done(
                CLIENT.send(
                    HttpMethod.POST,
                    "/inject?timeout=10s",
                    "application/json; charset=utf-8",
                    review))
            .status());
  }

  @Test
  void body_atItsLimit_isReadAndBeyondItRefused() throws Exception {
    int limit = 3 * 1024 * 1024;
    String atLimit = "{\"kind\":\"" + "x".repeat(limit - 11) + "\"}";
    assertEquals(limit, atLimit.length());

    assertEquals(400, Until.done(CLIENT.review(Buffer.buffer(atLimit))).status());
    assertEquals(413, Until.done(CLIENT.review(Buffer.buffer(atLimit + " "))).status());
    assertEquals(200, Until.done(CLIENT.review(reviews.next("shop"))).status());
  }

  @Test
  void body_ofNothingButLists_isRefusedBeforeItTakesTheMemory() throws Exception {
    String hostile = "{\"kind\":[[]" + ",[]".repeat(1_000_000) + "]}";
    // In HTTP/1.1 the connection ends before the body has, maybe before the answer is read.
    WebhookClient modern = client(NAME, HttpVersion.HTTP_2);

    assertEquals(413, Until.done(modern.review(Buffer.buffer(hostile))).status());
    assertEquals(200, Until.done(CLIENT.review(reviews.next("shop"))).status());
  }

  @Test
  void refusal_ofAnnotation_isToldToTheClientAndNotLogged() throws Exception {
    JsonObject pod = reviews.pod("typo-");
    pod.getJsonObject("metadata")
        .getJsonObject("annotations")
        .put("nearside.io/redis-port", "s3cr3t");

    JsonObject response = response(Until.done(CLIENT.review(reviews.review("shop", pod))));

    assertFalse(response.getBoolean("allowed"));
    assertTrue(response.getJsonObject("status").getString("message").contains("redis-port"));
    String log = INJECTOR.log();
    assertTrue(log.contains("pod=typo- decision=refused"), log);
    assertFalse(log.contains("s3cr3t"), log);
  }

  @Test
  void certificate_underAnotherName_isNotAccepted() {
    WebhookClient other = client("another.nearside-system.svc", HttpVersion.HTTP_1_1);

    var failure =
        assertThrows(
            ExecutionException.class, () -> Until.done(other.review(reviews.next("shop"))));

    assertTrue(failure.getCause() instanceof SSLHandshakeException, failure.toString());
  }

  @Test
  void operations_whenReady_answer() {
    assertEquals(200, INJECTOR.get("/livez").statusCode());
    assertEquals(200, INJECTOR.get("/readyz").statusCode());
    assertEquals(404, INJECTOR.get("/").statusCode());
    assertEquals(1, INJECTOR.metric("nearside_injector_ready"));
    assertEquals(1, INJECTOR.metric("nearside_injector_bundle_patched"));
    assertTrue(INJECTOR.metric("nearside_injector_certificate_left_seconds") > 86_400);
    assertTrue(INJECTOR.metric("nearside_injector_authority_left_seconds") > 86_400);
  }
}
