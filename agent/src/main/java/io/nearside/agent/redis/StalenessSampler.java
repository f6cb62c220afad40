package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import io.nearside.agent.cache.KeyDescription;
import io.nearside.agent.cache.NearCache;
import io.nearside.agent.redis.command.Command;
import io.nearside.agent.redis.resp.ReplyScanner;
import io.nearside.agent.redis.resp.RequestFrame;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Measures staleness: now and then a reply that was just served from memory is asked for upstream
 * too, as the same user over the lane's shared connection, and compared byte for byte. If it
 * differs and is still held, it is followed until it is gone. One that stays for longer than
 * promised is reported, and dropped. One per event loop, and stays on it.
 */
final class StalenessSampler {
  private static final long LOOK_MILLIS = 20;
  private static final long OFF_NANOS = 1_000_000_000;
  private static final int FOLLOWED_MAX = 256;

  private final RedisLoop loop;
  private final StalenessFigures figures;
  private long dueNanos;
  private int followed;

  StalenessSampler(RedisLoop loop) {
    this.loop = loop;
    this.figures = loop.face().observations().staleness();
    this.dueNanos = loop.now();
  }

  /** Whether the hit at hand is to be taken. */
  boolean isDue() {
    return loop.now() - dueNanos >= 0;
  }

  /**
   * Takes the hit at hand.
   *
   * @param reply what was served
   */
  void take(Lane lane, Command command, Key.Probe key, RequestFrame frame, byte[] reply) {
    int perSecond = loop.face().settings().config().coherence().sampler().perSecond();
    int loops = loop.face().settings().config().runtime().eventLoops();
    dueNanos = loop.now() + (perSecond == 0 ? OFF_NANOS : 1_000_000_000L * loops / perSecond);
    if (perSecond > 0 && command.repliesInOrder() && followed < FOLLOWED_MAX) {
      byte[] line = Arrays.copyOfRange(frame.bytes(), frame.start(), frame.end());
      new Sample(lane, command, key.toStored(), line, reply).ask(null);
    }
  }

  /** One reply under observation. */
  private final class Sample {
    private final Lane lane;
    private final Command command;
    private final Key.Stored key;
    private final byte[] line;
    private final byte[] reply;
    private final Key.Probe probe;

    Sample(Lane lane, Command command, Key.Stored key, byte[] line, byte[] reply) {
      this.lane = lane;
      this.command = command;
      this.key = key;
      this.line = line;
      this.reply = reply;
      byte[] canonical = key.canonical();
      this.probe = new Key.Probe().set(key.database(), canonical, 0, canonical.length);
    }

    /**
     * Asks the upstream, if a connection stands.
     *
     * @param watch null for the first time
     */
    boolean ask(@Nullable StaleWatch watch) {
      UpstreamConnection connection = lane.shared();
      if (!connection.isReady() || !connection.isWritable()) {
        return false;
      }
      connection.send(line, 0, line.length, new Comparison(this, watch));
      return true;
    }

    boolean isHeld(long now) {
      return loop.coherence().cache().serves(probe, lane.scope().id(), line, reply, now);
    }

    /** The first comparison. */
    void compared(boolean differs, long now) {
      figures.sampled();
      if (differs && isHeld(now)) {
        figures.stale();
        followed++;
        follow(new StaleWatch(now, loop.face().maxStalenessNanos()));
      }
    }

    void follow(StaleWatch watch) {
      loop.after(LOOK_MILLIS, () -> look(watch));
    }

    private void look(StaleWatch watch) {
      long now = loop.tick();
      switch (watch.look(isHeld(now), loop.coherence().fence().open(now), now)) {
        case GONE -> {
          followed--;
          figures.gone(watch.ageNanos(now));
        }
        case FOLLOW -> follow(watch);
        case CONFIRM -> {
          if (!ask(watch)) {
            follow(watch);
          }
        }
      }
    }

    /** The upstream was asked again. */
    void confirmed(StaleWatch watch, boolean differs, long now) {
      if (watch.convicts(differs, isHeld(now), loop.coherence().fence().open(now), now)) {
        report(watch.ageNanos(now));
        loop.coherence().dropHere(key);
      } else if (!differs) {
        followed--;
        figures.gone(watch.ageNanos(now));
        return;
      }
      follow(watch);
    }

    private void report(long ageNanos) {
      NearCache cache = loop.coherence().cache();
      KeyDescription known =
          cache.describe(probe, held -> Arrays.equals(held, line) ? "this" : "another");
      long heldMillis =
          known.replies().stream()
              .filter(one -> one.command().equals("this") && one.scope() == lane.scope().id())
              .mapToLong(KeyDescription.HeldReply::ageMillis)
              .findFirst()
              .orElse(-1);
      String by = known.lastInvalidatedBy();
      loop.face()
          .staleBeyondPromise(
              new StalenessFigures.Violation(
                  Instant.now(),
                  key,
                  command.name(),
                  ageNanos / 1_000_000,
                  heldMillis,
                  cache.epoch(),
                  by == null ? "" : by));
    }
  }

  /** The upstream's reply, compared as it comes. */
  private final class Comparison extends Exchange {
    private final Sample sample;
    private final @Nullable StaleWatch watch;
    private boolean equal = true;
    private int compared;

    Comparison(Sample sample, @Nullable StaleWatch watch) {
      this.sample = sample;
      this.watch = watch;
    }

    @Override
    void chunk(byte[] bytes, int from, int to) {
      int length = to - from;
      byte[] served = sample.reply;
      equal =
          equal
              && length <= served.length - compared
              && Arrays.equals(bytes, from, to, served, compared, compared + length);
      compared += length;
    }

    @Override
    void ended(UpstreamConnection connection, ReplyScanner reply) {
      boolean differs = !equal || compared != sample.reply.length;
      if (watch == null) {
        if (!reply.isError()) {
          sample.compared(differs, loop.now());
        }
      } else if (reply.isError()) {
        sample.follow(watch);
      } else {
        sample.confirmed(watch, differs, loop.now());
      }
    }

    @Override
    void lost(UpstreamConnection connection, boolean sent, String why) {
      if (watch != null) {
        sample.follow(watch);
      }
    }
  }
}
