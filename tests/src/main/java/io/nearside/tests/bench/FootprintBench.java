package io.nearside.tests.bench;

import io.nearside.tests.image.ImageStart;
import io.nearside.tests.image.RootFilesystem;
import io.nearside.tests.image.StartGate;
import io.nearside.tests.stack.FreePort;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.PostgresYaml;
import io.nearside.tests.stack.ProcFigures;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.SidecarYaml;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Every figure of {@code bench footprint}. A first sidecar of the image stands all the time; the
 * measured one is started beside it, looked at, and ended, in turn with the AOT cache and without.
 */
final class FootprintBench {
  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final Duration SETTLE = Duration.ofSeconds(2);
  private static final int CONNECTIONS = 1_000;
  private static final String WITHOUT = "without aot";
  private static final double MIB = 1 << 20;

  /** Stands for the container's memory limit, of which the image takes its share as heap. */
  private static final String CONTAINER = "-XX:MaxRAM=256m";

  private static final String NO_CACHE = "-XX:AOTMode=off";

  private final RootFilesystem tree;
  private final int rounds;
  private final boolean startsOnly;
  private final List<String> flags;
  private final Scoreboard scores;
  private final PrintWriter out;

  FootprintBench(
      RootFilesystem tree,
      int rounds,
      boolean startsOnly,
      List<String> flags,
      Scoreboard scores,
      PrintWriter out) {
    this.tree = tree;
    this.rounds = rounds;
    this.startsOnly = startsOnly;
    this.flags = List.copyOf(flags);
    this.scores = scores;
    this.out = out;
  }

  void run() throws IOException {
    Path users = Files.createTempDirectory("nearside-users-");
    Files.setPosixFilePermissions(users, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (RedisServer redis = RedisServer.start();
        PostgresServer postgres = PostgresServer.start()) {
      PostgresYaml face = PostgresYaml.inFrontOf(users, List.of("127.0.0.1:" + postgres.port()));
      List<Integer> buses = List.of(FreePort.next(), FreePort.next());
      SidecarYaml base = SidecarYaml.alone(redis.url());
      FootprintLoad load = new FootprintLoad(redis);
      load.fill();
      String first =
          text(base.withPostgres(face).member("first", FreePort.next(), buses.getFirst(), buses));
      try (SidecarProcess peer = ImageStart.launch(tree, first, List.of(users), flags(true))) {
        peer.awaitReady();
        Samples with = new Samples();
        Samples without = new Samples();
        for (int round = 1; round <= rounds; round++) {
          for (boolean cache : List.of(true, false)) {
            Target target =
                new Target(
                    (cache ? "with-" : "without-") + round,
                    base,
                    face.onPort(FreePort.next()),
                    FreePort.next(),
                    buses,
                    users,
                    peer,
                    cache);
            Map<FootprintFigure, Double> measured = measure(target, load);
            (cache ? with : without).add(measured);
            out.printf(
                Locale.ROOT,
                "round %d/%d %-11s %s%n",
                round,
                rounds,
                cache ? "with aot" : WITHOUT,
                line(measured));
            out.flush();
          }
        }
        for (FootprintFigure figure : with.figures()) {
          scores.putBeside(figure, with.median(figure), WITHOUT, without.median(figure));
        }
      }
    } finally {
      Files.deleteIfExists(users.resolve("userlist.txt"));
      Files.deleteIfExists(users);
    }
    long cache = Files.size(tree.folder().resolve(RootFilesystem.AOT_CACHE.substring(1)));
    scores.putBeside(
        FootprintFigure.IMAGE_MB, tree.bytes() / 1e6, WITHOUT, (tree.bytes() - cache) / 1e6);
  }

  /** One start of the measured sidecar. */
  private record Target(
      String nodeId,
      SidecarYaml base,
      PostgresYaml face,
      int redisPort,
      List<Integer> buses,
      Path users,
      SidecarProcess peer,
      boolean cache) {
    String yaml() {
      return text(base.withPostgres(face).member(nodeId, redisPort, buses.getLast(), buses));
    }
  }

  private Map<FootprintFigure, Double> measure(Target target, FootprintLoad load)
      throws IOException {
    Map<FootprintFigure, Double> measured = new EnumMap<>(FootprintFigure.class);
    try (StartGate gate = StartGate.make();
        SidecarProcess sidecar =
            ImageStart.launch(
                gate, tree, target.yaml(), List.of(target.users()), flags(target.cache()))) {
      gate.awaitReached(sidecar);
      try (var starts =
          new StartClock(
              target.nodeId(), target.redisPort(), target.face().port(), target.peer())) {
        gate.open();
        measured.putAll(starts.await(sidecar));
      }
      sidecar.awaitReady();
      if (!startsOnly) {
        memory(sidecar, load, measured);
      }
      sidecar.stop();
    }
    return measured;
  }

  private static void memory(
      SidecarProcess sidecar, FootprintLoad load, Map<FootprintFigure, Double> measured)
      throws IOException {
    LockSupport.parkNanos(IDLE.toNanos());
    measured.put(FootprintFigure.IDLE_RSS_MIB, sidecar.residentBytes() / MIB);
    measured.put(FootprintFigure.IDLE_PSS_MIB, ProcFigures.proportionalBytes(sidecar.pid()) / MIB);
    List<RawRedis> connections = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        RawRedis connection = RawRedis.connect(sidecar.redisPort());
        connections.add(connection);
        connection.ask("GET", FootprintLoad.key(0));
      }
      LockSupport.parkNanos(SETTLE.toNanos());
      measured.put(FootprintFigure.RSS_1000_CONNECTIONS_MIB, sidecar.residentBytes() / MIB);
    } finally {
      connections.forEach(RawRedis::close);
    }
    load.run(sidecar);
    LockSupport.parkNanos(SETTLE.toNanos());
    measured.put(FootprintFigure.RSS_AFTER_HITS_MIB, sidecar.residentBytes() / MIB);
    JsonObject cache = new JsonObject(sidecar.get("/cache").body());
    if (cache.getLong("hits") < FootprintLoad.HITS) {
      throw new IllegalStateException("these were no hits: " + cache.encode());
    }
  }

  private List<String> flags(boolean cache) {
    List<String> all = new ArrayList<>(List.of(CONTAINER));
    all.addAll(flags);
    if (!cache) {
      all.add(NO_CACHE);
    }
    return all;
  }

  /** Cache and tracking on, 32 MiB of near-cache. */
  private static String text(SidecarYaml yaml) {
    return yaml.text().replace("cache: {enabled: true", "cache: {maxBytes: 32MiB, enabled: true");
  }

  private static String line(Map<FootprintFigure, Double> measured) {
    var line = new StringBuilder();
    measured.forEach(
        (figure, value) ->
            line.append(String.format(Locale.ROOT, " %s=%.0f", figure.label(), value)));
    return line.toString().strip();
  }

  /** What was measured in each round. */
  private static final class Samples {
    private final List<Map<FootprintFigure, Double>> rounds = new ArrayList<>();

    void add(Map<FootprintFigure, Double> round) {
      rounds.add(round);
    }

    List<FootprintFigure> figures() {
      return List.copyOf(rounds.getFirst().keySet());
    }

    double median(FootprintFigure figure) {
      return Series.median(
          rounds.stream().mapToDouble(round -> round.getOrDefault(figure, Double.NaN)).toArray());
    }
  }
}
