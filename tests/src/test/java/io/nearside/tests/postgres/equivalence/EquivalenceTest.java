package io.nearside.tests.postgres.equivalence;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.postgres.equivalence.StatementParser.Way;
import io.nearside.tests.stack.PostgresServer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The harness proves itself on two servers of one kind, then measures the sidecar by them. */
@SuppressWarnings("NullAway.Init") // set before every test
final class EquivalenceTest {
  private static final long SEED = Long.getLong("nearside.equivalence.seed", 20_261_121L);

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

  @TestFactory
  Stream<DynamicTest> twin_wholeCorpus_answersAsTheServer() {
    return tests(Endpoint.direct(twin));
  }

  private static Stream<DynamicTest> tests(Endpoint endpoint) {
    var comparison = new Comparison(Endpoint.direct(server), endpoint);
    return Stream.concat(
        Stream.of(Way.values())
            .flatMap(way -> Corpus.statements(way).stream())
            .map(script -> test(comparison, script, ScriptRunner.WHOLE)),
        Corpus.protocol().stream()
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
