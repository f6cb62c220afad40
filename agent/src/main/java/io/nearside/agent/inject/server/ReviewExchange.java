package io.nearside.agent.inject.server;

import io.nearside.agent.inject.AdmissionReviews;
import io.nearside.agent.inject.BadReviewException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request to the webhook, from its head to its answer: reads the body within limits, asks for
 * the namespace's labels, answers, counts and logs. Confined to its event loop.
 */
final class ReviewExchange {
  private static final Logger log = LoggerFactory.getLogger(ReviewExchange.class);

  /** The largest body: an API server stores no object beyond 1.5 MiB, and escapes may double it. */
  static final int BODY_BYTES_MAX = 3 * 1024 * 1024;

  /** What an object or a list takes in memory beside its text, so that it may not take ours. */
  private static final int OBJECT_BYTES = 64;

  /** Of one body's text and objects: some 200,000 of them. */
  private static final long BODY_WEIGHT_MAX = 16L << 20;

  /** Of all bodies that are not answered yet. */
  private static final long BODIES_WEIGHT_MAX = 32L << 20;

  private static final long BODY_SECONDS = 10;
  private static final int NAME_CHARS_MAX = 253;
  private static final String JSON = "application/json";

  private final Vertx vertx;
  private final HttpServerRequest request;
  private final WebhookListener.Shared shared;
  private final ApiNamespaceLabels labels;
  private final Buffer body = Buffer.buffer();
  private final long began = System.nanoTime();
  private String about = "";
  private long weight;
  private long timer;
  private boolean over;

  ReviewExchange(
      Vertx vertx,
      HttpServerRequest request,
      WebhookListener.Shared shared,
      ApiNamespaceLabels labels) {
    this.vertx = vertx;
    this.request = request;
    this.shared = shared;
    this.labels = labels;
  }

  void begin() {
    int underWay = shared.metrics().began();
    request.exceptionHandler(gone -> end(ReviewOutcome.GONE));
    if (!"/inject".equals(request.path())) {
      reject(404, "not_found", "nothing there: the webhook is POST /inject");
    } else if (!HttpMethod.POST.equals(request.method())) {
      request.response().putHeader("Allow", "POST");
      reject(405, "method", "expected POST");
    } else if (!isJson(request.getHeader("Content-Type"))) {
      reject(415, "content_type", "expected Content-Type: " + JSON);
    } else if (underWay > shared.reviewsMax()) {
      request.response().putHeader("Retry-After", "1");
      reject(429, "overloaded", "more than " + shared.reviewsMax() + " reviews at once");
    } else if (declaredBytes() > BODY_BYTES_MAX) {
      tooLarge();
    } else {
      timer =
          vertx.setTimer(
              TimeUnit.SECONDS.toMillis(BODY_SECONDS),
              late -> reject(408, "slow_body", "no whole body within " + BODY_SECONDS + " s"));
      request.handler(this::read).endHandler(v -> review());
    }
  }

  private static boolean isJson(@Nullable String header) {
    return header != null && header.split(";", 2)[0].trim().toLowerCase(Locale.ROOT).equals(JSON);
  }

  private long declaredBytes() {
    String length = request.getHeader("Content-Length");
    try {
      return length == null ? 0 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      return 0; // the codec refuses what is no number; what comes is counted
    }
  }

  private void read(Buffer chunk) {
    if (over) {
      return;
    }
    long more = weight(chunk);
    weight += more;
    long all = shared.bodies().addAndGet(more);
    if (body.length() + chunk.length() > BODY_BYTES_MAX || weight > BODY_WEIGHT_MAX) {
      tooLarge();
    } else if (all > BODIES_WEIGHT_MAX) {
      request.response().putHeader("Retry-After", "1");
      reject(429, "overloaded", "too many large reviews at once");
    } else {
      body.appendBuffer(chunk);
    }
  }

  private static long weight(Buffer chunk) {
    long objects = 0;
    for (int i = 0; i < chunk.length(); i++) {
      byte at = chunk.getByte(i);
      if (at == '{' || at == '[') {
        objects++;
      }
    }
    return chunk.length() + objects * OBJECT_BYTES;
  }

