package io.nearside.agent.inject.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.KeyCertOptions;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What we ask of an API server, and how its answers are taken. */
final class KubeApiTest {
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() throws Exception {
    done(vertx.close());
  }

  private static <T> T done(Future<T> future)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private KubeAccess plain(Handler<HttpServerRequest> handler) throws Exception {
    int port =
        done(vertx.createHttpServer().requestHandler(handler).listen(0, "127.0.0.1")).actualPort();
    return new KubeAccess(URI.create("http://127.0.0.1:" + port), null, null);
  }

  @Test
  void get_whoseTokenIsRotated_sendsTheNewOne(@TempDir Path folder) throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    KubeAccess plain =
        plain(
            request -> {
              seen.add(request.getHeader("Authorization"));
              var _ = request.response().end("{}");
            });
    Path token = folder.resolve("token");
    var api = new KubeApi(vertx, new KubeAccess(plain.server(), token, null));

    for (String text : List.of("first\n", "second")) {
      Files.writeString(token, text);
      assertTrue(done(api.get("/version")).isFound());
    }

    assertEquals(List.of("Bearer first", "Bearer second"), seen);
  }

  @Test
  void get_overTls_trustsTheAuthorityOfTheFileOfNow(@TempDir Path folder) throws Exception {
    var keytool = new Keytool();
    CertificateAuthority authority = keytool.newAuthority(Duration.ofHours(1));
    CertificateAuthority other = keytool.newAuthority(Duration.ofHours(1));
    var keys = new ServingKeys();
    keys.show(keytool.sign(authority, List.of("localhost"), Duration.ofHours(1)));
    int port =
        done(vertx
                .createHttpServer(
                    new HttpServerOptions()
                        .setSsl(true)
                        .setKeyCertOptions(KeyCertOptions.wrap(keys)))
                .requestHandler(request -> request.response().end("{}"))
                .listen(0, "127.0.0.1"))
            .actualPort();
    Path file = folder.resolve("ca.crt");
    Files.writeString(file, CertificateAuthority.pem(other.certificate()));
    var api =
        new KubeApi(vertx, new KubeAccess(URI.create("https://localhost:" + port), null, file));
    var byAddress =
        new KubeApi(vertx, new KubeAccess(URI.create("https://127.0.0.1:" + port), null, file));

    assertThrows(ExecutionException.class, () -> done(api.get("/")));
    Files.writeString(file, CertificateAuthority.pem(authority.certificate()));
    assertTrue(done(api.get("/")).isFound());
    // The certificate is another name's.
    assertThrows(ExecutionException.class, () -> done(byAddress.get("/")));
  }

  @Test
  void list_ofSeveralPages_givesEveryItemOnce() throws Exception {
    List<String> asked = new CopyOnWriteArrayList<>();
    KubeAccess access =
        plain(
            request -> {
              asked.add(request.query());
              String after = request.getParam("continue", "0");
              int page = Integer.parseInt(after);
              var metadata = new JsonObject();
              if (page < 2) {
                metadata.put("continue", Integer.toString(page + 1));
              }
              var _ =
                  request
                      .response()
                      .end(
                          new JsonObject()
                              .put("metadata", metadata)
                              .put("items", new JsonArray().add(new JsonObject().put("page", page)))
                              .encode());
            });
    List<Integer> pages = new ArrayList<>();

    done(
        new KubeApi(vertx, access)
            .list("/api/v1/pods", "a=b", item -> pages.add(item.getInteger("page"))));

    assertEquals(List.of(0, 1, 2), pages);
    assertTrue(asked.stream().allMatch(query -> query.startsWith("limit=50&labelSelector=a%3Db")));
  }

  @Test
  void answers_byStatus_areValuesOrFailures() throws Exception {
    var api =
        new KubeApi(
            vertx,
            plain(
                request -> {
                  int status = Integer.parseInt(request.path().substring(1));
                  var _ = request.response().setStatusCode(status).end("{\"message\":\"said so\"}");
                }));

    assertTrue(done(api.get("/200")).isFound());
    assertTrue(done(api.get("/404")).isMissing());
    assertTrue(done(api.put("/409", new JsonObject())).isConflict());
    assertTrue(done(api.patch("/422", new JsonArray())).isConflict());
    for (String path : List.of("/401", "/403", "/500")) {
      var failure = assertThrows(ExecutionException.class, () -> done(api.get(path)));
      assertTrue(failure.getCause() instanceof KubeException, failure.toString());
      assertEquals(
          "GET " + path + ": " + path.substring(1) + " said so", failure.getCause().getMessage());
    }
  }

  @Test
  void get_withoutAnAnswer_failsInTime() throws Exception {
    var api = new KubeApi(vertx, plain(request -> {}));

    var failure =
        assertThrows(ExecutionException.class, () -> done(api.get("/", Duration.ofMillis(100))));

    assertTrue(failure.getCause() instanceof KubeException, failure.toString());
  }

  @Test
  void inCluster_byItsEnvironment_namesTheServer() {
    KubeAccess access =
        KubeAccess.inCluster(
            Map.of("KUBERNETES_SERVICE_HOST", "fd00::1", "KUBERNETES_SERVICE_PORT", "6443"));

    assertEquals("fd00::1", access.host());
    assertEquals(6_443, access.port());
    assertThrows(IllegalArgumentException.class, () -> KubeAccess.inCluster(Map.of()));
  }

  @Test
  void labels_whileTheServerIsAway_areThoseOfBefore() throws Exception {
    List<String> asked = new CopyOnWriteArrayList<>();
    var away = new boolean[1];
    var api =
        new KubeApi(
            vertx,
            plain(
                request -> {
                  asked.add(request.path());
                  var _ =
                      request
                          .response()
                          .setStatusCode(away[0] ? 500 : 200)
                          .end("{\"metadata\":{\"labels\":{\"team\":\"a\"}}}");
                }));
    var nanos = new long[1];
    var labels = new ApiNamespaceLabels(api, () -> nanos[0]);

    assertEquals(Map.of("team", "a"), done(labels.of("shop")));
    away[0] = true;
    assertEquals(Map.of("team", "a"), done(labels.of("shop")));
    assertEquals(1, asked.size(), "asked again within five seconds");
    nanos[0] = TimeUnit.SECONDS.toNanos(6);
    assertEquals(Map.of("team", "a"), done(labels.of("shop")));
    assertEquals(2, asked.size());
    assertEquals(Map.of("nearside.io/inject", "enabled"), done(labels.of("unknown")));
  }
}
