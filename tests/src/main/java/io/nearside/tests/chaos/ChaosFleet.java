package io.nearside.tests.chaos;

import io.nearside.tests.coherence.BusTampering;
import io.nearside.tests.coherence.FleetUnderTest;
import io.nearside.tests.stack.Host;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SentinelGroup;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.TamperProxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sidecars, a Redis with its replica, and three sentinels, each server on a host of its own. All
 * but the writers around reach a Redis through a hop in this process, and a sidecar reaches its
 * peers straight over the network:
 *
 * <pre>
 *   clients ──────────────► sidecar :6379 ── hop (jitter) ──► Redis
 *   writers around ─────────────────────────────────────────► Redis
 *                           sidecar :5701 ◄── nft, tc ──► sidecar :5701
 * </pre>
 *
 * The addresses may be asked from any thread.
 */
final class ChaosFleet implements FleetUnderTest {
  /** The port of every sidecar's Redis face. */
  static final int REDIS_PORT = 6379;

  /** The port of every sidecar's cluster member. */
  static final int CLUSTER_PORT = 5701;

  private static final String DISK = "disk";
  private static final int DISK_KIBIBYTES = 64;
  private static final int LOG_LINES = 10;

  /** Only the failover that a scenario makes is to happen; a busy machine looks like a dead one. */
  private static final Duration NEVER_GIVEN_UP = Duration.ofMinutes(5);

  private static final Duration GIVEN_UP_AFTER = Duration.ofSeconds(1);
  private static final Duration READY_WITHIN = Duration.ofMinutes(3);

  /** A short run is mostly starting: the second compiler would not be done before its end. */
  private static final String QUICK_START = "-XX:TieredStopAtLevel=1";

  private final Network network;
  private final SentinelGroup group;
  private volatile SocketAddress primary;
  private final List<Host> hosts = new ArrayList<>();
  private final List<TamperProxy> hops;
  private final List<String> texts = new ArrayList<>();
  private final List<SidecarProcess> sidecars = new ArrayList<>();
  private final Watch watch = new Watch();

  private ChaosFleet(Network network, SentinelGroup group, List<TamperProxy> hops) {
    this.network = network;
    this.group = group;
    this.hops = hops;
    group.givesUpAfter(NEVER_GIVEN_UP);
    this.primary = group.primary().address();
  }

  /**
   * Builds the hosts, starts everything and waits until all sidecars have joined.
   *
   * @param tracking whether the sidecars hear of the writers around them
   */
  static ChaosFleet start(int count, boolean tracking) {
    Network network = Network.build();
    List<TamperProxy> hops = new ArrayList<>();
    ChaosFleet fleet;
    try {
      Host first = network.addHost();
      Host second = network.addHost();
      Host third = network.addHost();
      SentinelGroup group =
          SentinelGroup.start(
              first, second, List.of(first, second, third), server -> hop(network, server, hops));
      fleet = new ChaosFleet(network, group, hops);
    } catch (RuntimeException failed) {
      network.close();
      throw failed;
    }
    try {
      fleet.startSidecars(count, tracking);
      return fleet;
    } catch (RuntimeException failed) {
      fleet.close();
      throw failed;
    }
  }

  private static InetSocketAddress hop(
      Network network, InetSocketAddress server, List<TamperProxy> hops) {
    try {
      TamperProxy hop = TamperProxy.between(InetAddress.getByName(network.gateway()), server);
      hops.add(hop);
      return new InetSocketAddress(network.gateway(), hop.port());
    } catch (UnknownHostException notAnAddress) {
      throw new IllegalStateException(notAnAddress);
    }
  }

  private void startSidecars(int count, boolean tracking) {
    for (int i = 0; i < count; i++) {
      hosts.add(network.addHost());
    }
    Path disk = network.smallDisk(DISK, DISK_KIBIBYTES);
    for (int i = 0; i < count; i++) {
      texts.add(
          new ChaosYaml(
                  "sidecar-" + i,
                  hosts.get(i).address(),
                  group.nodes(),
                  tracking,
                  disk.resolve("hot-" + i),
                  hosts.stream().map(Host::address).toList())
              .text());
      sidecars.add(SidecarProcess.launch(hosts.get(i), texts.get(i), QUICK_START));
    }
    sidecars.forEach(sidecar -> sidecar.awaitReady(READY_WITHIN));
    watch.awaitWhole(this);
  }

  @Override
  public int size() {
    return sidecars.size();
  }

