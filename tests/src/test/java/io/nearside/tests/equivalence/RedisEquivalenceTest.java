package io.nearside.tests.equivalence;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.stack.RedisServer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  private static final Pattern CALLS = Pattern.compile("calls=(\\d+)");

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
    return Stream.concat(
        Corpus.tests(new EquivalenceRunner(direct, behind, sidecar.address())),
        Stream.of(
            DynamicTest.dynamicTest(
                "the near-cache took part", RedisEquivalenceTest::assertReadsWereSpared)));
  }

  /** Both servers got the same scripts: what one of them did not see was answered from memory. */
  private static void assertReadsWereSpared() {
    long asked = calls(direct, "cmdstat_get");
    long seen = calls(behind, "cmdstat_get");
    assertTrue(seen < asked * 0.8, seen + " of " + asked + " GETs reached the server");
  }

  private static long calls(RedisServer server, String command) {
    Matcher calls = CALLS.matcher(server.info().getOrDefault(command, ""));
    assertTrue(calls.find(), command);
    return Long.parseLong(calls.group(1));
  }

  @TestFactory
  Stream<DynamicTest> sidecar_overUnixSockets_answersAsTheServer() {
    SidecarEndpoint endpoint = SidecarEndpoint.overUnixSockets(behind);
    return Corpus.generatedTests(new EquivalenceRunner(direct, behind, endpoint.address()))
        .onClose(endpoint::close);
  }

  @TestFactory
  Stream<DynamicTest> sidecar_serverWithPassword_answersAsTheServer() {
    RedisServer locked = RedisServer.start("--requirepass", Corpus.PASSWORD);
    RedisServer twin = RedisServer.start("--requirepass", Corpus.PASSWORD);
    SidecarEndpoint endpoint = SidecarEndpoint.inFrontOf(twin, Corpus.PASSWORD);
    var runner = new EquivalenceRunner(locked, twin, endpoint.address(), Corpus.PASSWORD);
    return Corpus.lockedTests(runner)
        .onClose(endpoint::close)
        .onClose(twin::close)
        .onClose(locked::close);
  }
}
