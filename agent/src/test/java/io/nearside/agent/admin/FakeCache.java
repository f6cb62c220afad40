package io.nearside.agent.admin;

import io.nearside.agent.cache.CacheStatistics;
import io.nearside.agent.cache.Key;
import io.nearside.agent.cache.NearCache;
import io.nearside.agent.cache.RefusedFill;
import io.nearside.agent.cache.warm.WarmProgress;
import io.nearside.config.CachePolicy;
import io.nearside.config.Consistency;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A near-cache of the real kind behind a policy for {@code user:*}; notes what it is asked. */
final class FakeCache implements CacheOperations {
  static final CachePolicy POLICY =
      new CachePolicy("user:*", true, 60_000, Consistency.EVENTUAL, true, 0);

  final NearCache cache = new NearCache(1 << 20, 1 << 16, 4, System::nanoTime);
  final List<String> asked = new ArrayList<>();
  volatile boolean fenceOpen = true;
  volatile boolean warmable = true;

  /** As if a client had read it. */
  void fill(int database, String key) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    var probe = new Key.Probe().set(database, bytes, 0, bytes.length);
    var fill = cache.beginFill(probe, 0, ("GET " + key).getBytes(StandardCharsets.UTF_8));
    if (fill == null || !cache.commit(fill, new byte[] {'+', 'x', '\r', '\n'}, 60_000)) {
      throw new IllegalStateException("not filled");
    }
  }

  @Override
  public Future<CacheOverview> overview() {
    Map<RefusedFill, Long> refused = new EnumMap<>(RefusedFill.class);
    refused.put(RefusedFill.FENCED, 3L);
    var statistics = new CacheStatistics(1, 200, 1000, 5, 6, 7, 8, refused);
    return Future.succeededFuture(new CacheOverview(true, fenceOpen, 90, 10, 0, 2, statistics));
  }

  @Override
  public KeyExplanation explain(int database, byte[] key) {
    return new KeyExplanation(
        cache.describe(
            new Key.Probe().set(database, key, 0, key.length),
            frame -> new String(frame, StandardCharsets.UTF_8)),
        true,
        new String(key, StandardCharsets.ISO_8859_1).startsWith("user:") ? POLICY : null,
        fence(),
        cache.epoch());
  }

  FenceReport fence() {
    return new FenceReport(
        fenceOpen,
        List.of(
            new FenceReport.Source("bus", fenceOpen, fenceOpen ? 700 : -5, "a test says so"),
            new FenceReport.Source("role", true, FenceReport.ALWAYS, "primary")));
  }

  @Override
  public boolean invalidateKey(int database, byte[] key, boolean fleet) {
    asked.add("key " + database + " " + Arrays.toString(key) + " " + fleet);
    boolean held = explain(database, key).key().held();
    cache.invalidate(new Key.Stored(database, key), BY);
    return held;
  }

  @Override
  public int invalidateMatching(String glob, boolean fleet) {
    asked.add("glob " + glob + " " + fleet);
    return 3;
  }

  @Override
  public WarmProgress warming() {
    return new WarmProgress(
        WarmProgress.Phase.WARM, true, "peers", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
  }

  @Override
  public boolean warm(List<String> patterns, List<String> keys) {
    asked.add("warm " + patterns + " " + keys);
    return warmable;
  }

  @Override
  public long invalidateAll(boolean fleet) {
    asked.add("all " + fleet);
    return cache.moveEpoch();
  }
}
