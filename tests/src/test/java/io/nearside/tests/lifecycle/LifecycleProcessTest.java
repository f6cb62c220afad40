package io.nearside.tests.lifecycle;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.stack.FreePort;
import io.nearside.tests.stack.Hook;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.SidecarYaml;
import java.io.IOException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One sidecar's begin and end, by signals and by the hooks of a container. */
@SuppressWarnings("NullAway.Init") // set before all tests
@Timeout(120)
final class LifecycleProcessTest {
  private static final Duration WAIT = Duration.ofSeconds(60);
  private static final String TOKEN = "a-token-of-some-length";

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private static String yaml() {
    return SidecarYaml.alone(redis.url()).text();
  }

  @Test
  void shutdown_byTheApp_answersWhatIsInFlightAndExitsWithZero() throws IOException {
    try (SidecarProcess sidecar = SidecarProcess.start(yaml());
        RawRedis client = RawRedis.connect(sidecar.redisPort())) {
      assertEquals("+OK\r\n", client.ask("SET", "k", "v"));
      client.send(RawRedis.encode("BLPOP", "queue", "1"));
      assertEquals(0, Hook.ask(sidecar.adminPort(), "", "shutdown"), sidecar::log);
      assertEquals("*-1\r\n", new String(client.read(1).getFirst(), US_ASCII));
      assertEquals(0, sidecar.awaitExit(WAIT), sidecar::log);
    }
  }

  @Test
  void shutdown_withoutTheToken_isRefused() {
    String yaml = yaml().replace("admin: {", "admin: {token: {value: " + TOKEN + "}, ");
    try (SidecarProcess sidecar = SidecarProcess.start(yaml)) {
      assertEquals(1, Hook.ask(sidecar.adminPort(), "", "shutdown"));
      assertEquals(1, Hook.ask(sidecar.adminPort(), "another-token", "drain"));
      assertEquals(200, sidecar.get("/readyz").statusCode());
      assertEquals(0, Hook.ask(sidecar.adminPort(), TOKEN, "drain"));
      assertEquals(503, sidecar.get("/readyz").statusCode());
      assertEquals(0, Hook.ask(sidecar.adminPort(), TOKEN, "shutdown"));
      assertEquals(0, sidecar.awaitExit(WAIT), sidecar::log);
    }
  }

  @Test
  void drain_asked_clientsOldAndNewAreServed() throws IOException {
    try (SidecarProcess sidecar = SidecarProcess.start(yaml());
        RawRedis old = RawRedis.connect(sidecar.redisPort())) {
      assertEquals("+PONG\r\n", old.ask("PING"));
      assertEquals(0, Hook.ask(sidecar.adminPort(), "", "drain"));
      assertEquals(1, Hook.ask(sidecar.adminPort(), "", "readyz"));
      assertEquals(0, Hook.ask(sidecar.adminPort(), "", "livez"));
      assertEquals("+PONG\r\n", old.ask("PING"));
      try (RawRedis late = RawRedis.connect(sidecar.redisPort())) {
        assertEquals("+PONG\r\n", late.ask("PING"));
      }
      assertEquals(0, sidecar.stop(), sidecar::log);
    }
  }

  @Test
  void drain_thatWaits_returnsWhenTheLastClientIsGoneOrTheTimeIsOver() throws Exception {
    try (SidecarProcess sidecar = SidecarProcess.start(yaml())) {
      Hook waiting;
      try (RawRedis client = RawRedis.connect(sidecar.redisPort())) {
        assertEquals("+PONG\r\n", client.ask("PING"));
        assertEquals(0, Hook.ask(sidecar.adminPort(), "", "drain", "--wait", "1"));
        waiting = Hook.start(sidecar.adminPort(), "", "drain", "--wait", "60");
        assertFalse(exitsWithin(waiting, 1_000));
      }
      try (waiting) {
        assertEquals(0, waiting.awaitExit(WAIT));
      }
      assertEquals(0, sidecar.stop(), sidecar::log);
    }
  }

  private static boolean exitsWithin(Hook hook, long millis) throws InterruptedException {
    long deadline = System.nanoTime() + millis * 1_000_000;
    while (hook.isAlive() && System.nanoTime() - deadline < 0) {
      Thread.sleep(20);
    }
    return !hook.isAlive();
  }

  @Test
  void terminate_whileItStarts_exitsWithZero() {
    for (int i = 0; i < 3; i++) {
      try (SidecarProcess sidecar = SidecarProcess.launch(yaml())) {
        // The first line that a JVM with logging writes; the start is under way or just over.
        sidecar.awaitLog(Pattern.compile("INFO"), WAIT);
        assertEquals(0, sidecar.stop(), sidecar::log);
      }
    }
  }

  @Test
  void terminate_upstreamNeverThere_exitsWithZero() {
    String nowhere = "redis://127.0.0.1:" + FreePort.next();
    try (SidecarProcess sidecar = SidecarProcess.start(SidecarYaml.alone(nowhere).text())) {
      assertEquals(0, sidecar.stop(), sidecar::log);
    }
  }

  @Test
  void start_portTaken_exitsWithOne() throws IOException {
    try (SidecarProcess first = SidecarProcess.start(yaml())) {
      String same =
          yaml()
              .replace(
                  "listen: {host: 127.0.0.1, port: 0",
                  "listen: {host: 127.0.0.1, port: " + first.redisPort());
      try (SidecarProcess second = SidecarProcess.launch(same)) {
        assertEquals(1, second.awaitExit(WAIT), second::log);
        assertTrue(second.log().contains(Integer.toString(first.redisPort())), second::log);
      }
    }
  }

  @Test
  void ask_nobodyThereOrNonsense_saysSo() {
    assertEquals(1, Hook.ask(FreePort.next(), "", "livez"));
    assertEquals(2, Hook.ask(FreePort.next(), "", "dance"));
    assertEquals(2, Hook.ask(FreePort.next(), "", "drain", "--wait", "long"));
    assertEquals(2, Hook.ask(70_000, "", "livez"));
  }
}
