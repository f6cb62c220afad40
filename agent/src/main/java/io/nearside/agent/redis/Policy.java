package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import io.nearside.agent.redis.command.RedisGlob;
import io.nearside.config.CachePolicy;
import io.nearside.config.Consistency;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration says of the keys that a glob matches, ready for the data path. Immutable.
 *
 * @param strong whether they are cached and strongly consistent
 */
record Policy(
    RedisGlob glob,
    boolean all,
    boolean cached,
    boolean strong,
    long ttlMaxMillis,
    boolean negative) {

  static Policy of(CachePolicy policy) {
    return new Policy(
        RedisGlob.of(policy.match()),
        policy.match().equals("*"),
        policy.cache() && policy.consistency() != Consistency.BYPASS,
        policy.cache() && policy.consistency() == Consistency.STRONG,
        policy.ttlMaxMillis(),
        policy.negative());
  }

  /** The first policy that matches a key, if it says that the key may be cached; else null. */
  static @Nullable Policy forKey(Policy[] policies, byte[] bytes, int from, int length) {
    for (Policy policy : policies) {
      if (policy.all || policy.glob.matches(bytes, from, length)) {
        return policy.cached ? policy : null;
      }
    }
    return null;
  }

  /**
   * Whether a key in its canonical form is strongly consistent; a digest, of which no pattern can
   * be told, counts as such.
   */
  static boolean isStrong(Policy[] policies, byte[] canonical) {
    Policy policy = forKey(policies, canonical, 0, canonical.length);
    return (policy != null && policy.strong) || Key.isDigest(canonical);
  }

  /** Whether a raw reply says that there is nothing: a null or an empty aggregate. */
  static boolean isNil(byte[] reply) {
    return (reply.length == 3 && reply[0] == '_')
        || (reply.length == 5
            && reply[1] == '-'
            && reply[2] == '1'
            && (reply[0] == '$' || reply[0] == '*'))
        || (reply.length == 4
            && reply[1] == '0'
            && (reply[0] == '*' || reply[0] == '%' || reply[0] == '~'));
  }

  /**
   * Whether a raw reply can be that of a key that is not there: nil, or the number 0 or -1 or -2,
   * or an empty string.
   */
  static boolean saysNothingThere(byte[] reply) {
    return isNil(reply)
        || (reply[0] == ':' && (reply[1] == '0' || reply[1] == '-'))
        || (reply.length == 6 && reply[0] == '$' && reply[1] == '0')
        || (reply.length == 7 && reply[0] == '+' && reply[1] == 'n');
  }

  /**
   * The prefixes that client tracking must watch so that every cached key is covered: none contains
   * another, as Redis asks. An empty list: every key.
   */
  static List<byte[]> prefixes(Policy[] policies) {
    List<byte[]> prefixes = new ArrayList<>();
    for (Policy policy : policies) {
      if (policy.cached) {
        prefixes.add(policy.glob.literalPrefix());
      }
    }
    prefixes.sort(Comparator.comparingInt(prefix -> prefix.length));
    List<byte[]> covering = new ArrayList<>();
    for (byte[] prefix : prefixes) {
      if (prefix.length == 0) {
        return List.of();
      }
      if (covering.stream().noneMatch(shorter -> startsWith(prefix, shorter))) {
        covering.add(prefix);
      }
    }
    return covering;
  }

  private static boolean startsWith(byte[] bytes, byte[] prefix) {
    return bytes.length >= prefix.length
        && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
  }
}
