package io.nearside.agent.admin;

import io.nearside.agent.cache.CacheStatistics;
import io.nearside.agent.health.HealthCheck;
import io.nearside.agent.health.LoopProbe;
import io.nearside.agent.health.Verdict;
import io.nearside.agent.memory.FakeMemory;
import io.nearside.agent.metrics.AgentMetrics;
import io.nearside.agent.metrics.LatencyHistogram;
import io.nearside.agent.metrics.RedisFigures;
import io.nearside.agent.metrics.RedisSnapshot;
import io.nearside.agent.metrics.StalenessSnapshot;
import io.nearside.agent.metrics.StrongSnapshot;
import io.nearside.cluster.ClusterEvent;
import io.nearside.config.AdminConfig;
import io.nearside.config.ConfigException;
import io.nearside.config.ConfigLoader;
import io.nearside.config.LoadedConfig;
import io.nearside.config.ReadinessCheck;
import io.nearside.config.ReloadDiff;
import io.nearside.config.Secret;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** An admin listener on a free port, on fakes that a test can turn. */
final class AdminFixture implements AutoCloseable {
  static final ConsistencyView.Violation VIOLATION =
      new ConsistencyView.Violation(Instant.EPOCH, 0, "user:1", "get", 1_200, 4_000, 5, "tracking");

  final FakeBus bus = new FakeBus();
  final FakeCache cache = new FakeCache();
  final FakePostgres postgres = new FakePostgres();
  final ExecutorService loop = Executors.newSingleThreadExecutor();
  final AdminServer server;
  volatile List<ReadinessCheck> readiness = List.of(ReadinessCheck.FACES);
  volatile Verdict faces = Verdict.up("listens");
  volatile Verdict warming = Verdict.up("warm");
  volatile Verdict upstream = Verdict.up("answers");
  volatile boolean upstreamHangs;
  final FakeLifecycle lifecycle = new FakeLifecycle();
  volatile boolean figuresHang;
  volatile String nextConfig = "";
  private final CountDownLatch released = new CountDownLatch(1);
  private final List<Consumer<ClusterEvent>> listeners = new ArrayList<>();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** On loopback without a token. */
  AdminFixture() {
    this("127.0.0.1", "");
  }

  AdminFixture(int port) {
    this("127.0.0.1", port, "");
  }

  AdminFixture(String host, String token) {
    this(host, 0, token);
  }

  private AdminFixture(String host, int port, String token) {
    server =
        await(
            AdminServer.start(
                () -> new AdminConfig(true, host, port, Secret.of(token), readiness), sources()));
  }

  private AdminSources sources() {
    return new AdminSources(
        List.of(
            check(ReadinessCheck.FACES.label(), () -> faces),
            check(ReadinessCheck.UPSTREAM.label(), this::upstream),
            check("warming", () -> warming),
            check(
                ReadinessCheck.CLUSTER.label(),
                () -> bus.joined ? Verdict.up("") : Verdict.down("not joined"))),
        List.of(new LoopProbe("0", loop)),
        lifecycle,
        new FakeMemory(),
        new AgentMetrics("1.2.3", "node-1"),
        figures(),
        bus,
        cache,
        () ->
            Future.succeededFuture(
                new ConsistencyView.Report(
                    cache.fence(),
                    new ConsistencyView.FenceHistory(Instant.EPOCH, "bus: silence", 1),
                    5,
                    Map.of("bus-gap", 2L),
                    new ConsistencyView.EpochMove("bus-gap", Instant.EPOCH, "node-2"),
                    ConsistencyView.Tracking.ON,
                    new ConsistencyView.Sampler(1, 10, 1, 12.5, 1, VIOLATION),
                    3,
                    cache.fence())),
        config(),
        postgres,
        () -> Future.failedFuture("no numbers"),
        listeners::add);
  }

  private interface Question {
    Verdict ask() throws InterruptedException;
  }

  private static HealthCheck check(String name, Question question) {
    return new HealthCheck() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public boolean startsUp() {
        return name.equals(ReadinessCheck.FACES.label()) || name.equals("warming");
      }

      @Override
      public Verdict ask() throws InterruptedException {
        return question.ask();
      }
    };
  }

  private Verdict upstream() throws InterruptedException {
    if (upstreamHangs) {
      released.await();
    }
    return upstream;
  }

  private RedisFigures figures() {
    return new RedisFigures() {
      @Override
      public Future<RedisSnapshot> gather() {
        return figuresHang
            ? io.vertx.core.Promise.<RedisSnapshot>promise().future()
            : cache.overview().map(overview -> snapshot(overview.cache()));
      }

      @Override
      public boolean fenceOpen() {
        return cache.fenceOpen;
      }
    };
  }

  static RedisSnapshot snapshot(CacheStatistics cache) {
    var latency =
        new LatencyHistogram(
            new double[] {0.001, 0.002, Double.POSITIVE_INFINITY}, new long[] {5, 4, 1}, 0.02);
    return new RedisSnapshot(
        90,
        10,
        0,
        2,
        latency,
        Map.of("string", latency),
        3,
        4,
        Map.of("peer", 1L),
        Map.of("blocking", 2),
        1,
        2,
        Map.of("bus-gap", 2L),
        cache,
        new StalenessSnapshot(latency, 10, 1, latency, 1, 3),
        true,
        true,
        new FakeCache().warming(),
        new StrongSnapshot(true, true, 5, 0.5, 1, 2));
  }

  private ConfigOperations config() {
    LoadedConfig running =
        load("admin: {token: {value: not-to-be-seen}}\nnode: {id: node-1}\nlog: {level: INFO}\n");
    return new ConfigOperations() {
      @Override
      public LoadedConfig effective() {
        return running;
      }

      @Override
      public ReloadDiff reload() throws ConfigException {
        return ReloadDiff.between(running, load(nextConfig));
      }
    };
  }

  private static LoadedConfig load(String yaml) {
    try {
      var file = java.nio.file.Files.createTempFile("nearside-admin-", ".yaml");
      try {
        java.nio.file.Files.writeString(file, yaml);
        return ConfigLoader.loadFile(file, Map.of());
      } finally {
        java.nio.file.Files.delete(file);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** As if it had come from the bus. */
  void event(ClusterEvent event) {
    listeners.forEach(listener -> listener.accept(event));
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  /**
   * @param headers names and values in turn
   */
  HttpResponse<String> send(String method, String path, String body, String... headers) {
    var request =
        HttpRequest.newBuilder(uri(path))
            .timeout(Duration.ofSeconds(10))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  HttpResponse<String> get(String path) {
    return send("GET", path, "");
  }

  JsonObject json(String path) {
    return new JsonObject(get(path).body());
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Ends the listener, and not what it reads from. */
  void stop() {
    await(server.close());
  }

  @Override
  public void close() {
    released.countDown();
    loop.shutdownNow();
    await(server.close());
    client.close();
  }
}
