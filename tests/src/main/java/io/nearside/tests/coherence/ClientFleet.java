package io.nearside.tests.coherence;

import io.nearside.tests.stack.FreePort;
import io.nearside.tests.stack.HazelcastServer;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarProcess;
import java.io.File;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Sidecars as processes of their own that are clients of Hazelcast members, which are processes
 * too, in front of one Redis. Blocking; one thread at a time.
 */
public final class ClientFleet implements FleetUnderTest {
  private static final Duration JOINED_WITHIN = Duration.ofSeconds(150);

  private final RedisServer redis = RedisServer.start();
  private final List<HazelcastServer> members = new ArrayList<>();
  private final List<Integer> memberPorts;
  private final List<Integer> redisPorts = new ArrayList<>();
  private final List<SidecarProcess> sidecars = new ArrayList<>();

  private ClientFleet(int memberCount) {
    memberPorts = Stream.generate(FreePort::next).limit(memberCount).toList();
  }

  /**
   * Starts all and waits until each sidecar has joined all others.
   *
   * @param memberJar the Hazelcast that each member runs
   * @param libraryJars the Hazelcast that each sidecar runs
   */
  public static ClientFleet start(int memberCount, Path memberJar, List<Path> libraryJars) {
    ClientFleet fleet = new ClientFleet(memberCount);
    try {
      for (int port : fleet.memberPorts) {
        fleet.members.add(HazelcastServer.launch(memberJar, port, fleet.memberPorts));
      }
      for (Path jar : libraryJars) {
        fleet.launch(jar);
      }
      fleet.members.forEach(member -> member.awaitMembers(memberCount));
      fleet.sidecars.forEach(SidecarProcess::awaitReady);
      fleet.awaitJoined();
      return fleet;
    } catch (RuntimeException failed) {
      fleet.close();
      throw failed;
    }
  }

  private void launch(Path hazelcast) {
    int redisPort = FreePort.next();
    String addresses =
        memberPorts.stream()
            .map(port -> "'127.0.0.1:" + port + "'")
            .collect(Collectors.joining(", "));
    String yaml =
        """
        node: {id: sidecar-%d}
        coherence: {maxStalenessMillis: 1000}
        admin: {host: 127.0.0.1, port: 0}
        redis:
          listen: {host: 127.0.0.1, port: %d}
          upstream: {url: '%s'}
        cluster:
          topology: client
          name: fleet
          secret: {value: a-secret-of-tests-only}
          client: {clusterName: %s, members: [%s]}
        """
            .formatted(
                sidecars.size(), redisPort, redis.url(), HazelcastServer.CLUSTER_NAME, addresses);
    redisPorts.add(redisPort);
    sidecars.add(SidecarProcess.launch(yaml, classPath -> with(classPath, hazelcast)));
  }

  /** The class path with this Hazelcast in place of the one in it. */
  private static String with(String classPath, Path hazelcast) {
    Stream<String> others =
        Stream.of(classPath.split(File.pathSeparator, -1))
            .flatMap(entry -> HazelcastServer.jars(Path.of(entry)))
            .filter(jar -> !HazelcastServer.isHazelcast(jar))
            .map(Path::toString);
    return Stream.concat(others, Stream.of(hazelcast.toString()))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /**
   * Waits until every sidecar lists every other and none is fenced.
   *
   * @throws IllegalStateException with the last answer when that takes too long
   */
  public void awaitJoined() {
    await("joined", answer -> lists(answer) && !isFenced(answer));
  }

  /** Waits until every sidecar says that it is fenced. */
  public void awaitFenced() {
    await("fenced", answer -> answer.contains("\"joined\":false") && isFenced(answer));
  }

  private boolean lists(String answer) {
    for (int i = 0; i < sidecars.size(); i++) {
      if (!answer.contains("\"sidecar-" + i + "\"")) {
        return false;
      }
    }
    return answer.contains("\"joined\":true");
  }

  private static boolean isFenced(String answer) {
    return answer.contains("\"fenced\":true");
  }

  private interface Answer {
    boolean isExpected(String answer);
  }

  private void await(String what, Answer expected) {
    long deadline = System.nanoTime() + JOINED_WITHIN.toNanos();
    for (SidecarProcess sidecar : sidecars) {
      String answer = cluster(sidecar);
      while (!expected.isExpected(answer)) {
        if (System.nanoTime() - deadline > 0) {
          throw new IllegalStateException(
              "not " + what + " in time: " + answer + "\n" + sidecar.log());
        }
        LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        answer = cluster(sidecar);
      }
    }
  }

  /** What it says of its cluster; why not, where it does not. */
  private static String cluster(SidecarProcess sidecar) {
    try {
      return sidecar.get("/cluster").body().replace(" ", "");
    } catch (UncheckedIOException e) {
      return String.valueOf(e.getCause());
    }
  }

  /** One of the Hazelcast members, to be harmed. */
  public HazelcastServer member(int number) {
    return members.get(number);
  }

  /** How many Hazelcast members. */
  public int memberCount() {
    return members.size();
  }

  @Override
  public int size() {
    return sidecars.size();
  }

  @Override
  public SocketAddress address(int sidecar) {
    return loopback(redisPorts.get(sidecar));
  }

  @Override
  public SocketAddress upstream() {
    return loopback(redis.port());
  }

  private static SocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  @Override
  public void kill(int sidecar) {
    sidecars.get(sidecar).kill();
  }

  @Override
  public void restart(int sidecar) {
    sidecars.get(sidecar).restart();
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
    return TrackingCut.cut(redis);
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
    return Optional.empty(); // the bus of a process is out of reach
  }

  @Override
  public void close() {
    sidecars.forEach(SidecarProcess::close);
    members.forEach(HazelcastServer::close);
    redis.close();
  }
}
