package io.nearside.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Dependencies point one way: tests, agent, cluster, config; and inside the agent as designed. */
final class ArchitectureTest {
  private static final String ROOT = "io.nearside";
  private static final String BROKEN_ROOT = "io.nearside.tests.broken";

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  private static final JavaClasses BROKEN = new ClassFileImporter().importPackages(BROKEN_ROOT);

  @TestFactory
  List<DynamicTest> mainCode_everyRule_holds() {
    return tests(ROOT, rule -> rule.check(MAIN));
  }

  /** Each rule is shown code that breaks it: a rule that cannot fail proves nothing. */
  @TestFactory
  List<DynamicTest> brokenCode_everyRule_fails() {
    return tests(
        BROKEN_ROOT, rule -> assertTrue(rule.evaluate(BROKEN).hasViolation(), "did not fail"));
  }

  private static List<DynamicTest> tests(String root, Consumer<ArchRule> judgement) {
    List<DynamicTest> tests = new ArrayList<>();
    for (Map.Entry<String, ArchRule> rule : ArchitectureRules.of(root).entrySet()) {
      tests.add(DynamicTest.dynamicTest(rule.getKey(), () -> judgement.accept(rule.getValue())));
    }
    return tests;
  }

  @Test
  void mainCode_import_holdsAllModulesAndNoTests() {
    for (String name :
        List.of("config.NearsideConfig", "cluster.InvalidationBus", "agent.cache.NearCache")) {
      assertTrue(MAIN.contain(ROOT + "." + name), name);
    }
    assertEquals(
        List.of(),
        MAIN.stream()
            .map(found -> found.getName())
            .filter(name -> name.startsWith(BROKEN_ROOT))
            .toList());
  }
}
