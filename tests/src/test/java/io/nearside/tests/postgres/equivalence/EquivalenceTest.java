package io.nearside.tests.postgres.equivalence;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.postgres.equivalence.StatementParser.Way;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.PostgresYaml;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.SidecarYaml;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIf;

/** The harness proves itself on two servers of one kind, then measures the sidecar by them. */
@SuppressWarnings("NullAway.Init") // set before every test
final class EquivalenceTest {
  private static final long SEED = Long.getLong("nearside.equivalence.seed", 20_261_121L);

  private static final Pattern SQL_STATE = Pattern.compile("\\\\00C([0-9A-Z]{5})");

  private static PostgresServer server;
  private static PostgresServer twin;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
    twin = PostgresServer.start();
  }

  @AfterAll
  static void stop() {
    twin.close();
    server.close();
  }

  @Test
  void corpus_size_isAsPromised() {
    assertTrue(Corpus.statementCount() >= 500, "statements: " + Corpus.statementCount());
    assertTrue(Corpus.protocol().size() >= 150, "scripts: " + Corpus.protocol().size());
  }

  @Test
  void corpus_content_succeedsAndFailsInManyWays() throws IOException {
    Set<String> states = new HashSet<>();
    Set<Character> types = new HashSet<>();
    int succeeded = 0;
    List<Script> scripts = new ArrayList<>(Corpus.statements(Way.SIMPLE));
    scripts.addAll(Corpus.protocol());
    for (Script script : scripts) {
      for (Received step : ScriptRunner.run(Endpoint.direct(server), script, ScriptRunner.WHOLE)) {
        boolean failed = false;
        for (String message : step.messages()) {
          types.add(message.charAt(0));
          Matcher state = SQL_STATE.matcher(message);
          if (message.startsWith("E ") && state.find()) {
            failed = true;
            states.add(state.group(1));
          }
        }
        succeeded += failed ? 0 : 1;
      }
    }
    assertTrue(states.size() > 75, states.toString());
    assertTrue(succeeded >= 1_000, "succeeded: " + succeeded);
    // Everything a server sends but what only old or replicating ones do.
    for (char type : "123ACDEGHIKNRSTVZcdnst".toCharArray()) {
      assertTrue(types.contains(type), "never received: " + type);
    }
  }

  @TestFactory
  Stream<DynamicTest> twin_wholeCorpus_answersAsTheServer() {
    return tests(Endpoint.direct(twin), true);
  }

  @TestFactory
  @EnabledIf(
      value = "io.nearside.tests.stack.SidecarProcess#hasPostgres",
      disabledReason = "the sidecar has no PostgreSQL face yet")
  Stream<DynamicTest> sidecar_sessionMode_answersAsTheServer() {
    return throughSidecar("session");
  }

  @TestFactory
  @EnabledIf(
      value = "io.nearside.tests.stack.SidecarProcess#hasPostgres",
      disabledReason = "the sidecar has no PostgreSQL face yet")
  Stream<DynamicTest> sidecar_transactionMode_answersAsTheServer() {
    return throughSidecar("transaction");
  }

  private static Stream<DynamicTest> throughSidecar(String mode) {
    PostgresYaml face = PostgresYaml.inFrontOf(twin).with("pool.mode", mode);
    SidecarProcess sidecar = SidecarProcess.start(SidecarYaml.postgresOnly(face).text());
    return tests(new Endpoint(mode + " mode", face.port(), twin), mode.equals("session"))
        .onClose(sidecar::close);
  }

  private static Stream<DynamicTest> tests(Endpoint endpoint, boolean alsoSessionOnly) {
    var comparison = new Comparison(Endpoint.direct(server), endpoint);
    return Stream.concat(
        Stream.of(Way.values())
            .flatMap(way -> Corpus.statements(way).stream())
            .filter(script -> alsoSessionOnly || !script.sessionOnly())
            .map(script -> test(comparison, script, ScriptRunner.WHOLE)),
        Corpus.protocol().stream()
            .filter(script -> alsoSessionOnly || !script.sessionOnly())
            .flatMap(
                script ->
                    Stream.of(
                        test(comparison, script, ScriptRunner.WHOLE),
                        test(comparison, script, SEED))));
  }

  private static DynamicTest test(Comparison comparison, Script script, long seed) {
    String name = script.name() + (seed == ScriptRunner.WHOLE ? "" : " cut by " + seed);
    return DynamicTest.dynamicTest(name, () -> comparison.run(script, seed));
  }
}
