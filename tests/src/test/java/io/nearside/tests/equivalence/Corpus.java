package io.nearside.tests.equivalence;

import io.nearside.tests.equivalence.EquivalenceRunner.Delivery;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Every script, and every way in which it is sent. */
final class Corpus {
  /** What the locked servers ask for. */
  static final String PASSWORD = "secret";

  private static final List<String> FILES =
      List.of(
          "strings.txt", "collections.txt", "connections.txt", "transactions.txt", "blocking.txt");
  private static final int GENERATED_COMMANDS = 6_000;
  private static final long SEED = Long.getLong("nearside.equivalence.seed", 20_261_101L);

  private Corpus() {}

  /** The scripts written by hand. */
  static List<Script> written() {
    List<Script> scripts = new ArrayList<>();
    FILES.forEach(file -> scripts.addAll(ScriptParser.resource(file)));
    return scripts;
  }

  /** The scripts for servers whose password is {@link #PASSWORD}. */
  static Stream<DynamicTest> lockedTests(EquivalenceRunner runner) {
    return ScriptParser.resource("locked.txt").stream()
        .flatMap(
            script ->
                Stream.of(
                        new Delivery(false, false, Delivery.WHOLE),
                        new Delivery(false, true, Delivery.WHOLE),
                        new Delivery(false, false, SEED))
                    .map(delivery -> test(runner, script, delivery)));
  }

  /** Random commands only, whole and split: for a second way to the same sidecar. */
  static Stream<DynamicTest> generatedTests(EquivalenceRunner runner) {
    Script generated = new CommandGenerator(SEED + 1).script(GENERATED_COMMANDS / 2);
    return Stream.of(
        test(runner, generated, new Delivery(true, false, Delivery.WHOLE)),
        test(runner, generated, new Delivery(false, false, SEED)));
  }

  /** One test for each script and way of sending it. */
  static Stream<DynamicTest> tests(EquivalenceRunner runner) {
    List<DynamicTest> tests = new ArrayList<>();
    for (Delivery delivery :
        List.of(
            new Delivery(false, false, Delivery.WHOLE),
            new Delivery(true, false, Delivery.WHOLE),
            new Delivery(false, true, Delivery.WHOLE),
            new Delivery(true, true, SEED),
            new Delivery(false, false, SEED + 1))) {
      var protocol = delivery.resp3() ? Script.Protocol.RESP3 : Script.Protocol.RESP2;
      written().stream()
          .filter(script -> script.speaks(protocol))
          .forEach(script -> tests.add(test(runner, script, delivery)));
    }
    Script generated = new CommandGenerator(SEED).script(GENERATED_COMMANDS);
    tests.add(test(runner, generated, new Delivery(false, false, Delivery.WHOLE)));
    tests.add(test(runner, generated, new Delivery(true, false, SEED)));
    return tests.stream();
  }

  private static DynamicTest test(EquivalenceRunner runner, Script script, Delivery delivery) {
    return DynamicTest.dynamicTest(
        script.name() + " " + delivery, () -> runner.run(script, delivery));
  }
}
