package io.nearside.agent.redis;

import io.nearside.agent.cache.warm.HotEntry;
import io.nearside.agent.cache.warm.HotFile;
import io.nearside.agent.cache.warm.HotRead;
import io.nearside.agent.cache.warm.MalformedWarmingException;
import io.nearside.config.RedisWarmConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What warming has on disk: the hot list, and the files that the configuration names. Nothing of it
 * ever fails: what the disk does not give or take is counted and logged. Blocks; from any thread.
 */
final class HeatFile {
  private static final Logger log = LoggerFactory.getLogger(HeatFile.class);

  private final HeatWatch heat;
  private final NamedReads named;
  private final WarmCounts counts;
  private final Supplier<RedisWarmConfig> config;
  private boolean refused;

  HeatFile(HeatWatch heat, NamedReads named, WarmCounts counts, Supplier<RedisWarmConfig> config) {
    this.heat = heat;
    this.named = named;
    this.counts = counts;
    this.config = config;
  }

  /** Whether there is a list to read. */
  boolean exists() {
    String file = config.get().file();
    return !file.isEmpty() && new HotFile(Path.of(file)).exists();
  }

  /** What was hot in the life before. */
  List<HotEntry> read() {
    if (!exists()) {
      return List.of();
    }
    String file = config.get().file();
    try {
      return new HotFile(Path.of(file))
          .read().stream()
              .limit(config.get().keysMax())
              // How long it lay there is not known.
              .map(entry -> new HotEntry(entry.read(), entry.heat(), HotEntry.ENDLESS))
              .toList();
    } catch (MalformedWarmingException | IOException e) {
      failed("hot list ignored", file, e);
      return List.of();
    }
  }

  /** Writes what is hot now; an empty list is not worth the one that is there. */
  synchronized void write() {
    String file = config.get().file();
    if (file.isEmpty()) {
      return;
    }
    heat.look();
    List<HotEntry> hot = heat.top(config.get().keysMax());
    if (hot.isEmpty()) {
      return;
    }
    try {
      new HotFile(Path.of(file)).write(hot);
      refused = false;
    } catch (IOException e) {
      if (refused) {
        // Said before; a full disk is not told of every few minutes.
        counts.fileFailures.increment();
      } else {
        failed("hot list not written", file, e);
      }
      refused = true;
    }
  }

  /** The keys and command lines in the files of the configuration. */
  List<HotRead> named(List<String> files) {
    List<HotRead> reads = new ArrayList<>();
    for (String file : files) {
      try {
        reads.addAll(named.ofFile(Path.of(file), config.get().keysMax()));
      } catch (IOException e) {
        failed("file of keys to warm ignored", file, e);
      }
    }
    return reads;
  }

  private void failed(String what, String file, Exception why) {
    counts.fileFailures.increment();
    log.warn("{} file={} reason=\"{}\"", what, file, why.toString());
  }
}
