package io.nearside.tests.equivalence;

import io.nearside.tests.stack.RedisServer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIf;

/** The whole corpus direct and through a sidecar with its near-cache on. */
@EnabledIf(
    value = "io.nearside.tests.stack.SidecarProcess#isAvailable",
    disabledReason = "the sidecar's program is not on the class path")
@SuppressWarnings("NullAway.Init") // set before every test
final class RedisEquivalenceTest {
  private static RedisServer direct;
  private static RedisServer behind;
  private static EndpointUnderTest sidecar;

  @BeforeAll
  static void start() {
    direct = RedisServer.start();
    behind = RedisServer.start();
    sidecar = SidecarEndpoint.inFrontOf(behind, "");
  }

  @AfterAll
  static void stop() {
    sidecar.close();
    behind.close();
    direct.close();
  }

  @TestFactory
  Stream<DynamicTest> sidecar_wholeCorpus_answersAsTheServer() {
    return Corpus.tests(new EquivalenceRunner(direct, behind, sidecar.address()));
  }
}
