package io.nearside.tests.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A real primary, one replica, and three sentinels that watch them: child processes on loopback
 * ports where not said otherwise. A server that was killed and restarted becomes a replica of the
 * other. Blocking; one thread at a time.
 */
public final class SentinelGroup implements AutoCloseable {
  /** The name by which the sentinels know the primary. */
  public static final String MASTER = "tests";

  private static final int QUORUM = 2;
  private static final int DOWN_AFTER_MILLIS = 1_000;
  private static final int FAILOVER_TIMEOUT_MILLIS = 10_000;
  private static final Duration READY_WITHIN = Duration.ofSeconds(30);

  private final List<Server> servers = new ArrayList<>();
  private final List<Sentinel> sentinels = new ArrayList<>();
  private final Path folder;

  private SentinelGroup(Path folder) {
    this.folder = folder;
  }

  /** A server, and the address at which all others are told to reach it. */
  private record Server(RedisServer redis, InetSocketAddress announced) {}

  private record Sentinel(Host host, int port, ChildProcess process) {
    String address() {
      return host.address() + ":" + port;
    }
  }

  /**
   * Starts all of them and waits until each sentinel knows the replica and the other sentinels.
   *
   * @throws IllegalStateException when they do not find each other
   */
  public static SentinelGroup start() {
    return start(Host.LOCAL, Host.LOCAL, Collections.nCopies(3, Host.LOCAL), real -> real);
  }

  /**
   * The same on other hosts.
   *
   * @param announced the address at which sidecars, sentinels and the other server are to reach the
   *     server at a given one: its own, or that of a proxy before it
   */
  public static SentinelGroup start(
      Host primary,
      Host replica,
      List<Host> sentinelHosts,
      UnaryOperator<InetSocketAddress> announced) {
    try {
      var group = new SentinelGroup(Files.createTempDirectory("nearside-sentinel-"));
      try {
        group.open(primary, replica, sentinelHosts, announced);
        return group;
      } catch (IOException | RuntimeException failed) {
        group.close();
        throw failed;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the sentinels", e);
    }
  }

  private void open(
      Host primary,
      Host replica,
      List<Host> sentinelHosts,
      UnaryOperator<InetSocketAddress> announced)
      throws IOException {
    InetSocketAddress first = addServer(primary, announced);
    String period = "1";
    addServer(
        replica,
        announced,
        "--repl-ping-replica-period",
        period,
        "--replicaof",
        first.getHostString(),
        Integer.toString(first.getPort()));
    for (Host host : sentinelHosts) {
      sentinels.add(launch(host, sentinels.size(), first));
    }
    String others = Integer.toString(sentinels.size() - 1);
    for (Sentinel sentinel : sentinels) {
      await(
          "sentinel " + sentinel.address() + " knows the others",
          () -> {
            String state = ask(sentinel, "SENTINEL", "MASTER", MASTER);
            return field(state, "num-slaves").equals("1")
                && field(state, "num-other-sentinels").equals(others)
                && ask(sentinel, "SENTINEL", "REPLICAS", MASTER)
                    .contains("master-link-status\r\n$2\r\nok");
          });
    }
  }

  private InetSocketAddress addServer(
      Host host, UnaryOperator<InetSocketAddress> announced, String... more) {
    int port = FreePort.next();
    InetSocketAddress address = announced.apply(new InetSocketAddress(host.address(), port));
    List<String> options = new ArrayList<>(List.of("--repl-diskless-sync-delay", "0"));
    options.addAll(List.of("--replica-announce-ip", address.getHostString()));
    options.addAll(List.of("--replica-announce-port", Integer.toString(address.getPort())));
    options.addAll(List.of(more));
    RedisServer server = RedisServer.startOn(host, port, options.toArray(String[]::new));
    servers.add(new Server(server, address));
    return address;
  }

  private Sentinel launch(Host host, int index, InetSocketAddress primary) throws IOException {
    int port = FreePort.next();
    Path own = Files.createDirectory(folder.resolve(Integer.toString(index)));
    Path file = own.resolve("sentinel.conf");
    Files.writeString(
        file,
        """
        port %d
        bind %s
        protected-mode no
        dir %s
        sentinel monitor %s %s %d %d
        sentinel down-after-milliseconds %s %d
        sentinel failover-timeout %s %d
        """
            .formatted(
                port,
                host.address(),
                own,
                MASTER,
                primary.getHostString(),
                primary.getPort(),
                QUORUM,
                MASTER,
                DOWN_AFTER_MILLIS,
                MASTER,
                FAILOVER_TIMEOUT_MILLIS));
    List<String> command = List.of(RedisBinary.path().toString(), file.toString(), "--sentinel");
    ChildProcess process =
        ChildProcess.start(host.command(command), own, own.resolve("sentinel.log"));
    return new Sentinel(host, port, process);
  }

  /** The sentinels, as {@code redis.upstream.sentinel.nodes} takes them from the environment. */
  public String nodes() {
    return sentinels.stream().map(Sentinel::address).collect(Collectors.joining(","));
  }

  /** The server that the sentinels name as the primary. */
  public RedisServer primary() {
    int port = primaryPort();
    return servers.stream()
        .filter(server -> server.announced().getPort() == port)
        .map(Server::redis)
        .findFirst()
        .orElseThrow();
  }

  private int primaryPort() {
    for (Sentinel sentinel : sentinels) {
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
        () -> ask(sentinels.getFirst(), "SENTINEL", "FAILOVER", MASTER).startsWith("+OK"));
    awaitPrimaryOtherThan(before);
  }

  /** Waits until the sentinels have promoted another server than this, and it says so itself. */
  public void awaitPrimaryOtherThan(RedisServer before) {
    await(
        "another primary than " + before.port(),
        () -> primary().port() != before.port() && primary().command("ROLE").contains("master"));
  }

  /** From now on a server that is silent for so long is dead to the sentinels. */
  public void givesUpAfter(Duration silence) {
    String millis = Long.toString(silence.toMillis());
    for (Sentinel sentinel : sentinels) {
      String answer = ask(sentinel, "SENTINEL", "SET", MASTER, "down-after-milliseconds", millis);
      if (!answer.startsWith("+OK")) {
        throw new IllegalStateException(sentinel.address() + " says " + answer);
      }
    }
  }

  /** Ends one sentinel at once (SIGKILL). */
  public void killSentinel(int index) {
    sentinels.get(index).process().kill();
  }

  private static String ask(Sentinel sentinel, String... command) {
    var address = new InetSocketAddress(sentinel.host().address(), sentinel.port());
    try (RawRedis connection = RawRedis.connect(address)) {
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
    sentinels.forEach(sentinel -> sentinel.process().kill());
    servers.forEach(server -> server.redis().close());
    ChildProcess.removeTree(folder);
  }
}
