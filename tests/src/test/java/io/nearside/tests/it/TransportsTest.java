package io.nearside.tests.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS and unix sockets, on either side of the sidecar. */
@SuppressWarnings("NullAway.Init") // set before every test
final class TransportsTest {
  private static final String LARGE = "z".repeat(3 * 1024 * 1024);

  @TempDir static Path folder;
  private static RedisServer redis;
  private static TestCertificate certificate;

  @BeforeAll
  static void start() throws Exception {
    redis = RedisServer.start();
    certificate = TestCertificate.in(folder);
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private static Map<String, String> listenerTls() {
    return Map.of(
        "redis.listen.tls.enabled", "true",
        "redis.listen.tls.certFile", certificate.certFile().toString(),
        "redis.listen.tls.keyFile", certificate.keyFile().toString());
  }

  /** Small and large, cached and not, pinned and not. */
  private static void serves(InProcessSidecar sidecar, RawRedis client) throws IOException {
    assertEquals("+OK\r\n", client.ask("SET", "tls", "v"));
    assertEquals("$1\r\nv\r\n", sidecar.askUntilHit(client, "GET", "tls"));
    redis.command("SET", "tls", "w");
    Eventually.holds(
        "tracking works",
        Duration.ofSeconds(2),
        () -> client.ask("GET", "tls").equals("$1\r\nw\r\n"));
    assertEquals("+OK\r\n", client.ask("SET", "tls:large", LARGE));
    try (RawRedis direct = redis.connect()) {
      assertArrayEquals(direct.command("GET", "tls:large"), client.command("GET", "tls:large"));
    }
    assertEquals("+OK\r\n", client.ask("MULTI"));
    assertEquals("+QUEUED\r\n", client.ask("INCR", "tls:n"));
    assertTrue(client.ask("EXEC").startsWith("*1\r\n:"));
  }

  @Test
  void listener_withTls_servesAsWithout() throws IOException {
    try (InProcessSidecar sidecar = InProcessSidecar.inFrontOf(redis.url(), listenerTls());
        TlsHop hop = TlsHop.originating(certificate.context(), sidecar.port());
        RawRedis client = RawRedis.connect(hop.port())) {
      serves(sidecar, client);
    }
  }

  @Test
  void listener_withTls_doesNotAnswerPlainClients() throws IOException {
    try (InProcessSidecar sidecar = InProcessSidecar.inFrontOf(redis.url(), listenerTls());
        RawRedis plain = sidecar.connect()) {
      plain.send(RawRedis.encode("PING"));
      String said = new String(plain.readToEnd(Duration.ofSeconds(5)), StandardCharsets.ISO_8859_1);
      assertTrue(!said.contains("PONG"), said);
    }
  }

  @Test
  void upstream_withTls_servesAsWithout() throws IOException {
    try (TlsHop hop = TlsHop.terminating(certificate.context(), redis.port());
        InProcessSidecar sidecar =
            InProcessSidecar.inFrontOf(
                "rediss://127.0.0.1:" + hop.port(),
                Map.of("redis.upstream.tls.caFile", certificate.certFile().toString()));
        RawRedis client = sidecar.connect()) {
      serves(sidecar, client);
    }
  }

  @Test
  void upstream_withCertificateOfNobodyTrusted_isRefusedClearly() throws IOException {
    try (TlsHop hop = TlsHop.terminating(certificate.context(), redis.port());
        InProcessSidecar sidecar =
            InProcessSidecar.inFrontOf(
                "rediss://127.0.0.1:" + hop.port(), Map.of("redis.upstream.acquireMillis", "500"));
        RawRedis client = sidecar.connect()) {
      String refused = client.ask("GET", "k");
      assertTrue(refused.startsWith("-ERR nearside: Redis is not available"), refused);
    }
  }

  @Test
  void unixSockets_onBothSides_serveAsTcp() throws IOException {
    Path socket = redis.folder().resolve("face.sock");
    try (InProcessSidecar sidecar =
            InProcessSidecar.inFrontOf(
                "unix://" + redis.unixSocket(),
                Map.of(
                    "redis.listen.unixSocket",
                    socket.toString(),
                    "redis.listen.unixSocketMode",
                    "0764"));
        RawRedis client = RawRedis.connect(socket)) {
      serves(sidecar, client);
      assertEquals(
          "rwxrw-r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
    }
    assertTrue(Files.exists(redis.unixSocket()), "the server's own socket stays");
  }
}
