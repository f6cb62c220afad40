package io.nearside.tests.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nearside.tests.stack.SidecarProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code ./nearside chaos} itself; without the right to build hosts only its command line. */
final class ChaosTest {
  private final StringWriter printed = new StringWriter();

  @Test
  void list_namesEveryScenario() {
    assertEquals(0, chaos("--list"));
    Scenarios.all()
        .forEach(each -> assertTrue(printed.toString().contains(each.title()), each.name()));
  }

  @Test
  void unknownScenario_isWrongUsage() {
    assertEquals(CommandLine.ExitCode.USAGE, chaos("--scenario", "rain"));
    assertTrue(printed.toString().contains("no 'rain'"), printed::toString);
  }

  @Test
  void tooFewSidecars_isWrongUsage() {
    assertEquals(CommandLine.ExitCode.USAGE, chaos("--sidecars", "3"));
    assertTrue(printed.toString().contains("expected 4..20"), printed::toString);
  }

  @Test
  void shortProfile_everyPromiseIsKept(@TempDir Path folder) throws IOException {
    requireHosts();
    Path json = folder.resolve("chaos.json");
    int exit = chaos("--json", json.toString());
    System.out.println(printed);
    assertEquals(0, exit, printed::toString);
    JsonObject report = new JsonObject(Files.readString(json));
    assertTrue(report.getBoolean("kept"), report::encode);
    JsonArray scenarios = report.getJsonArray("scenarios");
    assertEquals(Scenarios.all().size(), scenarios.size());
  }

  /** The proof that the run above could have failed. */
  @Test
  void brokenFleet_isConvicted(@TempDir Path folder) throws IOException {
    requireHosts();
    Path json = folder.resolve("chaos.json");
    int exit = chaos("--scenario", "broken", "--sidecars", "4", "--json", json.toString());
    assertEquals(1, exit, printed::toString);
    JsonObject report = new JsonObject(Files.readString(json));
    assertFalse(report.getBoolean("kept"), report::encode);
    JsonObject broken = report.getJsonArray("scenarios").getJsonObject(0);
    assertTrue(broken.getLong("violations", 0L) > 0, report::encode);
  }

  private int chaos(String... arguments) {
    PrintWriter out = new PrintWriter(printed, true);
    return new CommandLine(new ChaosCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOut(out)
        .setErr(out)
        .execute(arguments);
  }

  private static void requireHosts() {
    assumeTrue(SidecarProcess.isAvailable(), "no sidecar was built");
    Optional<String> obstacle = Network.obstacle();
    assumeTrue(obstacle.isEmpty(), () -> "no hosts can be built here: " + obstacle.orElseThrow());
  }
}
