package io.nearside.tests.stack;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;

/**
 * Calls an injector's webhook as an API server does: by the service's DNS name, trusting what the
 * webhook configuration's {@code caBundle} holds and nothing else. Thread-safe; answers come on the
 * caller's Vert.x context.
 */
public final class WebhookClient {
  private static final long TIMEOUT_MILLIS = 10_000;

  private final HttpClientAgent client;
  private final String name;
  private final SocketAddress address;
  private final ClientSSLOptions tls;

  /**
   * @param port of the injector on the loopback address
   * @param name that its certificate must have
   * @param bundle PEM
   * @param connections at most
   */
  public WebhookClient(
      Vertx vertx, int port, String name, String bundle, HttpVersion version, int connections) {
    this.name = name;
    this.address = SocketAddress.inetSocketAddress(port, "127.0.0.1");
    this.tls =
        new ClientSSLOptions()
            .setHostnameVerificationAlgorithm("HTTPS")
            .setUseAlpn(version == HttpVersion.HTTP_2)
            .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(bundle)));
    this.client =
        vertx
            .httpClientBuilder()
            .with(
                new HttpClientOptions()
                    .setProtocolVersion(version)
                    .setSsl(true)
                    .setUseAlpn(version == HttpVersion.HTTP_2))
            .with(
                new PoolOptions()
                    .setHttp1MaxSize(connections)
                    .setHttp2MaxSize(connections)
                    .setMaxWaitQueueSize(-1))
            .build();
  }

  /** What it answered. */
  public record Answer(int status, HttpVersion version, Buffer body) {}

  /** Sends a review. */
  public Future<Answer> review(Buffer body) {
    return send(HttpMethod.POST, "/inject", "application/json", body);
  }

  /** Sends anything. */
  public Future<Answer> send(HttpMethod method, String path, String contentType, Buffer body) {
    var options =
        new RequestOptions()
            .setMethod(method)
            .setServer(address)
            .setHost(name)
            .setPort(443)
            .setURI(path)
            .setSsl(true)
            .setSslOptions(tls)
            .setTimeout(TIMEOUT_MILLIS)
            .setIdleTimeout(TIMEOUT_MILLIS)
            .putHeader("Content-Type", contentType);
    return client
        .request(options)
        .compose(
            request ->
                // On the event loop, so that nothing of the answer passes before it is read.
                request
                    .send(body)
                    .compose(
                        response ->
                            response
                                .body()
                                .map(
                                    read ->
                                        new Answer(
                                            response.statusCode(), response.version(), read))));
  }

  /** Closes its connections. */
  public Future<Void> close() {
    return client.close();
  }
}