  private void tooLarge() {
    reject(
        413,
        "too_large",
        "the body is larger than " + BODY_BYTES_MAX + " bytes, or has too many objects");
  }

  private void review() {
    if (over) {
      return;
    }
    vertx.cancelTimer(timer);
    JsonObject review;
    try {
      review = body.toJsonObject();
    } catch (DecodeException | ClassCastException | StackOverflowError e) {
      reject(400, "bad_review", "expected an AdmissionReview as JSON: the body is no JSON object");
      return;
    }
    about = describe(review);
    String namespace = namespace(review);
    if (namespace.isEmpty()) {
      answer(review, Map.of());
    } else {
      labels.of(namespace).onSuccess(known -> answer(review, known));
    }
  }

  private void answer(JsonObject review, Map<String, String> namespaceLabels) {
    if (over) {
      return;
    }
    var outcome = new ReviewOutcome[1];
    try {
      JsonObject answer =
          AdmissionReviews.answer(
              review,
              shared.injection().get(),
              _ -> namespaceLabels,
              result -> outcome[0] = ReviewOutcome.of(result));
      send(200, JSON, answer.toBuffer(), outcome[0]);
    } catch (BadReviewException e) {
      reject(400, "bad_review", String.valueOf(e.getMessage()));
    } catch (RuntimeException | StackOverflowError e) {
      log.error("review failed {}", about, e);
      reject(500, "failed", "the review could not be answered");
    }
  }

  private void reject(int status, String reason, String text) {
    send(
        status,
        "text/plain; charset=utf-8",
        Buffer.buffer(text + "\n"),
        ReviewOutcome.rejected(reason));
  }

  private void send(int status, String type, Buffer text, ReviewOutcome outcome) {
    if (over) {
      return;
    }
    boolean whole = request.isEnded();
    boolean http1 = request.version() != HttpVersion.HTTP_2;
    // What is still to come of the body is not read: the connection ends with it.
    boolean last = http1 && (!whole || shared.draining().getAsBoolean());
    var response = request.response().setStatusCode(status).putHeader("Content-Type", type);
    if (last) {
      response.putHeader("Connection", "close");
    }
    response
        .end(text)
        .onComplete(
            sent -> {
              if (last) {
                var _ = request.connection().close();
              } else if (!whole) {
                var _ = response.reset();
              }
            });
    end(outcome);
  }

  private void end(ReviewOutcome outcome) {
    if (over) {
      return;
    }
    over = true;
    vertx.cancelTimer(timer);
    shared.bodies().addAndGet(-weight);
    long nanos = System.nanoTime() - began;
    shared.metrics().ended(outcome, nanos);
    log.info(
        "review {}decision={} reason={} micros={}",
        about,
        outcome.decision(),
        outcome.reason().isEmpty() ? "-" : outcome.reason(),
        TimeUnit.NANOSECONDS.toMicros(nanos));
  }

  private static String namespace(JsonObject review) {
    return review.getValue("request") instanceof JsonObject asked
            && asked.getValue("namespace") instanceof String namespace
            && namespace.matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
        ? namespace
        : "";
  }

  /** Whose review it is, for the log; what came is not trusted to be printable. */
  private static String describe(JsonObject review) {
    if (!(review.getValue("request") instanceof JsonObject asked)) {
      return "";
    }
    String name = text(asked, "name");
    if (asked.getValue("object") instanceof JsonObject pod
        && pod.getValue("metadata") instanceof JsonObject metadata) {
      name = name.isEmpty() ? text(metadata, "name") : name;
      name = name.isEmpty() ? text(metadata, "generateName") : name;
    }
    return "namespace=" + text(asked, "namespace") + " pod=" + name + " ";
  }

  private static String text(JsonObject object, String member) {
    String text = object.getValue(member) instanceof String value ? value : "";
    return text.substring(0, Math.min(text.length(), NAME_CHARS_MAX))
        .replaceAll("[^\\x21-\\x7e]", "?");
  }
}
