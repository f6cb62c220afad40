package io.nearside.tests.chaos;

import io.nearside.tests.coherence.BusTampering;
import io.nearside.tests.coherence.FleetUnderTest;
import io.nearside.tests.stack.Host;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.TamperProxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sidecars and a Redis, each on a host of its own. A sidecar reaches Redis through a hop in this
 * process, and its peers straight over the network:
 *
 * <pre>
 *   clients ──────────────► sidecar N :6379 ── hop N (jitter) ──► Redis :6379
 *   writers around ──────────────────────────────────────────────► Redis :6379
 *                           sidecar N :5701 ◄── nft, tc ──► sidecar M :5701
 * </pre>
 *
 * The addresses may be asked from any thread.
 */
final class ChaosFleet implements FleetUnderTest {
  /** The port of Redis and of every sidecar's Redis face. */
  static final int REDIS_PORT = 6379;

  /** The port of every sidecar's cluster member. */
  static final int CLUSTER_PORT = 5701;

  private static final Duration READY_WITHIN = Duration.ofMinutes(3);

  /** A short run is mostly starting: the second compiler would not be done before its end. */
  private static final String QUICK_START = "-XX:TieredStopAtLevel=1";

  private final Network network;
  private final RedisServer redis;
  private final List<Host> hosts = new ArrayList<>();
  private final List<TamperProxy> hops = new ArrayList<>();
  private final List<String> texts = new ArrayList<>();
  private final List<SidecarProcess> sidecars = new ArrayList<>();
  private final Watch watch = new Watch();

  private ChaosFleet(Network network, RedisServer redis) {
    this.network = network;
    this.redis = redis;
  }

  /**
   * Builds the hosts, starts everything and waits until all sidecars have joined.
   *
   * @param maxStalenessMillis what the sidecars are told; what they are judged by is the run's
   */
  static ChaosFleet start(int count, int maxStalenessMillis) {
    Network network = Network.build();
    ChaosFleet fleet;
    try {
      fleet = new ChaosFleet(network, RedisServer.startOn(network.addHost(), REDIS_PORT));
    } catch (RuntimeException failed) {
      network.close();
      throw failed;
    }
    try {
      fleet.startSidecars(count, maxStalenessMillis);
      return fleet;
    } catch (RuntimeException failed) {
      fleet.close();
      throw failed;
    }
  }

  private void startSidecars(int count, int maxStalenessMillis) {
    for (int i = 0; i < count; i++) {
      hosts.add(network.addHost());
    }
    for (int i = 0; i < count; i++) {
      TamperProxy hop = TamperProxy.between(gateway(), redis.address());
      hops.add(hop);
      texts.add(
          new ChaosYaml(
                  "sidecar-" + i,
                  hosts.get(i).address(),
                  "redis://" + network.gateway() + ":" + hop.port(),
                  maxStalenessMillis,
                  hosts.stream().map(Host::address).toList())
              .text());
      sidecars.add(SidecarProcess.launch(hosts.get(i), texts.get(i), QUICK_START));
    }
    sidecars.forEach(sidecar -> sidecar.awaitReady(READY_WITHIN));
    watch.awaitWhole(this);
  }

  private InetAddress gateway() {
    try {
      return InetAddress.getByName(network.gateway());
    } catch (UnknownHostException notAnAddress) {
      throw new IllegalStateException(notAnAddress);
    }
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

  /** What lies between a sidecar and Redis. */
  TamperProxy hop(int sidecar) {
    return hops.get(sidecar);
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
    return redis.address();
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
    redis.kill();
  }

  @Override
  public void restartUpstream() {
    redis.restart();
  }

  @Override
  public void pauseUpstream() {
    redis.pause();
  }

  @Override
  public void resumeUpstream() {
    redis.resume();
  }

  @Override
  public Optional<BusTampering> bus() {
    return Optional.empty(); // the network is where this fleet's bus is spoilt
  }

  /** The last lines of every sidecar's log, for a failure's message. */
  String logs(int lines) {
    StringBuilder logs = new StringBuilder();
    for (int i = 0; i < sidecars.size(); i++) {
      List<String> log = sidecars.get(i).log().lines().toList();
      logs.append("--- sidecar ").append(i).append('\n');
      log.subList(Math.max(0, log.size() - lines), log.size())
          .forEach(line -> logs.append(line).append('\n'));
    }
    return logs.toString();
  }

  @Override
  public void close() {
    sidecars.forEach(SidecarProcess::close);
    hops.forEach(TamperProxy::close);
    redis.close();
    watch.close();
    network.close();
  }
}
