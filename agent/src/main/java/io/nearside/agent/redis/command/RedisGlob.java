package io.nearside.agent.redis.command;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A glob as {@code KEYS} and {@code PSUBSCRIBE} take it: {@code *}, {@code ?}, {@code [abc]},
 * {@code [^a-c]}, {@code \} before a literal; bytes, case-sensitive. An unterminated class ends
 * with the pattern, as in Redis. Two differences: a pattern of stars only matches the empty key
 * too, and the bounds of a range are unsigned bytes everywhere (in Redis that depends on the
 * processor).
 *
 * <p>Matching goes back to the last star only, which is enough (an earlier star could not do
 * better), so its time is at most pattern times key length. Immutable, for any thread.
 */
public final class RedisGlob {
  private final byte[] pattern;
  private final byte[] literalPrefix;
  private final int prefixEnd;

  private RedisGlob(byte[] pattern) {
    this.pattern = pattern;
    byte[] prefix = new byte[pattern.length];
    int length = 0;
    int at = 0;
    while (at < pattern.length && !isSpecial(pattern[at])) {
      if (pattern[at] == '\\' && at + 1 < pattern.length) {
        at++;
      }
      prefix[length++] = pattern[at++];
    }
    this.literalPrefix = Arrays.copyOf(prefix, length);
    this.prefixEnd = at;
  }

  public static RedisGlob of(byte[] pattern) {
    return new RedisGlob(pattern.clone());
  }

  /** The pattern's UTF-8 bytes. */
  public static RedisGlob of(String pattern) {
    return new RedisGlob(pattern.getBytes(StandardCharsets.UTF_8));
  }

  private static boolean isSpecial(byte b) {
    return b == '*' || b == '?' || b == '[';
  }

  /** What every matching key begins with, escapes resolved: the bytes before the first wildcard. */
  public byte[] literalPrefix() {
    return literalPrefix.clone();
  }

  /** Whether it is a plain key: no wildcard at all. */
  public boolean isLiteral() {
    return prefixEnd == pattern.length;
  }

  /** Whether it is a literal prefix and then anything: {@code user:*}. */
  public boolean isPrefix() {
    for (int i = prefixEnd; i < pattern.length; i++) {
      if (pattern[i] != '*') {
        return false;
      }
    }
    return prefixEnd < pattern.length;
  }

  public boolean matches(byte[] key) {
    return matches(key, 0, key.length);
  }

  /** Whether the {@code length} bytes of {@code bytes} from {@code from} on match, all of them. */
  public boolean matches(byte[] bytes, int from, int length) {
    int end = from + length;
    int prefix = literalPrefix.length;
    if (length < prefix || !Arrays.equals(bytes, from, from + prefix, literalPrefix, 0, prefix)) {
      return false;
    }
    int key = from + prefix;
    int glob = prefixEnd;
    int starGlob = -1;
    int starKey = key;
    while (key < end) {
      if (glob < pattern.length && pattern[glob] == '*') {
        starGlob = ++glob;
        starKey = key;
      } else if (glob < pattern.length && matchesOne(glob, bytes[key])) {
        glob = next(glob);
        key++;
      } else if (starGlob >= 0) {
        glob = starGlob;
        key = ++starKey;
      } else {
        return false;
      }
    }
    while (glob < pattern.length && pattern[glob] == '*') {
      glob++;
    }
    return glob == pattern.length;
  }

  /** Whether the element at {@code glob}, which is no star, matches this byte. */
  private boolean matchesOne(int glob, byte b) {
    return switch (pattern[glob]) {
      case '?' -> true;
      case '[' -> classMatches(glob, b);
      case '\\' -> pattern[Math.min(glob + 1, pattern.length - 1)] == b;
      default -> pattern[glob] == b;
    };
  }

  /** Index after the element at {@code glob}. */
  private int next(int glob) {
    return switch (pattern[glob]) {
      case '[' -> afterClass(glob);
      case '\\' -> Math.min(glob + 2, pattern.length);
      default -> glob + 1;
    };
  }

  private int classStart(int glob) {
    return glob + 1 < pattern.length && pattern[glob + 1] == '^' ? glob + 2 : glob + 1;
  }

  private int afterClass(int glob) {
    int at = classStart(glob);
    while (at < pattern.length) {
      if (pattern[at] == ']') {
        return at + 1;
      }
      at += memberLength(at);
    }
    return pattern.length;
  }

  private boolean classMatches(int glob, byte b) {
    int at = classStart(glob);
    boolean negated = at == glob + 2;
    boolean found = false;
    while (at < pattern.length && pattern[at] != ']') {
      int length = memberLength(at);
      int value = b & 0xFF;
      if (length == 3) {
        int low = Math.min(pattern[at] & 0xFF, pattern[at + 2] & 0xFF);
        int high = Math.max(pattern[at] & 0xFF, pattern[at + 2] & 0xFF);
        found |= value >= low && value <= high;
      } else {
        found |= pattern[at + length - 1] == b;
      }
      at += length;
    }
    return found != negated;
  }

  /** Of a class member: 3 for a range, 2 for an escaped byte, 1 for a byte. */
  private int memberLength(int at) {
    if (pattern[at] == '\\' && at + 1 < pattern.length) {
      return 2;
    }
    return at + 2 < pattern.length && pattern[at + 1] == '-' ? 3 : 1;
  }

  @Override
  public String toString() {
    return "RedisGlob[" + pattern.length + " bytes]";
  }
}
