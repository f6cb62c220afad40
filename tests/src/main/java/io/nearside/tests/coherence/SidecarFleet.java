package io.nearside.tests.coherence;

import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarCluster;
import io.nearside.tests.stack.SidecarYaml;
import io.nearside.tests.stack.TamperProxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Sidecars as processes of their own, joined through Hazelcast, in front of one Redis. */
public final class SidecarFleet implements FleetUnderTest {
  private final RedisServer redis;
  private final List<TamperProxy> links;
  private final SidecarCluster cluster;

  private SidecarFleet(RedisServer redis, List<TamperProxy> links, SidecarCluster cluster) {
    this.redis = redis;
    this.links = List.copyOf(links);
    this.cluster = cluster;
  }

  /**
   * Starts all and waits until they have joined.
   *
   * @param change what is to be otherwise than the defaults
   */
  public static SidecarFleet start(int count, UnaryOperator<SidecarYaml> change) {
    RedisServer redis = RedisServer.start();
    try {
      SidecarYaml yaml = change.apply(SidecarYaml.alone(redis.url()));
      return new SidecarFleet(redis, List.of(), SidecarCluster.start(count, yaml));
    } catch (RuntimeException failed) {
      redis.close();
      throw failed;
    }
  }

  /** As {@link #start}, each sidecar with a way of its own to the upstream that can be spoilt. */
  public static SidecarFleet startWithLinks(int count, UnaryOperator<SidecarYaml> change) {
    RedisServer redis = RedisServer.start();
    List<TamperProxy> links = new ArrayList<>();
    try {
      SidecarYaml yaml = change.apply(SidecarYaml.alone(redis.url()));
      List<SidecarYaml> each = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        links.add(TamperProxy.inFrontOf(redis.port()));
        each.add(yaml.withUpstream("redis://127.0.0.1:" + links.getLast().port()));
      }
      return new SidecarFleet(redis, links, SidecarCluster.start(each));
    } catch (RuntimeException failed) {
      links.forEach(TamperProxy::close);
      redis.close();
      throw failed;
    }
  }

  @Override
  public int size() {
    return cluster.size();
  }

  @Override
  public SocketAddress address(int sidecar) {
    return loopback(cluster.redisPort(sidecar));
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
    cluster.get(sidecar).kill();
  }

  @Override
  public void restart(int sidecar) {
    cluster.get(sidecar).restart();
  }

  @Override
  public void pause(int sidecar) {
    cluster.get(sidecar).pause();
  }

  @Override
  public void resume(int sidecar) {
    cluster.get(sidecar).resume();
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
  public Optional<TamperProxy> link(int sidecar) {
    return links.isEmpty() ? Optional.empty() : Optional.of(links.get(sidecar));
  }

  @Override
  public String metrics(int sidecar) {
    return cluster.get(sidecar).get("/metrics").body();
  }

  /** The logs of all sidecars, for a failure's message. */
  public String logs() {
    StringBuilder logs = new StringBuilder();
    for (int i = 0; i < cluster.size(); i++) {
      logs.append("--- sidecar ").append(i).append('\n').append(cluster.get(i).log());
    }
    return logs.toString();
  }

  @Override
  public void close() {
    cluster.close();
    links.forEach(TamperProxy::close);
    redis.close();
  }
}
