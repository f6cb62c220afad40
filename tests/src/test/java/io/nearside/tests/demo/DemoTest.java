package io.nearside.tests.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.stack.PostgresServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

final class DemoTest {
  private static final int REDIS_STEPS = 10;
  private static final int POSTGRES_STEPS = 6;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  @Timeout(180)
  void demo_once_showsEveryStepOkAndExitsZero() {
    int exit = run("--once");

    String text = out.toString();
    assertEquals(0, exit, text + err);
    assertFalse(text.contains("FAILED"), text);
    int steps = REDIS_STEPS + (PostgresServer.isAvailable() ? POSTGRES_STEPS : 0);
    for (int step = 1; step <= steps; step++) {
      assertTrue(text.contains("%n  %2d  ok ".formatted(step)), text);
    }
    assertTrue(text.contains("/metrics") && text.contains("Redis itself"), text);
    assertFalse(text.contains("\u001b"), "no colour outside a terminal");
  }

  @Test
  void demo_portTaken_isWrongUsageThatNamesIt() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int exit = run("--once", "--port", Integer.toString(taken.getLocalPort()));

      assertEquals(CommandLine.ExitCode.USAGE, exit);
      assertTrue(
          err.toString().startsWith("--port: " + taken.getLocalPort() + " (expected"),
          err::toString);
    }
  }

  @Test
  void demo_threePorts_isWrongUsage() {
    int exit = run("--once", "--port", "1001", "--port", "1002", "--port", "1003");

    assertEquals(CommandLine.ExitCode.USAGE, exit);
    assertTrue(err.toString().startsWith("--port: 3 given (expected at most 2"), err::toString);
  }

  @Test
  void until_neverSo_failsInTimeAndSaysWhatWasSeen() {
    var failed =
        assertThrows(
            StepFailedException.class,
            () -> Waiting.until(Duration.ofMillis(20), () -> false, () -> "nothing"));

    assertEquals("not within 20 ms: nothing", failed.getMessage());
  }

  private int run(String... arguments) {
    return new CommandLine(new DemoCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