  /** A sidecar's process as it is now. */
  SidecarProcess sidecar(int sidecar) {
    return sidecars.get(sidecar);
  }

  /** The host of a sidecar. */
  Host host(int sidecar) {
    return hosts.get(sidecar);
  }

  /** What lies between Redis and whoever asks the sentinels for it. */
  List<TamperProxy> hops() {
    return hops;
  }

  /** The disk that all sidecars keep their hot lists on. */
  Path disk() {
    return network.folder().resolve(DISK);
  }

  Network network() {
    return network;
  }

  /** What can be seen of the sidecars from outside. */
  Watch watch() {
    return watch;
  }

  /**
   * Ends a sidecar and starts it otherwise: its process is another one from now on.
   *
   * @param words before its command, such as {@code env NAME=VALUE}
   * @param jvmFlags after those of the launcher
   */
  void replace(int sidecar, List<String> words, String... jvmFlags) {
    sidecars.get(sidecar).close();
    List<String> flags = new ArrayList<>(List.of(QUICK_START));
    flags.addAll(List.of(jvmFlags));
    SidecarProcess other =
        SidecarProcess.launch(
            hosts.get(sidecar).within(words), texts.get(sidecar), flags.toArray(String[]::new));
    sidecars.set(sidecar, other);
    other.awaitReady(READY_WITHIN);
  }

  @Override
  public SocketAddress address(int sidecar) {
    return new InetSocketAddress(hosts.get(sidecar).address(), REDIS_PORT);
  }

  @Override
  public SocketAddress upstream() {
    return primary;
  }

  @Override
  public void kill(int sidecar) {
    sidecars.get(sidecar).kill();
  }

  @Override
  public void restart(int sidecar) {
    sidecars.get(sidecar).relaunch();
    sidecars.get(sidecar).awaitReady(READY_WITHIN);
  }

  @Override
  public void pause(int sidecar) {
    sidecars.get(sidecar).pause();
  }

  @Override
  public void resume(int sidecar) {
    sidecars.get(sidecar).resume();
  }

  @Override
  public int cutTracking() {
    throw new UnsupportedOperationException("cut the network instead");
  }

  @Override
  public void killUpstream() {
    group.primary().kill();
  }

  @Override
  public void restartUpstream() {
    throw new UnsupportedOperationException("the sentinels promote the replica");
  }

  @Override
  public void pauseUpstream() {
    group.primary().pause();
  }

  @Override
  public void resumeUpstream() {
    group.primary().resume();
  }

  /**
   * Kills the primary and waits until the sentinels have promoted the replica, which is the
   * upstream then.
   *
   * @return the killed one; it becomes the replica when it is restarted
   */
  RedisServer failOver() {
    RedisServer before = group.primary();
    group.givesUpAfter(GIVEN_UP_AFTER);
    before.kill();
    group.awaitPrimaryOtherThan(before);
    group.givesUpAfter(NEVER_GIVEN_UP);
    primary = group.primary().address();
    return before;
  }

  /**
   * Says so when the sentinels have taken a slow primary for a dead one: then writes were lost that
   * the run counts on.
   *
   * @throws IllegalStateException when the primary is not the one that it should be
   */
  void requireSamePrimary() {
    SocketAddress now = group.primary().address();
    if (!now.equals(primary)) {
      throw new IllegalStateException("the sentinels have promoted " + now + " by themselves");
    }
  }

  @Override
  public Optional<BusTampering> bus() {
    return Optional.empty(); // the network is where this fleet's bus is spoilt
  }

  @Override
  public String metrics(int sidecar) {
    return watch.text(this, sidecar, "/metrics").orElse("");
  }

  /** The last lines of every sidecar's log, stack traces left out, for a failure's message. */
  String logs() {
    StringBuilder logs = new StringBuilder();
    for (int i = 0; i < sidecars.size(); i++) {
      List<String> log =
          sidecars.get(i).log().lines().filter(line -> !line.startsWith("\tat ")).toList();
      logs.append("--- sidecar ").append(i).append('\n');
      log.subList(Math.max(0, log.size() - LOG_LINES), log.size())
          .forEach(line -> logs.append(line).append('\n'));
    }
    return logs.toString();
  }

  @Override
  public void close() {
    sidecars.forEach(SidecarProcess::close);
    hops.forEach(TamperProxy::close);
    group.close();
    watch.close();
    network.close();
  }
}
