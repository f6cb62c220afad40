package io.nearside.tests.bench;

import io.nearside.tests.stack.FreePort;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarCluster;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.SidecarYaml;
import io.nearside.tests.stack.TamperProxy;
import io.nearside.tests.stack.Twemproxy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Every figure of {@code bench redis}, in turn. One thread. */
final class RedisBench {
  private static final int KEYS = 1_000;
  private static final int VALUE_BYTES = 100;
  private static final int CLIENTS = 50;
  private static final long DELAY_MICROS = 1_000;
  private static final Duration IDLE = Duration.ofSeconds(5);
  private static final Duration FIRST_ANSWER_WITHIN = Duration.ofSeconds(30);

  /** Above this share of requests that reached Redis, a hit comparison says so. */
  private static final double MISSES_NOTED = 0.02;

  private static final String DIRECT = "direct";
  private static final String SIDECAR = "sidecar";
  private static final String SIDECAR_UNIX = "sidecar-unix";
  private static final String TWEMPROXY = "twemproxy";

  private final RedisServer redis;
  private final BenchSettings settings;
  private final Scoreboard scores;
  private final PrintWriter out;
  private final Comparison comparison;

  RedisBench(
      RedisServer redis,
      LoadGenerator generator,
      BenchSettings settings,
      Scoreboard scores,
      PrintWriter out) {
    this.redis = redis;
    this.settings = settings;
    this.scores = scores;
    this.out = out;
    this.comparison = new Comparison(generator, redis, settings, out);
  }

  void run() throws IOException {
    fill();
    hits();
    pass();
    delayed();
    idleMemory();
    firstAnswer();
  }

  private void fill() throws IOException {
    ByteArrayOutputStream commands = new ByteArrayOutputStream();
    for (int i = 0; i < KEYS; i++) {
      commands.writeBytes(
          RawRedis.encode("SET", "key:%012d".formatted(i), "v".repeat(VALUE_BYTES)));
    }
    try (RawRedis connection = redis.connect()) {
      connection.send(commands.toByteArray());
      connection.read(KEYS);
    }
  }

  private static Load load(Load.Verb verb, int clients, int pipeline) {
    return new Load(loopback(1), verb, clients, pipeline, 1, KEYS, VALUE_BYTES);
  }

  private static SocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private Contestant direct() {
    return new Contestant(DIRECT, loopback(redis.port()), redis.pid(), 0);
  }

  private Contestant through(String name, SocketAddress address, SidecarProcess sidecar) {
    return new Contestant(name, address, sidecar.pid(), settings.warmSeconds());
  }

  private void hits() throws IOException {
    boolean one =
        settings.wants(
            RedisFigure.HIT_P1_RATIO,
            RedisFigure.HIT_P1_CPU_RATIO,
            RedisFigure.HIT_P1_P99_RATIO,
            RedisFigure.HIT_UNIX_P1_RATIO);
    boolean sixteen = settings.wants(RedisFigure.HIT_P16_RATIO, RedisFigure.HIT_P16_CPU_RATIO);
    boolean many = settings.wants(RedisFigure.HIT_P64_RATIO, RedisFigure.HIT_UNIX_P64_RATIO);
    boolean writes = settings.wants(RedisFigure.SET_P1_RATIO);
    if (!one && !sixteen && !many && !writes) {
      return;
    }
    String socket = redis.folder().resolve("sidecar.sock").toString();
    // Two of them: a sidecar with a unix socket can not use io_uring, and would be slower over TCP.
    SidecarYaml yaml = SidecarYaml.alone(redis.url());
    try (SidecarProcess sidecar = SidecarProcess.start(yaml.text());
        SidecarProcess unix = SidecarProcess.start(yaml.withUnixSocket(socket).text())) {
      List<Contestant> all =
          List.of(
              direct(),
              through(SIDECAR, loopback(sidecar.redisPort()), sidecar),
              through(SIDECAR_UNIX, UnixDomainSocketAddress.of(socket), unix));
      if (one) {
        hitsUnpipelined(all);
      }
      if (sixteen) {
        var series = compareHits("hit_p16", CLIENTS, 16, all.subList(0, 2));
        putRatio(RedisFigure.HIT_P16_RATIO, series, SIDECAR, DIRECT);
        Series ours = series(series, SIDECAR);
        Series peer = series(series, DIRECT);
        scores.putRatio(
            RedisFigure.HIT_P16_CPU_RATIO, ours, peer, Series.Round::cpuSecondsPerMillion);
      }
      if (many) {
        var series = compareHits("hit_p64", CLIENTS, 64, all);
        putRatio(RedisFigure.HIT_P64_RATIO, series, SIDECAR, DIRECT);
        putRatio(RedisFigure.HIT_UNIX_P64_RATIO, series, SIDECAR_UNIX, DIRECT);
      }
      if (writes) {
        var series = compare("set_p1", load(Load.Verb.SET, CLIENTS, 1), all.subList(0, 2));
        putRatio(RedisFigure.SET_P1_RATIO, series, SIDECAR, DIRECT);
      }
    }
  }

