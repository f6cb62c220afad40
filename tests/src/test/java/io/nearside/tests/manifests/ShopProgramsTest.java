package io.nearside.tests.manifests;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nearside.tests.it.Eventually;
import io.nearside.tests.stack.FreePort;
import io.nearside.tests.stack.RedisServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The two programs of {@code examples/shop}: what the one counts the other reads. */
final class ShopProgramsTest {
  private static final Path PROGRAMS = Kustomization.ROOT.resolve("examples/shop");

  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void end() throws InterruptedException {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  private void start(Path log, Map<String, String> environment, String... command)
      throws IOException {
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    started.add(builder.start());
  }

  @Test
  void programs_besideRedis_countAndRead(@TempDir Path folder) throws IOException {
    assumeTrue(new Program("python3").isThere(), "no python3");
    int web = FreePort.next();
    int health = FreePort.next();
    try (RedisServer redis = RedisServer.start();
        HttpClient client = HttpClient.newHttpClient()) {
      Map<String, String> environment =
          Map.of(
              "REDIS_HOST", "127.0.0.1",
              "REDIS_PORT", Integer.toString(redis.port()),
              "HTTP_PORT", Integer.toString(web),
              "HEALTH_PORT", Integer.toString(health));
      Path counted = folder.resolve("counter.log");
      Path read = folder.resolve("reader.log");
      start(counted, environment, "python3", PROGRAMS.resolve("counter.py").toString());
      start(
          read,
          environment,
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          PROGRAMS.resolve("Reader.java").toString());
      Eventually.holds("a count by HTTP", () -> get(client, web).matches("[1-9]\\d*\n"));
      Eventually.holds(
          "a count that is read", () -> Files.readString(read).matches("(?s).*count [1-9]\\d*\n"));
      assertTrue(
          started.stream().allMatch(Process::isAlive),
          Files.readString(counted) + Files.readString(read));
    }
  }

  private static String get(HttpClient client, int port) {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
            .timeout(Duration.ofSeconds(5))
            .build();
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException e) {
      return "not yet: " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
