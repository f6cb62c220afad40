package io.nearside.agent.redis;

import io.nearside.agent.cache.warm.HotEntry;
import io.nearside.agent.cache.warm.HotRead;
import io.nearside.agent.cache.warm.MalformedWarmingException;
import io.nearside.agent.cache.warm.Shares;
import io.nearside.agent.cache.warm.WarmNote;
import io.nearside.agent.cache.warm.WarmProgress;
import io.nearside.cluster.InvalidationBus;
import io.nearside.config.RedisWarmConfig;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills the near-cache before clients ask.
 *
 * <pre>
 *   JOINING ──joined, fence open, no newcomer for a moment──► GATHERING ──► READING ──► WARM
 *                                              peers, else disk │   ▲          own share  │ the rest,
 *                                              and what is named│   └── POST, schedule ────┘ slowly
 * </pre>
 *
 * <p><b>Single flight in the fleet.</b> Values do not travel: each sidecar must read what it is to
 * hold. Of newcomers that warm at the same time each reads its share of the list at full rate, so
 * that the fleet reads each key once, and then is started. The rest is left to {@link Trickle}, and
 * what a client asks for meanwhile is not read again.
 *
 * <p>All of it happens on one context, but for what says otherwise.
 */
public final class Warmer {
  private static final Logger log = LoggerFactory.getLogger(Warmer.class);
  private static final long POLL_MILLIS = 50;
  private static final long LOOK_MILLIS = 2_000;

  /**
   * Each newcomer that is first heard moves the epoch: reading begins when none has come lately.
   */
  private static final long CALM_NANOS = 400_000_000;

  private static final int EPOCHS_MAX = 5;

  /** Heat is halved this often where no schedule is. */
  private static final long AGE_MILLIS = 300_000;

  /** Entries that end within this part of the schedule are refreshed by it. */
  private static final int EXPIRING_DIVISOR = 10;

  private final Vertx vertx;
  private final Context context;
  private final RedisFace face;
  private final InvalidationBus bus;
  private final HeatWatch heat;
  private final NamedReads named;
  private final HeatFile file;
  private final WarmPeers peers;
  private final WarmCounts counts = new WarmCounts();
  private final WarmQueue now;
  private final Trickle later;
  private final List<WarmQueue.Job> aside = new ArrayList<>();
  private Set<String> listed = Set.of();
  private long listedNanos = System.nanoTime();
  private long runEpoch;
  private int epochsSeen;
  private long runNanos = System.nanoTime();
  private int sharers = 1;
  private volatile WarmProgress.Phase phase = WarmProgress.Phase.JOINING;
  private volatile boolean warm;
  private volatile long startedNanos = System.nanoTime();
  private volatile long lastRunNanos;
  private volatile long lastRunMillis;
  private volatile boolean ran;
  private volatile String source = "nothing yet";
  private volatile int remembered;

  Warmer(Vertx vertx, RedisFace face, InvalidationBus bus) {
    this.vertx = vertx;
    this.context = ((VertxInternal) vertx).createEventLoopContext();
    this.face = face;
    this.bus = bus;
    this.heat = new HeatWatch(face);
    this.named = new NamedReads(vertx, face);
    this.file = new HeatFile(heat, named, counts, this::config);
    this.peers = new WarmPeers(context, bus, counts);
    this.now =
        new WarmQueue(
            context, face, counts, () -> config().keysPerSecond(), () -> false, new Now());
    this.later = new Trickle(context, face, counts, this::config, this::othersFirst);
  }

  private RedisWarmConfig config() {
    return face.settings().config().redis().warm();
  }

  private boolean isOn() {
    return config().enabled()
        && face.settings().cachesAnything()
        // Without a user of its own, the sidecar may read nothing there.
        && !(face.mustLogIn() && face.initialScope().credentials() == null);
  }

  /** Begins; from any thread. */
  void start() {
    startedNanos = System.nanoTime();
    context.runOnContext(
        v -> {
          join();
          vertx.setPeriodic(LOOK_MILLIS, timer -> look());
          schedule();
        });
  }

  // ---- the first run

