package io.nearside.agent.postgres;

import io.nearside.agent.postgres.sql.StatementAnalyzer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The texts that were seen lately and what is known of them; bounded. On one event loop.
 *
 * <p>A text of a simple query is kept when it is seen a second time: texts with literals in them
 * never come again.
 */
final class StatementTexts {
  // Longer ones are analysed each time.
  static final int TEXT_BYTES_MAX = 16 * 1024;
  private static final int SEEN_SLOTS = 8192;

  private final int textsMax;
  private final Set<String> trackedParameters;
  private final int[] seen = new int[SEEN_SLOTS];
  private final Map<Text, StatementText> texts = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Text, Prepared> prepared = new LinkedHashMap<>(16, 0.75f, true);
  private final Text probe = new Text();
  private long preparedCount;

  StatementTexts(int textsMax, Set<String> trackedParameters) {
    this.textsMax = textsMax;
    this.trackedParameters = trackedParameters;
  }

  /** What is known of a text of a simple query; without its terminator. */
  StatementText of(byte[] bytes, int from, int to) {
    if (to - from > TEXT_BYTES_MAX) {
      return fresh(bytes, from, to);
    }
    probe.set(bytes, from, to);
    @Nullable StatementText known = texts.get(probe);
    if (known != null) {
      return known;
    }
    StatementText text = fresh(bytes, from, to);
    int slot = probe.hash & (SEEN_SLOTS - 1);
    if (seen[slot] == probe.hash) {
      texts.put(probe.copy(), text);
      evict(texts);
    } else {
      seen[slot] = probe.hash;
    }
    return text;
  }

  /** As {@link #of}, where strings or the encoding are not what the cache takes for granted. */
  StatementText unusual(byte[] bytes, int from, int to, boolean standardConformingStrings) {
    return new StatementText(
        StatementAnalyzer.analyze(bytes, from, to, standardConformingStrings, trackedParameters));
  }

  private StatementText fresh(byte[] bytes, int from, int to) {
    return new StatementText(StatementAnalyzer.analyze(bytes, from, to, true, trackedParameters));
  }

  /**
   * The statement of a Parse message.
   *
   * @param from where what stands behind its name begins
   * @param textTo where the text's terminator is
   * @param to the message's end
   */
  Prepared prepared(byte[] bytes, int from, int textTo, int to) {
    probe.set(bytes, from, to);
    Prepared known = prepared.get(probe);
    if (known == null) {
      known =
          new Prepared(
              ++preparedCount, Arrays.copyOfRange(bytes, from, to), fresh(bytes, from, textTo));
      if (to - from <= TEXT_BYTES_MAX) {
        probe.set(bytes, from, to);
        prepared.put(probe.copy(), known);
        evict(prepared);
      }
    }
    return known;
  }

  /** A statement that no other client shares. */
  Prepared unshared(byte[] bytes, int from, int to, StatementText text) {
    return new Prepared(++preparedCount, Arrays.copyOfRange(bytes, from, to), text);
  }

  private <V> void evict(Map<Text, V> map) {
    if (map.size() > textsMax) {
      var oldest = map.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  int size() {
    return texts.size() + prepared.size();
  }

  /** Bytes as a key; the probe looks up without a copy. */
  private static final class Text {
    private byte[] bytes = new byte[0];
    private int from;
    private int to;
    private int hash;

    void set(byte[] newBytes, int newFrom, int newTo) {
      bytes = newBytes;
      from = newFrom;
      to = newTo;
      int h = 1;
      for (int i = newFrom; i < newTo; i++) {
        h = 31 * h + newBytes[i];
      }
      hash = h ^ (h >>> 15);
    }

    Text copy() {
      var copy = new Text();
      copy.bytes = Arrays.copyOfRange(bytes, from, to);
      copy.to = copy.bytes.length;
      copy.hash = hash;
      return copy;
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Text text
          && hash == text.hash
          && Arrays.equals(bytes, from, to, text.bytes, text.from, text.to);
    }
  }
}
