package io.nearside.tests;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The dependency rules of the design, for a code base whose packages begin with a root. The root is
 * a parameter so that the rules can be tried on code that breaks them. A package that does not
 * exist breaks nothing.
 */
final class ArchitectureRules {
  private static final List<String> FACES = List.of("redis", "postgres", "http", "inject");
  private static final List<String> CODECS = List.of("redis.resp", "postgres.wire");
  private static final List<String> READERS = List.of("admin", "health", "metrics");
  private static final List<String> NAMES_OF_NOTHING =
      List.of("util", "utils", "common", "helper", "helpers", "manager", "managers", "impl");

  private final String root;
  private final Map<String, ArchRule> rules = new LinkedHashMap<>();

  private ArchitectureRules(String root) {
    this.root = root;
    modules();
    libraries();
    agent();
    code();
  }

  /** Every rule by its name. */
  static Map<String, ArchRule> of(String root) {
    return new ArchitectureRules(root).rules;
  }

  private void modules() {
    forbid("config knows no other module", "config", in("cluster", "agent", "tests"));
    forbid("cluster knows only config", "cluster", in("agent", "tests"));
    forbid("agent does not know tests", "agent", in("tests"));
  }

  private void libraries() {
    add(
        "only cluster.hazelcast knows Hazelcast",
        noClasses()
            .that()
            .resideOutsideOfPackage(root + ".cluster.hazelcast..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.hazelcast.."));
    forbid(
        "config knows neither Vert.x nor Netty",
        "config",
        new String[] {"io.vertx..", "io.netty.."});
    for (String codec : CODECS) {
      forbid(
          codec + " is pure",
          "agent." + codec,
          new String[] {
            "io.vertx..",
            "io.netty.channel..",
            "io.netty.bootstrap..",
            "io.netty.handler..",
            "java.net..",
            "java.nio.channels.."
          });
      add(
          codec + " knows nothing of the agent",
          noClasses()
              .that()
              .resideInAPackage(root + ".agent." + codec + "..")
              .should()
              .dependOnClassesThat(
                  resideInAPackage(root + ".agent..")
                      .and(resideOutsideOfPackage(root + ".agent." + codec + ".."))));
    }
  }

  private void agent() {
    String[] faces =
        FACES.stream().map(face -> root + ".agent." + face + "..").toArray(String[]::new);
    forbid("cache knows no face", "agent.cache", faces);
    forbid("cache knows no sockets", "agent.cache", in("agent.net"));
    forbid("net knows no face", "agent.net", faces);
    forbid("net knows no cache", "agent.net", in("agent.cache"));
    for (String face : FACES) {
      List<String> others = new ArrayList<>(FACES);
      others.remove(face);
      forbid(
          face + " knows no other face",
          "agent." + face,
          others.stream().map(other -> root + ".agent." + other + "..").toArray(String[]::new));
    }
    for (String reader : READERS) {
      forbid(reader + " knows no session's inside", "agent." + reader, faces);
    }
    add(
        "the agent's packages have no cycles",
        slices().matching(root + ".agent.(*)..").should().beFreeOfCycles());
  }

  private void code() {
    for (String name : NAMES_OF_NOTHING) {
      add(
          "no package is called " + name,
          noClasses().should().resideInAPackage(".." + name + ".."));
    }
    add(
        "only the command lines print",
        noClasses()
            .that()
            .resideOutsideOfPackages(root + ".agent.cli..", root + ".tests..")
            .and()
            .haveNameNotMatching(Pattern.quote(root) + "\\.agent\\.(Main|Ask)(\\$.*)?")
            .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS));
  }

  private String[] in(String... packages) {
    String[] names = packages.clone();
    for (int i = 0; i < names.length; i++) {
      names[i] = root + "." + names[i] + "..";
    }
    return names;
  }

  private void forbid(String name, String from, String[] to) {
    add(
        name,
        noClasses()
            .that()
            .resideInAPackage(root + "." + from + "..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(to));
  }

  private void add(String name, ArchRule rule) {
    if (rules.put(name, rule.allowEmptyShould(true)) != null) {
      throw new IllegalStateException(name);
    }
  }
}
