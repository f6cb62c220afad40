package io.nearside.tests.it;

import io.nearside.agent.Agent;
import io.nearside.agent.redis.PinReason;
import io.nearside.agent.redis.RedisStatistics;
import io.nearside.config.ConfigLoader;
import io.nearside.config.LoadedConfig;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.SidecarYaml;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A sidecar in this process, alone in front of an upstream. Its settings are named by their paths
 * ({@code redis.cache.maxBytes}) and can be set anew for a reload. Used from one test thread.
 */
final class InProcessSidecar implements AutoCloseable {
  private static final String FILE = "in-process.yaml";

  private final String text;
  private final Map<String, String> variables = new ConcurrentHashMap<>();
  private final Agent agent;

  private InProcessSidecar(String text, Map<String, String> settings) {
    this.text = text;
    settings.forEach(this::set);
    agent = Agent.start(load(), this::load);
  }

  /** Starts one with the defaults of the tests. */
  static InProcessSidecar inFrontOf(String url) {
    return inFrontOf(url, Map.of());
  }

  /** Starts one; the settings win over the defaults of the tests. */
  static InProcessSidecar inFrontOf(String url, Map<String, String> settings) {
    return new InProcessSidecar(SidecarYaml.alone(url).text(), settings);
  }

  /** What the next reload will find. */
  void set(String path, String value) {
    String name =
        path.replace('.', '_').replaceAll("([a-z])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
    variables.put("NEARSIDE_" + name, value);
  }

  private LoadedConfig load() {
    return ConfigLoader.loadText(text, FILE, new HashMap<>(variables));
  }

  Agent agent() {
    return agent;
  }

  int port() {
    return agent.redisPort();
  }

  RawRedis connect() throws IOException {
    return RawRedis.connect(agent.redisPort());
  }

  /** A connection on which {@code AUTH} was answered OK. */
  RawRedis connectAs(String user, String password) throws IOException {
    RawRedis client = connect();
    String answer = client.ask("AUTH", user, password);
    if (!answer.equals("+OK\r\n")) {
      client.close();
      throw new IllegalStateException("AUTH was answered " + answer);
    }
    return client;
  }

  RedisStatistics statistics() {
    try {
      return agent
          .redis()
          .statistics()
          .toCompletionStage()
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("no statistics", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Replies from memory so far. */
  long hits() {
    return statistics().hits();
  }

  /** Sessions that have a connection of their own for this reason. */
  int pinned(PinReason reason) {
    return statistics().pinned().getOrDefault(reason, 0);
  }

  int pinned() {
    return statistics().pinned().values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Whether the reply to this very command came from memory. */
  boolean hit(RawRedis client, String... command) throws IOException {
    long before = hits();
    client.command(command);
    return hits() > before;
  }

  /** Asks until the reply comes from memory, and gives it. */
  String askUntilHit(RawRedis client, String... command) throws IOException {
    String[] reply = new String[1];
    Eventually.holds(
        () -> "a hit of " + String.join(" ", command) + ": " + whyNot(),
        () -> {
          long before = hits();
          reply[0] = client.ask(command);
          return hits() > before;
        });
    return reply[0];
  }

  private String whyNot() {
    RedisStatistics now = statistics();
    return "fence %s, misses %d, around %d, epochs %s, %s"
        .formatted(
            agent.redis().fence().detail(),
            now.misses(),
            now.around(),
            now.epochMoves(),
            agent.redis().cache().statistics());
  }

  /** Whether none of a few reads of this command comes from memory. */
  boolean neverHits(RawRedis client, String... command) throws IOException {
    for (int i = 0; i < 5; i++) {
      if (hit(client, command)) {
        return false;
      }
    }
    return true;
  }

  /** POSTs to the admin listener. */
  HttpResponse<String> post(String path) throws IOException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + agent.adminPort() + path);
      return http.send(
          HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.noBody()).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    agent.close();
  }
}