  private void hitsUnpipelined(List<Contestant> all) throws IOException {
    var series = compareHits("hit_p1", CLIENTS, 1, all);
    Series ours = series(series, SIDECAR);
    Series peer = series(series, DIRECT);
    putRatio(RedisFigure.HIT_P1_RATIO, series, SIDECAR, DIRECT);
    putRatio(RedisFigure.HIT_UNIX_P1_RATIO, series, SIDECAR_UNIX, DIRECT);
    scores.putRatio(RedisFigure.HIT_P1_CPU_RATIO, ours, peer, Series.Round::cpuSecondsPerMillion);
    scores.putRatio(RedisFigure.HIT_P1_P99_RATIO, ours, peer, round -> round.load().p99Millis());
  }

  /** Without a near-cache: what is left is the price of the proxy. */
  private void pass() throws IOException {
    if (!settings.wants(RedisFigure.PASS_P1_VS_TWEMPROXY, RedisFigure.PASS_P16_VS_TWEMPROXY)) {
      return;
    }
    if (Twemproxy.version().isEmpty()) {
      out.println(
          "skipped: pass_*_vs_twemproxy (no nutcracker here; Debian: apt install nutcracker)");
      return;
    }
    String yaml = SidecarYaml.alone(redis.url()).withoutCache().text();
    try (Twemproxy twemproxy = Twemproxy.inFrontOf(redis.port());
        SidecarProcess sidecar = SidecarProcess.start(yaml)) {
      List<Contestant> all =
          List.of(
              direct(),
              through(SIDECAR, loopback(sidecar.redisPort()), sidecar),
              new Contestant(TWEMPROXY, loopback(twemproxy.port()), twemproxy.pid(), 0));
      if (settings.wants(RedisFigure.PASS_P1_VS_TWEMPROXY)) {
        var series = compare("pass_p1", load(Load.Verb.GET, CLIENTS, 1), all);
        putRatio(RedisFigure.PASS_P1_VS_TWEMPROXY, series, SIDECAR, TWEMPROXY);
      }
      if (settings.wants(RedisFigure.PASS_P16_VS_TWEMPROXY)) {
        var series = compare("pass_p16", load(Load.Verb.GET, CLIENTS, 16), all);
        putRatio(RedisFigure.PASS_P16_VS_TWEMPROXY, series, SIDECAR, TWEMPROXY);
      }
    }
  }

