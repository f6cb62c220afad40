package io.nearside.tests.bench;

import io.nearside.tests.stack.FreePort;
import io.nearside.tests.stack.InjectorProcess;
import io.nearside.tests.stack.ProcFigures;
import io.nearside.tests.stack.Reviews;
import io.nearside.tests.stack.TlsFiles;
import io.nearside.tests.stack.WebhookClient;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Reviews at a steady rate against a real injector, over TLS on kept connections. The load is open:
 * a review is sent when it is due, whether or not others are answered, and its latency counts from
 * when it was due.
 */
public final class InjectorBench {
  private static final String NAME = "nearside-injector.nearside-system.svc";
  private static final String NAMESPACE = "shop";
  private static final int DISTINCT_REVIEWS = 500;
  private static final long HIGHEST_MICROS = TimeUnit.MINUTES.toMicros(1);
  private static final long END_SECONDS = 30;

  private final Settings settings;

  /**
   * What is measured.
   *
   * @param warmUpSeconds at the same rate, before what is measured
   */
  public record Settings(
      int reviewsPerSecond, int seconds, int warmUpSeconds, int connections, long seed) {}

  /**
   * What came of it.
   *
   * @param errors answers that were no patch, and requests without an answer
   * @param firstError empty: there was none
   * @param cpuCores processors that the injector kept busy, on average
   */
  public record Result(
      long answered,
      long errors,
      String firstError,
      double achievedPerSecond,
      double p50Millis,
      double p99Millis,
      double maxMillis,
      double cpuCores,
      double residentMib) {}

  public InjectorBench(Settings settings) {
    this.settings = settings;
  }

  /** Starts an injector and measures. */
  public Result run() throws IOException, InterruptedException {
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    Path folder = Files.createTempDirectory("nearside-bench-tls-");
    TlsFiles tls = TlsFiles.of(NAME);
    Files.writeString(folder.resolve("tls.crt"), tls.certificate());
    Files.writeString(folder.resolve("tls.key"), tls.key());
    try {
      int apiPort = FreePort.next();
      done(vertx.createHttpServer().requestHandler(InjectorBench::api).listen(apiPort));
      try (InjectorProcess injector =
          InjectorProcess.start(
              List.of(
                  "--api-server",
                  "http://127.0.0.1:" + apiPort,
                  "--certificates",
                  folder.toString(),
                  "--drain-seconds",
                  "0"))) {
        injector.awaitReady();
        var client =
            new WebhookClient(
                vertx,
                injector.port(),
                NAME,
                tls.certificate(),
                HttpVersion.HTTP_1_1,
                settings.connections());
        load(vertx, client, settings.warmUpSeconds());
        double cpu = ProcFigures.cpuSeconds(injector.pid());
        Load load = load(vertx, client, settings.seconds());
        double cpuSeconds = ProcFigures.cpuSeconds(injector.pid()) - cpu;
        return load.result(cpuSeconds, ProcFigures.residentBytes(injector.pid()));
      }
    } finally {
      done(vertx.close());
      Files.delete(folder.resolve("tls.crt"));
      Files.delete(folder.resolve("tls.key"));
      Files.delete(folder);
    }
  }

  /**
   * As much of an API server as the injector asks for: namespaces opt in, and there are no pods.
   */
  private static void api(HttpServerRequest request) {
    var metadata =
        new JsonObject().put("labels", new JsonObject().put("nearside.io/inject", "enabled"));
    var answer = new JsonObject().put("metadata", metadata).put("items", new JsonArray());
    var _ = request.response().putHeader("Content-Type", "application/json").end(answer.toBuffer());
  }

  private Load load(Vertx vertx, WebhookClient client, int seconds) throws InterruptedException {
    var load = new Load(client, seconds);
    vertx.getOrCreateContext().runOnContext(v -> load.begin(vertx));
    done(load.ended.future());
    return load;
  }

  /** One stretch of load; confined to its context. */
  private final class Load {
    private final Promise<Void> ended = Promise.promise();
    private final WebhookClient client;
    private final List<Buffer> reviews = new ArrayList<>();
    private final Histogram micros = new Histogram(HIGHEST_MICROS, 3);
    private final long total;
    private final int seconds;
    private long began;
    private long sent;
    private long over;
    private long errors;
    private long lastAnswer;
    private @Nullable String firstError;

    Load(WebhookClient client, int seconds) {
      this.client = client;
      this.seconds = seconds;
      this.total = (long) settings.reviewsPerSecond() * seconds;
      var generator = new Reviews(settings.seed());
      for (int i = 0; i < DISTINCT_REVIEWS; i++) {
        reviews.add(generator.next(NAMESPACE));
      }
    }

    void begin(Vertx vertx) {
      began = System.nanoTime();
      lastAnswer = began;
      vertx.setPeriodic(
          1,
          timer -> {
            sendDue();
            if (sent == total) {
              vertx.cancelTimer(timer);
            }
          });
    }

    private long due(long number) {
      return began + number * TimeUnit.SECONDS.toNanos(1) / settings.reviewsPerSecond();
    }

    private void sendDue() {
      while (sent < total && due(sent) <= System.nanoTime()) {
        long due = due(sent);
        client
            .review(reviews.get((int) (sent % reviews.size())))
            .onComplete(
                answer -> {
                  if (answer.failed()) {
                    failed(String.valueOf(answer.cause()));
                  } else if (answer.result().status() != 200
                      || !answer.result().body().toString().contains("\"patch\"")) {
                    failed(answer.result().status() + " " + answer.result().body());
                  }
                  answered(due);
                });
        sent++;
      }
    }

    private void failed(String what) {
      errors++;
      firstError = firstError == null ? what : firstError;
    }

    private void answered(long due) {
      lastAnswer = System.nanoTime();
      micros.recordValue(Math.min(HIGHEST_MICROS, TimeUnit.NANOSECONDS.toMicros(lastAnswer - due)));
      over++;
      if (over == total) {
        ended.complete();
      }
    }

    Result result(double cpuSeconds, long residentBytes) {
      double took = Math.max(seconds, (lastAnswer - began) / 1e9);
      return new Result(
          over,
          errors,
          firstError == null ? "" : firstError,
          over / took,
          micros.getValueAtPercentile(50) / 1e3,
          micros.getValueAtPercentile(99) / 1e3,
          micros.getMaxValue() / 1e3,
          cpuSeconds / took,
          residentBytes / (1024.0 * 1024.0));
    }
  }

  private <T> T done(Future<T> future) throws InterruptedException {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(settings.seconds() + END_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("not done: " + e, e);
    }
  }
}
