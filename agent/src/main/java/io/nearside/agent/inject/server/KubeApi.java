package io.nearside.agent.inject.server;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The few requests that we make of the Kubernetes API server. An answer that a caller can go on
 * with, 404 and 409 among them, is a {@link KubeAnswer}; anything else fails with {@link
 * KubeException}. It does not try again: its callers do, in {@link Rounds}. Safe from any context.
 */
final class KubeApi {
  private static final long CONNECT_MILLIS = 2_000;
  private static final Duration TIMEOUT = Duration.ofSeconds(8);
  private static final int CONNECTIONS_MAX = 4;
  private static final int WAITING_MAX = 1_000;
  // Of pods with all that the API server notes on them: a page as a whole is in memory.
  private static final int PAGE_ITEMS = 50;
  private static final int PAGES_MAX = 10_000;
  private static final int MESSAGE_CHARS_MAX = 300;

  private final Vertx vertx;
  private final KubeAccess access;
  private final HttpClientAgent client;
  private volatile @Nullable Trust trust;

  /** The authorities as read last, and what Vert.x made of them. */
  private record Trust(Buffer pem, ClientSSLOptions options) {}

  KubeApi(Vertx vertx, KubeAccess access) {
    this.vertx = vertx;
    this.access = access;
    this.client =
        vertx
            .httpClientBuilder()
            .with(new HttpClientOptions().setKeepAliveTimeout(30))
            .with(
                new PoolOptions().setHttp1MaxSize(CONNECTIONS_MAX).setMaxWaitQueueSize(WAITING_MAX))
            .build();
  }

  Future<KubeAnswer> get(String path) {
    return get(path, TIMEOUT);
  }

  Future<KubeAnswer> get(String path, Duration timeout) {
    return send(HttpMethod.GET, path, null, "", timeout);
  }

  Future<KubeAnswer> post(String path, JsonObject object) {
    return send(HttpMethod.POST, path, object.toBuffer(), "application/json", TIMEOUT);
  }

  /** Replaces an object; with its {@code resourceVersion} only while it still has that version. */
  Future<KubeAnswer> put(String path, JsonObject object) {
    return send(HttpMethod.PUT, path, object.toBuffer(), "application/json", TIMEOUT);
  }

  /** A JSON Patch (RFC 6902). */
  Future<KubeAnswer> patch(String path, JsonArray operations) {
    return send(
        HttpMethod.PATCH, path, operations.toBuffer(), "application/json-patch+json", TIMEOUT);
  }

  /**
   * Reads a list page by page.
   *
   * @param labels a label selector; empty: all
   * @param each told of every item
   */
  Future<Void> list(String path, String labels, Consumer<JsonObject> each) {
    String query = path + "?limit=" + PAGE_ITEMS;
    return page(
        labels.isEmpty() ? query : query + "&labelSelector=" + encoded(labels), "", 1, each);
  }

  private Future<Void> page(String query, String after, int number, Consumer<JsonObject> each) {
    return get(after.isEmpty() ? query : query + "&continue=" + encoded(after))
        .compose(
            answer -> {
              if (!answer.isFound()) {
                return Future.failedFuture(new KubeException("GET " + query + ": none there"));
              }
              for (Object item : answer.body().getJsonArray("items", new JsonArray())) {
                if (item instanceof JsonObject object) {
                  each.accept(object);
                }
              }
              String next =
                  answer
                      .body()
                      .getJsonObject("metadata", new JsonObject())
                      .getString("continue", "");
              return next.isEmpty() || number == PAGES_MAX
                  ? Future.succeededFuture()
                  : page(query, next, number + 1, each);
            });
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private Future<KubeAnswer> send(
      HttpMethod method, String path, @Nullable Buffer body, String contentType, Duration timeout) {
    var options =
        new RequestOptions()
            .setMethod(method)
            .setHost(access.host())
            .setPort(access.port())
            .setURI(path)
            .setSsl(access.tls())
            .setConnectTimeout(Math.min(CONNECT_MILLIS, timeout.toMillis()))
            .setTimeout(timeout.toMillis())
            .setIdleTimeout(timeout.toMillis())
            .putHeader("Accept", "application/json")
            .putHeader("User-Agent", "nearside-injector");
    if (body != null) {
      options.putHeader("Content-Type", contentType);
    }
    return authorise(options)
        .compose(made -> exchange(made, body, path))
        .recover(failure -> Future.failedFuture(named(failure, method, path)));
  }

  /** Each step is on the request's event loop, so that nothing of the answer passes unread. */
  private Future<KubeAnswer> exchange(RequestOptions options, @Nullable Buffer body, String path) {
    return client
        .request(options)
        .compose(
            request ->
                (body == null ? request.send() : request.send(body))
                    .compose(response -> read(response, options.getMethod(), path)));
  }

  /** Adds the token and the trusted authorities as the files say now. */
  private Future<RequestOptions> authorise(RequestOptions options) {
    return trust()
        .map(known -> access.tls() ? options.setSslOptions(known) : options)
        .compose(this::withToken);
  }

  private Future<RequestOptions> withToken(RequestOptions options) {
    Path file = access.tokenFile();
    if (file == null) {
      return Future.succeededFuture(options);
    }
    return vertx
        .fileSystem()
        .readFile(file.toString())
        .map(token -> token.toString(StandardCharsets.US_ASCII).trim())
        .map(token -> options.putHeader("Authorization", "Bearer " + token));
  }

  private Future<ClientSSLOptions> trust() {
    Path file = access.caFile();
    return file == null
        ? Future.succeededFuture(verified())
        : vertx.fileSystem().readFile(file.toString()).map(this::trusted);
  }

  /** The same options as long as the file is the same: connections are kept by them. */
  private ClientSSLOptions trusted(Buffer pem) {
    Trust known = trust;
    if (known == null || !known.pem().equals(pem)) {
      known = new Trust(pem, verified().setTrustOptions(new PemTrustOptions().addCertValue(pem)));
      trust = known;
    }
    return known.options();
  }

  private static ClientSSLOptions verified() {
    return new ClientSSLOptions().setHostnameVerificationAlgorithm("HTTPS");
  }

  private static Future<KubeAnswer> read(
      HttpClientResponse response, HttpMethod method, String path) {
    int status = response.statusCode();
    return response
        .body()
        .compose(
            body -> {
              boolean usable = (status >= 200 && status < 300) || status == 404;
              if (usable || status == 409 || status == 422) {
                return Future.succeededFuture(new KubeAnswer(status, parsed(body, status)));
              }
              return Future.failedFuture(
                  new KubeException(
                      method + " " + path + ": " + status + " " + message(body, status)));
            });
  }

  private static JsonObject parsed(Buffer body, int status) {
    try {
      return body.length() == 0 ? new JsonObject() : body.toJsonObject();
    } catch (DecodeException | ClassCastException e) {
      if (status >= 300) {
        return new JsonObject(); // such as a proxy's page: the status says enough
      }
      throw new KubeException("the answer is no JSON object");
    }
  }

  private static String message(Buffer body, int status) {
    String text = parsed(body, status).getString("message", "");
    return text.length() <= MESSAGE_CHARS_MAX ? text : text.substring(0, MESSAGE_CHARS_MAX);
  }

  private static Throwable named(Throwable failure, HttpMethod method, String path) {
    return failure instanceof KubeException
        ? failure
        : new KubeException(method + " " + path + ": " + failure.getMessage());
  }
}
