package io.nearside.agent.postgres.sql;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Keywords by their bytes, so that one in a text costs no new string. Immutable once made; for any
 * thread.
 */
final class WordTable {
  // A power of two, several times the number of keywords.
  private static final int SLOTS = 1024;

  private static final @Nullable String[] TABLE = table();

  private WordTable() {}

  private static @Nullable String[] table() {
    @Nullable String[] table = new String[SLOTS];
    for (String word : Words.keywords()) {
      int hash = 0;
      for (int i = 0; i < word.length(); i++) {
        hash = hash * 31 + word.charAt(i);
      }
      int slot = slot(hash);
      while (table[slot] != null) {
        slot = slot(slot + 1);
      }
      table[slot] = word;
    }
    return table;
  }

  private static int slot(int hash) {
    return (hash ^ (hash >>> 10)) & (SLOTS - 1);
  }

  /** The word at a place in a text, in lower case, a char per byte. */
  static String word(byte[] text, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = hash * 31 + Characters.lower(text[i] & 0xff);
    }
    int slot = slot(hash);
    String known = TABLE[slot];
    while (known != null) {
      if (equal(known, text, from, to)) {
        return known;
      }
      slot = slot(slot + 1);
      known = TABLE[slot];
    }
    return folded(text, from, to);
  }

  private static boolean equal(String known, byte[] text, int from, int to) {
    if (known.length() != to - from) {
      return false;
    }
    for (int i = 0; i < known.length(); i++) {
      if (known.charAt(i) != Characters.lower(text[from + i] & 0xff)) {
        return false;
      }
    }
    return true;
  }

  private static String folded(byte[] text, int from, int to) {
    byte[] lower = new byte[to - from];
    for (int i = 0; i < lower.length; i++) {
      lower[i] = (byte) Characters.lower(text[from + i] & 0xff);
    }
    return new String(lower, StandardCharsets.ISO_8859_1);
  }
}
