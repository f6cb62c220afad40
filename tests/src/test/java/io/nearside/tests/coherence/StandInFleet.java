package io.nearside.tests.coherence;

import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.TamperProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Things of known behaviour in place of sidecars, to prove the run and its checker: plain proxies
 * keep every promise whatever is done to them, naive caches do not.
 */
final class StandInFleet implements FleetUnderTest {
  private final RedisServer redis = RedisServer.start();
  private final List<TamperProxy> plain = new ArrayList<>();
  private final List<NaiveCachingProxy> naive = new ArrayList<>();

  private StandInFleet() {}

  static StandInFleet ofPlainProxies(int count) {
    StandInFleet fleet = new StandInFleet();
    for (int i = 0; i < count; i++) {
      fleet.plain.add(TamperProxy.inFrontOf(fleet.redis.port()));
    }
    return fleet;
  }

  static StandInFleet ofNaiveCaches(int count, Duration keep, boolean hearOwnWrites)
      throws IOException {
    StandInFleet fleet = new StandInFleet();
    for (int i = 0; i < count; i++) {
      fleet.naive.add(new NaiveCachingProxy(fleet.redis.port(), keep, hearOwnWrites));
    }
    return fleet;
  }

  @Override
  public int size() {
    return plain.size() + naive.size();
  }

  @Override
  public SocketAddress address(int sidecar) {
    return naive.isEmpty() ? loopback(plain.get(sidecar).port()) : naive.get(sidecar).address();
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
    plain.get(sidecar).refuse(true);
    plain.get(sidecar).cutAll(TamperProxy.Cut.RESET);
  }

  @Override
  public void restart(int sidecar) {
    plain.get(sidecar).refuse(false);
  }

  @Override
  public void pause(int sidecar) {
    plain.get(sidecar).freeze(true);
  }

  @Override
  public void resume(int sidecar) {
    plain.get(sidecar).freeze(false);
  }

  @Override
  public int cutTracking() {
    return 0;
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
    return Optional.empty();
  }

  @Override
  public void close() {
    plain.forEach(TamperProxy::close);
    try {
      for (NaiveCachingProxy proxy : naive) {
        proxy.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      redis.close();
    }
  }
}