  private void join() {
    if (!isOn()) {
      phase = WarmProgress.Phase.OFF;
      warm = true;
      return;
    }
    long time = System.nanoTime();
    if (bus.joined()) {
      Set<String> heard = new TreeSet<>(peers.heard());
      if (bus.membership().peers().isEmpty() && !knowsAnything()) {
        source = "no peer, no file, nothing named";
        finished();
        return;
      }
      if (!heard.equals(listed)) {
        listed = heard;
        listedNanos = time;
      }
      if (face.fence().open(time) && time - listedNanos >= CALM_NANOS) {
        phase = WarmProgress.Phase.GATHERING;
        runNanos = time;
        peers.hello();
        peers.ask(config().keysMax()).onSuccess(this::gatherOwn);
        return;
      }
    }
    vertx.setTimer(POLL_MILLIS, timer -> join());
  }

  private boolean knowsAnything() {
    RedisWarmConfig config = config();
    return !config.patterns().isEmpty()
        || !config.keys().isEmpty()
        || !config.files().isEmpty()
        || file.exists();
  }

  private void gatherOwn(List<HotEntry> ofPeers) {
    if (ofPeers.isEmpty()) {
      vertx
          .executeBlocking(file::read)
          .onSuccess(
              before -> {
                source =
                    before.isEmpty() ? "nothing is known to be hot" : "the file of the life before";
                gatherNamed(before);
              });
    } else {
      source = "peers";
      gatherNamed(ofPeers);
    }
  }

  private void gatherNamed(List<HotEntry> hot) {
    RedisWarmConfig config = config();
    List<HotRead> reads = new ArrayList<>(worthwhile(hot));
    resolve(config.patterns(), config.keys(), config.files())
        .onSuccess(
            found -> {
              reads.addAll(found);
              run(reads);
            });
  }

  private List<HotRead> worthwhile(List<HotEntry> hot) {
    // What ends before it is likely to be asked is not read.
    long leastMillis = face.maxStalenessMillis();
    return hot.stream()
        .filter(entry -> entry.ttlMillis() < 0 || entry.ttlMillis() >= leastMillis)
        .map(HotEntry::read)
        .toList();
  }

  /** Never fails: what can not be had is logged and left out. */
  private Future<List<HotRead>> resolve(
      List<String> patterns, List<String> keys, List<String> files) {
    int max = config().keysMax();
    Future<List<HotRead>> ofFiles =
        files.isEmpty()
            ? Future.succeededFuture(List.of())
            : vertx.executeBlocking(() -> file.named(files));
    Future<List<HotRead>> ofPatterns =
        named
            .ofPatterns(patterns, max)
            .otherwise(
                failure -> {
                  log.warn("warming: SCAN failed reason=\"{}\"", failure.getMessage());
                  return List.of();
                });
    return Future.join(ofFiles, ofPatterns)
        .map(
            v ->
                Stream.of(named.ofLines(keys), ofFiles.result(), ofPatterns.result())
                    .flatMap(Collection::stream)
                    .limit(max)
                    .toList());
  }

  private void run(List<HotRead> reads) {
    counts.runs.increment();
    counts.asked.add(reads.size());
    phase = WarmProgress.Phase.READING;
    epochsSeen = 0;
    runEpoch = face.cache().epoch();
    now.add(reads.stream().map(WarmQueue.Job::of).toList());
  }

  /** What is read at once. */
  private final class Now implements WarmQueue.Owner {
    @Override
    public boolean takes(WarmQueue.Job job) {
      Set<String> others = peers.warming();
      if (warm || Shares.owns(peers.self(), others, job.read())) {
        return true;
      }
      sharers = Math.max(sharers, others.size() + 1);
      aside.add(job);
      return false;
    }

    @Override
    public void idle() {
      long epoch = face.cache().epoch();
      if (epoch != runEpoch && ++epochsSeen < EPOCHS_MAX) {
        // Another newcomer was heard, and what was read before is lost.
        runEpoch = epoch;
        now.add(now.lost());
      } else {
        finished();
      }
    }
  }

  private void finished() {
    boolean first = !warm;
    warm = true;
    phase = WarmProgress.Phase.WARM;
    ran = true;
    lastRunNanos = System.nanoTime();
    lastRunMillis = (lastRunNanos - runNanos) / 1_000_000;
    if (first) {
      peers.done();
      log.info(
          "warm source=\"{}\" stored={} later={} millis={}",
          source,
          counts.stored.sum(),
          aside.size(),
          (lastRunNanos - startedNanos) / 1_000_000);
      later.add(List.copyOf(aside), sharers);
      aside.clear();
    }
  }

  // ---- the schedule

