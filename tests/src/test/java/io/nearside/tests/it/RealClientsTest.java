package io.nearside.tests.it;

import io.nearside.tests.equivalence.SidecarEndpoint;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.TamperProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIf;

/** Every client first against the server itself, which tests the scenario, then the sidecar. */
@SuppressWarnings("NullAway.Init") // set before every test
final class RealClientsTest {
  private static final Path CLIENTS = Path.of("src/test/clients").toAbsolutePath();
  private static final Path IOREDIS = Path.of("target/clients/ioredis").toAbsolutePath();
  private static final String DEBIAN_PYTHON = "/usr/bin/python3";

  private static RedisServer server;

  @BeforeAll
  static void start() {
    server = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @TestFactory
  Stream<DynamicTest> clients_direct_workAsExpected() {
    return scenarios().map(scenario -> test(scenario, server.port()));
  }

  @TestFactory
  @EnabledIf(
      value = "io.nearside.tests.stack.SidecarProcess#isAvailable",
      disabledReason = "the sidecar's program is not on the class path")
  Stream<DynamicTest> clients_throughSidecar_workAsExpected() {
    SidecarEndpoint sidecar = SidecarEndpoint.inFrontOf(server, "");
    return scenarios().map(scenario -> test(scenario, sidecar.port())).onClose(sidecar::close);
  }

  private static Stream<ClientScenario> scenarios() {
    return Stream.of(
        new JedisScenario(),
        new LettuceScenario(),
        new VertxScenario(),
        new ProgramScenario(
            "ioredis",
            List.of("node", CLIENTS.resolve("ioredis/scenario.js").toString()),
            Map.of("NODE_PATH", IOREDIS.resolve("node_modules").toString())),
        new ProgramScenario(
            "redis-py",
            List.of(DEBIAN_PYTHON, CLIENTS.resolve("redis-py/scenario.py").toString()),
            Map.of()));
  }

  private static DynamicTest test(ClientScenario scenario, int port) {
    return DynamicTest.dynamicTest(
        scenario.client(),
        () -> {
          assumeInstalled(scenario.client());
          server.command("FLUSHALL");
          try (TamperProxy proxy = TamperProxy.inFrontOf(port)) {
            scenario.run(new ClientTarget(proxy));
          }
        });
  }

  private static void assumeInstalled(String client) throws Exception {
    switch (client) {
      case "ioredis" -> assumeIoredis();
      case "redis-py" -> {
        boolean there =
            ProgramScenario.run(
                    CLIENTS, Duration.ofSeconds(20), DEBIAN_PYTHON, "-c", "import redis")
                == 0;
        assume(there, "redis-py: skipped, Debian's python3-redis is not installed");
      }
      default -> {
        // a Java library: on the class path
      }
    }
  }

  /** Installs exactly what the lock file says, once, below target. */
  private static synchronized void assumeIoredis() throws IOException, InterruptedException {
    boolean node = ProgramScenario.run(CLIENTS, Duration.ofSeconds(20), "node", "--version") == 0;
    assume(node, "ioredis: skipped, there is no node");
    Files.createDirectories(IOREDIS);
    for (String file : List.of("package.json", "package-lock.json")) {
      Path from = CLIENTS.resolve("ioredis").resolve(file);
      Path to = IOREDIS.resolve(file);
      if (!Files.exists(to) || Files.mismatch(from, to) != -1) {
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(IOREDIS.resolve("installed"));
      }
    }
    if (!Files.exists(IOREDIS.resolve("installed"))) {
      int exit =
          ProgramScenario.run(IOREDIS, Duration.ofMinutes(3), "npm", "ci", "--ignore-scripts");
      assume(exit == 0, "ioredis: skipped, npm could not install it");
      Files.createFile(IOREDIS.resolve("installed"));
    }
  }

  private static void assume(boolean holds, String otherwise) {
    if (!holds) {
      System.out.println(otherwise);
    }
    Assumptions.assumeTrue(holds, otherwise);
  }
}
