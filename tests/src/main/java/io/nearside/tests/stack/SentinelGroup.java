package io.nearside.tests.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * A real primary, one replica, and three sentinels that watch them: child processes on loopback
 * ports. A server that was killed and restarted becomes a replica of the other. Blocking; one
 * thread at a time.
 */
public final class SentinelGroup implements AutoCloseable {
  /** The name by which the sentinels know the primary. */
  public static final String MASTER = "tests";

  private static final int SENTINELS = 3;
  private static final int QUORUM = 2;
  private static final int DOWN_AFTER_MILLIS = 1_000;
  private static final int FAILOVER_TIMEOUT_MILLIS = 10_000;
  private static final Duration READY_WITHIN = Duration.ofSeconds(30);

  private final List<RedisServer> servers = new ArrayList<>();
  private final List<Integer> sentinelPorts = new ArrayList<>();
  private final List<ChildProcess> sentinels = new ArrayList<>();
  private final Path folder;

  private SentinelGroup(Path folder) {
    this.folder = folder;
  }

  /**
   * Starts all of them and waits until each sentinel knows the replica and the other sentinels.
   *
   * @throws IllegalStateException when they do not find each other
   */
  public static SentinelGroup start() {
    try {
      var group = new SentinelGroup(Files.createTempDirectory("nearside-sentinel-"));
      try {
        group.open();
        return group;
      } catch (IOException | RuntimeException failed) {
        group.close();
        throw failed;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the sentinels", e);
    }
  }

  private void open() throws IOException {
    String quick = "1";
    RedisServer primary = RedisServer.start("--repl-diskless-sync-delay", "0");
    servers.add(primary);
    servers.add(
        RedisServer.start(
            "--repl-diskless-sync-delay",
            "0",
            "--repl-ping-replica-period",
            quick,
            "--replicaof",
            "127.0.0.1",
            Integer.toString(primary.port())));
    for (int i = 0; i < SENTINELS; i++) {
      sentinelPorts.add(FreePort.next());
      sentinels.add(launch(i, primary.port()));
    }
    for (int port : sentinelPorts) {
      await(
          "sentinel " + port + " knows the others",
          () -> {
            String state = ask(port, "SENTINEL", "MASTER", MASTER);
            return field(state, "num-slaves").equals("1")
                && field(state, "num-other-sentinels").equals(Integer.toString(SENTINELS - 1))
                && ask(port, "SENTINEL", "REPLICAS", MASTER)
                    .contains("master-link-status\r\n$2\r\nok");
          });
    }
  }

  private ChildProcess launch(int index, int primaryPort) throws IOException {
    Path own = Files.createDirectory(folder.resolve(Integer.toString(index)));
    Path file = own.resolve("sentinel.conf");
    Files.writeString(
        file,
        """
        port %d
        bind 127.0.0.1
        dir %s
        sentinel monitor %s 127.0.0.1 %d %d
        sentinel down-after-milliseconds %s %d
        sentinel failover-timeout %s %d
        """
            .formatted(
                sentinelPorts.get(index),
                own,
                MASTER,
                primaryPort,
                QUORUM,
                MASTER,
                DOWN_AFTER_MILLIS,
                MASTER,
                FAILOVER_TIMEOUT_MILLIS));
    return ChildProcess.start(
        List.of(RedisBinary.path().toString(), file.toString(), "--sentinel"),
        own,
        own.resolve("sentinel.log"));
  }

  /** The sentinels, as {@code redis.upstream.sentinel.nodes} takes them from the environment. */
  public String nodes() {
    return sentinelPorts.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
  }

  /** The server that the sentinels name as the primary. */
  public RedisServer primary() {
    int port = primaryPort();
    return servers.stream().filter(server -> server.port() == port).findFirst().orElseThrow();
  }

  private int primaryPort() {
    for (int sentinel : sentinelPorts) {
      String[] lines =
          ask(sentinel, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER).split("\r\n", -1);
      if (lines.length > 4) {
        return Integer.parseInt(lines[4]);
      }
    }
    throw new IllegalStateException("no sentinel answers");
  }

  /** Changes the roles in order: the replica is promoted, the primary demoted. Waits for it. */
  public void failover() {
    RedisServer before = primary();
    await(
        "the failover begins",
        () -> ask(sentinelPorts.getFirst(), "SENTINEL", "FAILOVER", MASTER).startsWith("+OK"));
    awaitPrimaryOtherThan(before);
  }

  /** Waits until the sentinels have promoted another server than this, and it says so itself. */
  public void awaitPrimaryOtherThan(RedisServer before) {
    await(
        "another primary than " + before.port(),
        () -> primaryPort() != before.port() && primary().command("ROLE").contains("master"));
  }

  /** Ends one sentinel at once (SIGKILL). */
  public void killSentinel(int index) {
    sentinels.get(index).kill();
  }

  private static String ask(int port, String... command) {
    try (RawRedis connection = RawRedis.connect(port)) {
      return connection.ask(command);
    } catch (IOException notYet) {
      return "";
    }
  }

  /** The value after {@code name} in a flat reply of bulk strings; empty without it. */
  private static String field(String reply, String name) {
    List<String> lines = reply.lines().toList();
    int at = lines.indexOf(name);
    return at >= 0 && at + 2 < lines.size() ? lines.get(at + 2).toLowerCase(Locale.ROOT) : "";
  }

  private interface Condition {
    boolean holds();
  }

  private void await(String what, Condition condition) {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("not within " + READY_WITHIN + ": " + what);
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  @Override
  public void close() {
    sentinels.forEach(ChildProcess::kill);
    servers.forEach(RedisServer::close);
    ChildProcess.removeTree(folder);
  }
}
