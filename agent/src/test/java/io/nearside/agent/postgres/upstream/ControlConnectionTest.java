package io.nearside.agent.postgres.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.config.HostPort;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TLS and deadlines; against a real server that is skipped where the machine has none. */
@Timeout(60)
class ControlConnectionTest {
  private static final String IS_TLS =
      "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

  private static final Vertx vertx = Vertx.vertx();
  private static final Context context = vertx.getOrCreateContext();
  private static @Nullable RealPostgres postgres;
  private static String certificate = "";

  @BeforeAll
  static void start() throws IOException {
    Path home = RealPostgres.home();
    if (home != null) {
      RealPostgres made = RealPostgres.primary(home);
      certificate = made.tls().toString();
      made.onlyTls();
      postgres = made.start();
    }
  }

  @AfterAll
  static void stop() throws IOException {
    if (postgres != null) {
      postgres.close();
    }
    vertx.close();
  }

  private static ControlConnection connection(UpstreamTls tls, HostPort address) {
    UpstreamSettings plain =
        Facts.settings(List.of(address), ReplicaChoiceKind.LEAST_LAG, Map.of(), "postgres");
    return new ControlConnection(
        vertx, context, Facts.tls(plain, tls), address, "postgres", why -> {});
  }

  private static String ask(UpstreamTls tls, String host) throws Exception {
    Assumptions.assumeTrue(postgres != null, "no PostgreSQL server on this machine");
    int port = Objects.requireNonNull(postgres).address().port();
    var task =
        new FutureTask<>(
            () -> {
              ControlConnection made = connection(tls, new HostPort(host, port));
              return made.open(5000)
                  .compose(open -> made.query(IS_TLS, 5000))
                  .map(
                      rows -> {
                        Row row = rows.iterator().next();
                        made.close();
                        return row.getString(0);
                      });
            });
    context.runOnContext(now -> task.run());
    return RealServers.get(task.get());
  }

  @ParameterizedTest
  @CsvSource({"PREFER", "REQUIRE", "VERIFY_CA", "VERIFY_FULL"})
  void tls_authorityKnown_isUsed(UpstreamTls.Mode mode) throws Exception {
    assertEquals("true", ask(new UpstreamTls(mode, certificate, "", ""), "127.0.0.1"));
  }

  @ParameterizedTest
  @CsvSource({"PREFER", "REQUIRE"})
  void tls_authorityUnknown_isUsedWhereNothingIsVerified(UpstreamTls.Mode mode) throws Exception {
    assertEquals("true", ask(new UpstreamTls(mode, "", "", ""), "127.0.0.1"));
  }

  @ParameterizedTest
  @CsvSource({"VERIFY_CA", "VERIFY_FULL"})
  void tls_authorityUnknown_isRefused(UpstreamTls.Mode mode) {
    assertThrows(
        ExecutionException.class, () -> ask(new UpstreamTls(mode, "", "", ""), "127.0.0.1"));
  }

  @Test
  void tls_anotherName_isRefusedByVerifyFullOnly() throws Exception {
    var full = new UpstreamTls(UpstreamTls.Mode.VERIFY_FULL, certificate, "", "");
    assertThrows(ExecutionException.class, () -> ask(full, "localhost"));
    var authority = new UpstreamTls(UpstreamTls.Mode.VERIFY_CA, certificate, "", "");
    assertEquals("true", ask(authority, "localhost"));
  }

  @Test
  void tls_disabled_isNotUsed() {
    var failure = assertThrows(ExecutionException.class, () -> ask(UpstreamTls.OFF, "127.0.0.1"));
    assertTrue(
        ControlConnection.reason(Objects.requireNonNull(failure.getCause())).contains("28000"),
        failure::toString);
  }

  @Test
  void open_nobodyAnswers_failsInTimeAndClosesTheSocket() throws Exception {
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var address = new HostPort("127.0.0.1", silent.getLocalPort());
      var task = new FutureTask<>(() -> connection(UpstreamTls.OFF, address).open(300));
      context.runOnContext(now -> task.run());
      try (var accepted = silent.accept()) {
        var failure = assertThrows(ExecutionException.class, () -> RealServers.get(task.get()));
        assertTrue(failure.getCause() instanceof TimeoutException, failure::toString);
        accepted.setSoTimeout(10_000);
        byte[] startup = accepted.getInputStream().readAllBytes();
        assertTrue(startup.length > 8, "the end of the stream follows the startup message");
      }
    }
  }

  @Test
  void query_serverDoesNotAnswer_failsInTimeAndClosesTheSocket() throws Exception {
    Assumptions.assumeTrue(postgres != null, "no PostgreSQL server on this machine");
    HostPort address = Objects.requireNonNull(postgres).address();
    var tls = new UpstreamTls(UpstreamTls.Mode.REQUIRE, "", "", "");
    var task =
        new FutureTask<>(
            () -> {
              ControlConnection made = connection(tls, address);
              return made.open(5000).compose(open -> made.query("SELECT pg_sleep(3600)", 300));
            });
    context.runOnContext(now -> task.run());
    var failure = assertThrows(ExecutionException.class, () -> RealServers.get(task.get()));
    assertTrue(failure.getCause() instanceof TimeoutException, failure::toString);
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (hasConnectionTo(address.port())) {
      assertTrue(System.nanoTime() < deadline, "the socket is still open");
      Thread.sleep(20);
    }
  }

  /** Whether the kernel knows an established connection to a port of 127.0.0.1. */
  private static boolean hasConnectionTo(int port) throws IOException {
    String remote = String.format("0100007F:%04X", port);
    List<String> lines = new java.util.ArrayList<>();
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      lines.addAll(java.nio.file.Files.readAllLines(Path.of(table)));
    }
    return lines.stream()
        .map(line -> line.strip().split("\\s+"))
        .anyMatch(words -> words[2].endsWith(remote) && words[3].equals("01"));
  }
}
