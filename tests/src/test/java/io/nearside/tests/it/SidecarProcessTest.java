package io.nearside.tests.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.SidecarYaml;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What only a process of its own shows: signals, the watched file, the exit code. */
final class SidecarProcessTest {
  private static final Duration NOTICED_WITHIN = Duration.ofSeconds(20);
  private static final int DRAIN_MILLIS = 4_000;

  private static String yaml(RedisServer redis, String deny) {
    return SidecarYaml.alone(redis.url())
            .text()
            .replace("redis:\n", "redis:\n  deny: [" + deny + "]\n")
        + "\nruntime: {drainMillis: "
        + DRAIN_MILLIS
        + "}\n";
  }

  private static void awaitDenied(RawRedis client, String command) throws IOException {
    Eventually.holds(
        command + " is denied",
        NOTICED_WITHIN,
        () -> client.ask(command).startsWith("-NOPERM nearside"));
  }

  @Test
  void hangUp_andFileChange_reloadWithoutDroppingConnections() throws IOException {
    try (RedisServer redis = RedisServer.start();
        SidecarProcess sidecar = SidecarProcess.start(yaml(redis, "DBSIZE"));
        RawRedis client = RawRedis.connect(sidecar.redisPort())) {
      assertTrue(client.ask("DBSIZE").startsWith("-NOPERM nearside"));
      Files.writeString(sidecar.configFile(), yaml(redis, "LASTSAVE"));
      sidecar.hangUp();
      awaitDenied(client, "LASTSAVE");
      assertEquals(":0\r\n", client.ask("DBSIZE"));

      Files.writeString(sidecar.configFile(), yaml(redis, "TIME"));
      awaitDenied(client, "TIME");

      Files.writeString(sidecar.configFile(), yaml(redis, "PING") + "nonsense: 1\n");
      sidecar.hangUp();
      sidecar.awaitLog(Pattern.compile("configuration not reloaded.*SIGHUP"), NOTICED_WITHIN);
      assertEquals("+PONG\r\n", client.ask("PING"), "the running one stays");
      assertTrue(sidecar.isAlive());
    }
  }

  @Test
  void terminate_withRequestsInFlight_answersThemAndExitsWithZero() throws Exception {
    try (RedisServer redis = RedisServer.start();
        SidecarProcess sidecar = SidecarProcess.start(yaml(redis, ""));
        RawRedis slow = RawRedis.connect(sidecar.redisPort());
        RawRedis idle = RawRedis.connect(sidecar.redisPort())) {
      assertEquals("+PONG\r\n", idle.ask("PING"));
      slow.send(RawRedis.encode("BLPOP", "drained", "1.5"));
      slow.send(RawRedis.encode("ECHO", "after"));
      Eventually.holds("it blocks", () -> !UpstreamClients.with(redis, "cmd=blpop").isEmpty());
      long begun = System.nanoTime();
      Thread stopping = Thread.ofVirtual().start(() -> assertEquals(0, sidecar.stop()));
      idle.readToEnd(Duration.ofSeconds(3));
      assertThrows(IOException.class, () -> connectAndPing(sidecar));
      assertEquals("*-1\r\n", text(slow.read(1).getFirst()));
      assertEquals("$5\r\nafter\r\n", text(slow.read(1).getFirst()));
      stopping.join();
      assertEquals(0, sidecar.awaitExit(Duration.ofSeconds(1)), sidecar.log());
      long millis = (System.nanoTime() - begun) / 1_000_000;
      assertTrue(millis < DRAIN_MILLIS + 2_000, "the drain took " + millis + " ms");
    }
  }

  private static void connectAndPing(SidecarProcess sidecar) throws IOException {
    try (RawRedis refused = RawRedis.connect(sidecar.redisPort())) {
      refused.ask("PING");
    }
  }

  private static String text(byte[] reply) {
    return new String(reply, StandardCharsets.UTF_8);
  }
}