  private void schedule() {
    long every = config().everyMillis();
    long wait = every == 0 ? AGE_MILLIS : every;
    // A fleet that started together does not come back in step.
    long jitter = ThreadLocalRandom.current().nextLong(-wait / 10 - 1, wait / 10 + 1);
    vertx.setTimer(
        Math.max(1, wait + jitter),
        timer -> {
          if (isOn() && every > 0 && warm) {
            refresh();
          }
          heat.age();
          schedule();
        });
  }

  private void refresh() {
    RedisWarmConfig config = config();
    counts.runs.increment();
    Future<List<HotRead>> expiring =
        vertx.executeBlocking(
            () -> {
              file.write();
              return heat.refreshable(config.everyMillis() / EXPIRING_DIVISOR);
            });
    Future<List<HotEntry>> trending = peers.ask(config.keysMax());
    Future<List<HotRead>> asked = resolve(config.patterns(), config.keys(), config.files());
    Future.join(expiring, trending, asked)
        .onSuccess(
            v -> {
              List<WarmQueue.Job> jobs = new ArrayList<>();
              expiring.result().forEach(read -> jobs.add(new WarmQueue.Job(read, true, 0)));
              worthwhile(
                      trending.result().stream()
                          .filter(entry -> entry.heat() >= HeatWatch.WARM_HEAT)
                          .toList())
                  .forEach(read -> jobs.add(WarmQueue.Job.of(read)));
              asked.result().forEach(read -> jobs.add(WarmQueue.Job.of(read)));
              counts.asked.add(jobs.size());
              later.add(jobs, 1);
            });
  }

  /** What others of the newcomers read is theirs until they are done. */
  private boolean othersFirst() {
    return now.isBusy() || !peers.warming().isEmpty();
  }

  // ---- on demand

  /**
   * Warms what is named, at once; without a name, what is hot in the fleet and what the
   * configuration names. Returns before it is done; from any thread.
   *
   * @return false where warming is off
   */
  public boolean warm(List<String> patterns, List<String> keys) {
    if (!isOn()) {
      return false;
    }
    context.runOnContext(
        v -> {
          runNanos = System.nanoTime();
          if (patterns.isEmpty() && keys.isEmpty()) {
            source = "peers and configuration, on demand";
            peers.ask(config().keysMax()).onSuccess(this::gatherNamed);
          } else {
            source = "on demand";
            resolve(patterns, keys, List.of()).onSuccess(this::run);
          }
        });
    return true;
  }

  // ---- what is remembered

  private void look() {
    if (isOn()) {
      var _ =
          vertx
              .executeBlocking(
                  () -> {
                    heat.look();
                    return heat.size();
                  })
              .onSuccess(size -> remembered = size);
    }
  }

  /** Writes the hot list; to be called before the near-cache is gone. */
  Future<Void> close() {
    return isOn()
        ? vertx.executeBlocking(
            () -> {
              file.write();
              return null;
            })
        : Future.succeededFuture();
  }

  // ---- the peers

  /** A peer's note; from any thread. */
  void note(byte[] payload, String from) {
    context.runOnContext(
        v -> {
          WarmNote note;
          try {
            note = WarmNote.decode(payload);
          } catch (MalformedWarmingException e) {
            counts.malformed.increment();
            log.debug("warming note ignored reason=\"{}\"", e.getMessage());
            return;
          }
          if (note instanceof WarmNote.Ask ask) {
            if (isOn() && peers.mayAsk(from)) {
              tell(from, ask.keysMax());
            }
          } else {
            peers.heard(note, from, !warm);
          }
        });
  }

  private void tell(String asker, int keysMax) {
    var _ =
        vertx
            .executeBlocking(
                () -> {
                  heat.look();
                  return WarmNote.answers(heat.top(Math.min(keysMax, config().keysMax())));
                })
            .onSuccess(
                answers ->
                    answers.forEach(answer -> bus.note(asker, WarmNote.KIND, answer.encode())));
  }

  /** How it stands; from any thread. */
  public WarmProgress progress() {
    boolean overdue = System.nanoTime() - startedNanos >= config().timeCapMillis() * 1_000_000;
    return new WarmProgress(
        phase,
        warm || overdue,
        source,
        now.size(),
        later.size(),
        peers.warmingCount(),
        remembered,
        counts.runs.sum(),
        counts.asked.sum(),
        counts.skipped.sum(),
        counts.read.sum(),
        counts.stored.sum(),
        counts.failed.sum(),
        counts.malformed.sum(),
        counts.fileFailures.sum(),
        ran ? (System.nanoTime() - lastRunNanos) / 1_000_000 : -1,
        lastRunMillis);
  }
}