  /**
   * The upstream is a millisecond away, behind a hop that holds each request back for so long. The
   * figure with a target has one client, because the question is what a request of the application
   * waits. Fifty unpipelined clients get up to 50,000 requests/s out of such an upstream; fifteen
   * times that is more than a kernel can move, so that ratio measures the kernel and has no target.
   */
  private void delayed() throws IOException {
    if (!settings.wants(
        RedisFigure.HIT_DELAY1MS_RATIO, RedisFigure.HIT_DELAY1MS_ONE_CLIENT_RATIO)) {
      return;
    }
    try (TamperProxy hop = TamperProxy.inFrontOf(redis.port())) {
      hop.delay(TamperProxy.Direction.TO_UPSTREAM, DELAY_MICROS);
      String yaml = SidecarYaml.alone("redis://127.0.0.1:" + hop.port()).text();
      try (SidecarProcess sidecar = SidecarProcess.start(yaml)) {
        List<Contestant> both =
            List.of(
                new Contestant(DIRECT, loopback(hop.port()), redis.pid(), 0),
                through(SIDECAR, loopback(sidecar.redisPort()), sidecar));
        var many = compareHits("hit_delay1ms", CLIENTS, 1, both);
        putRatio(RedisFigure.HIT_DELAY1MS_RATIO, many, SIDECAR, DIRECT);
        var one = compareHits("hit_delay1ms_one_client", 1, 1, both);
        putRatio(RedisFigure.HIT_DELAY1MS_ONE_CLIENT_RATIO, one, SIDECAR, DIRECT);
      }
    }
  }

  private void idleMemory() {
    if (!settings.wants(RedisFigure.IDLE_RSS_MIB)) {
      return;
    }
    out.println("idle_rss_mib: two sidecars join ...");
    out.flush();
    try (SidecarCluster cluster = SidecarCluster.start(2, SidecarYaml.alone(redis.url()))) {
      LockSupport.parkNanos(IDLE.toNanos());
      double bytes = cluster.get(0).residentBytes() + cluster.get(1).residentBytes();
      scores.put(RedisFigure.IDLE_RSS_MIB, bytes / 2 / (1 << 20));
    }
  }

  private void firstAnswer() {
    if (!settings.wants(RedisFigure.FIRST_ANSWER_MS)) {
      return;
    }
    double[] millis = new double[settings.starts()];
    for (int i = 0; i < millis.length; i++) {
      millis[i] = firstAnswerMillis();
      out.printf("first_answer_ms: start %d/%d: %.0f ms%n", i + 1, millis.length, millis[i]);
      out.flush();
    }
    scores.put(RedisFigure.FIRST_ANSWER_MS, Series.median(millis));
  }

  private double firstAnswerMillis() {
    int port = FreePort.next();
    SidecarYaml yaml = SidecarYaml.alone(redis.url());
    String text = yaml.member(yaml.nodeId(), port, 0, List.of()).text();
    long start = System.nanoTime();
    try (SidecarProcess sidecar = SidecarProcess.launch(text)) {
      while (System.nanoTime() - start < FIRST_ANSWER_WITHIN.toNanos() && sidecar.isAlive()) {
        try (RawRedis connection = RawRedis.connect(port)) {
          if (connection.ask("PING").equals("+PONG\r\n")) {
            return (System.nanoTime() - start) / 1e6;
          }
        } catch (IOException notYet) {
          LockSupport.parkNanos(500_000);
        }
      }
      throw new IllegalStateException("no answer: " + sidecar.log());
    }
  }

  private Map<String, Series> compareHits(
      String title, int clients, int pipeline, List<Contestant> contestants) throws IOException {
    var series = compare(title, load(Load.Verb.GET, clients, pipeline), contestants);
    for (Series one : series.values()) {
      if (!one.name().equals(DIRECT) && one.upstreamShare() > MISSES_NOTED) {
        out.printf(
            "NOTE %s: %.1f %% of the requests of %s reached Redis: these are not all hits%n",
            title, 100 * one.upstreamShare(), one.name());
      }
    }
    return series;
  }

  private Map<String, Series> compare(String title, Load load, List<Contestant> contestants)
      throws IOException {
    Map<String, Series> series = comparison.run(title, load, contestants);
    series.values().forEach(one -> scores.putRaw(title, one));
    return series;
  }

  private void putRatio(RedisFigure figure, Map<String, Series> series, String ours, String peer) {
    scores.putRatio(
        figure,
        series(series, ours),
        series(series, peer),
        round -> round.load().requestsPerSecond());
  }

  private static Series series(Map<String, Series> all, String name) {
    Series series = all.get(name);
    if (series == null) {
      throw new IllegalStateException(name + " was not measured");
    }
    return series;
  }
}
