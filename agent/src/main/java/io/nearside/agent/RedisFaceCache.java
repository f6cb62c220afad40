package io.nearside.agent;

import io.nearside.agent.admin.CacheOperations;
import io.nearside.agent.admin.CacheOverview;
import io.nearside.agent.admin.FenceReport;
import io.nearside.agent.admin.KeyExplanation;
import io.nearside.agent.admin.Printable;
import io.nearside.agent.cache.Key;
import io.nearside.agent.cache.warm.WarmProgress;
import io.nearside.agent.redis.Fence;
import io.nearside.agent.redis.RedisFace;
import io.nearside.agent.redis.command.RedisGlob;
import io.nearside.agent.redis.resp.RequestFrame;
import io.nearside.agent.redis.resp.RequestScanner;
import io.nearside.agent.redis.resp.RespLimits;
import io.nearside.cluster.EpochReason;
import io.nearside.config.CachePolicy;
import io.nearside.config.NearsideConfig;
import io.vertx.core.Future;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Supplier;

/** The Redis face's near-cache, as people may ask of it. Safe from any thread. */
final class RedisFaceCache implements CacheOperations {
  private static final int ARGUMENTS_SHOWN = 16;
  private static final int ARGUMENT_BYTES_SHOWN = 64;
  private static final RespLimits NO_LIMITS =
      new RespLimits(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);

  private final RedisFace face;
  private final Supplier<NearsideConfig> config;

  RedisFaceCache(RedisFace face, Supplier<NearsideConfig> config) {
    this.face = face;
    this.config = config;
  }

  @Override
  public Future<CacheOverview> overview() {
    return face.statistics()
        .map(
            statistics ->
                new CacheOverview(
                    config.get().redis().cache().enabled(),
                    face.fence().open(),
                    statistics.hits(),
                    statistics.misses(),
                    statistics.joined(),
                    statistics.around(),
                    face.cache().statistics()));
  }

  @Override
  public KeyExplanation explain(int database, byte[] key) {
    var cache = config.get().redis().cache();
    CachePolicy policy =
        cache.policies().stream()
            .filter(one -> RedisGlob.of(one.match()).matches(key))
            .findFirst()
            .orElse(null);
    return new KeyExplanation(
        face.cache()
            .describe(
                new Key.Probe().set(database, key, 0, key.length), RedisFaceCache::commandText),
        cache.enabled(),
        policy,
        fence(face.fence()),
        face.cache().epoch());
  }

  static FenceReport fence(Fence fence) {
    long now = System.nanoTime();
    List<FenceReport.Source> sources =
        fence.sources().stream().map(source -> source(source, now)).toList();
    return new FenceReport(sources.stream().allMatch(FenceReport.Source::open), sources);
  }

  private static FenceReport.Source source(Fence.Source source, long now) {
    long until = source.freshUntilNanos().getAsLong();
    boolean always = until == Long.MAX_VALUE;
    boolean open = always || until - now > 0;
    return new FenceReport.Source(
        source.name(),
        open,
        always ? FenceReport.ALWAYS : (until - now) / 1_000_000,
        source.detail().get());
  }

  @Override
  public boolean invalidateKey(int database, byte[] key, boolean fleet) {
    byte[] canonical = Key.canonical(key, 0, key.length);
    boolean held =
        face.cache()
            .describe(new Key.Probe().set(database, key, 0, key.length), frame -> "")
            .held();
    face.cache().invalidate(new Key.Stored(database, canonical), BY);
    if (fleet) {
      face.bus().publish(database, canonical);
    }
    return held;
  }

  @Override
  public int invalidateMatching(String glob, boolean fleet) {
    var wanted = RedisGlob.of(glob);
    // A digest may stand for any key: it goes too.
    int count =
        face.cache().invalidateMatching(key -> Key.isDigest(key) || wanted.matches(key), BY);
    if (fleet) {
      face.bus().publishEpoch(EpochReason.ADMIN);
    }
    return count;
  }

  @Override
  public WarmProgress warming() {
    return face.warmer().progress();
  }

  @Override
  public boolean warm(List<String> patterns, List<String> keys) {
    return face.warmer().warm(patterns, keys);
  }

  @Override
  public long invalidateAll(boolean fleet) {
    face.moveEpoch(EpochReason.ADMIN, fleet);
    return face.cache().epoch();
  }

  /** The command line of a raw frame, shortened. */
  static String commandText(byte[] frame) {
    var scanner = new RequestScanner(NO_LIMITS);
    if (scanner.scan(frame, 0, frame.length) != frame.length || scanner.inline()) {
      return Printable.of(frame, 0, frame.length, ARGUMENT_BYTES_SHOWN);
    }
    RequestFrame command = scanner.frame();
    var text = new StringJoiner(" ");
    for (int i = 0; i < Math.min(command.argCount(), ARGUMENTS_SHOWN); i++) {
      text.add(
          Printable.of(frame, command.argStart(i), command.argLength(i), ARGUMENT_BYTES_SHOWN));
    }
    return command.argCount() > ARGUMENTS_SHOWN ? text + " ..." : text.toString();
  }
}
