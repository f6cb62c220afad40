package io.nearside.tests.postgres.it;

import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.PostgresYaml;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.SidecarYaml;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIf;

/** Every driver against the server itself, which tests the scenario, then through the sidecar. */
@SuppressWarnings("NullAway.Init") // set before every test
final class RealDriversTest {
  private static PostgresServer server;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @TestFactory
  Stream<DynamicTest> drivers_direct_workAsExpected() {
    return scenarios().map(scenario -> test(scenario, server.port()));
  }

  @TestFactory
  @EnabledIf(
      value = "io.nearside.tests.stack.SidecarProcess#hasPostgres",
      disabledReason = "the sidecar has no PostgreSQL face yet")
  Stream<DynamicTest> drivers_sessionMode_workAsExpected() {
    return throughSidecar("session");
  }

  @TestFactory
  @EnabledIf(
      value = "io.nearside.tests.stack.SidecarProcess#hasPostgres",
      disabledReason = "the sidecar has no PostgreSQL face yet")
  Stream<DynamicTest> drivers_transactionMode_workAsExpected() {
    return throughSidecar("transaction");
  }

  private static Stream<DynamicTest> throughSidecar(String mode) {
    PostgresYaml face = PostgresYaml.inFrontOf(server).with("pool.mode", mode);
    SidecarProcess sidecar = SidecarProcess.start(SidecarYaml.postgresOnly(face).text());
    return scenarios().map(scenario -> test(scenario, face.port())).onClose(sidecar::close);
  }

  private static Stream<DriverScenario> scenarios() {
    return Stream.of(
        new PgJdbcScenario("simple", 5),
        new PgJdbcScenario("extended", 5),
        new PgJdbcScenario("extended", 1),
        new PgJdbcScenario("extended", 0),
        new VertxPgScenario(1),
        new VertxPgScenario(64),
        new R2dbcScenario(),
        new NodePgScenario());
  }

  private static DynamicTest test(DriverScenario scenario, int port) {
    return DynamicTest.dynamicTest(
        scenario.driver(),
        () -> {
          server.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION app");
          scenario.run(
              new DriverTarget(
                  port,
                  PostgresServer.DATABASE,
                  PostgresServer.USER,
                  PostgresServer.password(PostgresServer.USER)));
        });
  }
}
