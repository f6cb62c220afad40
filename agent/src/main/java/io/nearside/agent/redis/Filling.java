package io.nearside.agent.redis;

import io.nearside.agent.cache.Fill;
import io.nearside.agent.cache.NearCache;
import io.nearside.agent.cache.RefusedFill;
import io.nearside.agent.redis.resp.ReplyScanner;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a read that may be stored gathers: its lease, the key's time to live that was read just
 * before it, and the bytes of the reply. Stays on one event loop.
 */
final class Filling {
  private static final long TTL_UNKNOWN = Long.MIN_VALUE;
  private static final long TTL_NONE = -1;
  private static final long TTL_NO_KEY = -2;
  private static final byte[] NOTHING = {};

  private final RedisLoop loop;
  private final Fill fill;
  private final Policy policy;
  private byte[] captured = NOTHING;
  private int length;
  private boolean overflow;
  private boolean retried;
  private long ttlMillis = TTL_UNKNOWN;

  Filling(RedisLoop loop, Fill fill, Policy policy) {
    this.loop = loop;
    this.fill = fill;
    this.policy = policy;
  }

  byte[] frame() {
    return fill.frame();
  }

  /** Whether a reader who comes now may have this reply too. */
  boolean shareable() {
    return !retried && loop.coherence().cache().intact(fill);
  }

  /** The read is asked again on another connection than its PTTL: it is not kept. */
  void retried() {
    retried = true;
  }

  boolean isRetried() {
    return retried;
  }

  /** Whether the reply is larger than what is stored, so that its bytes were not kept. */
  boolean overflow() {
    return overflow;
  }

  /** Part of the reply; copied. */
  void chunk(byte[] bytes, int from, int to) {
    if (overflow) {
      return;
    }
    int more = to - from;
    if (length + more > loop.coherence().cache().entryBytesMax()) {
      overflow = true;
      captured = NOTHING;
      return;
    }
    if (length == 0) {
      captured = Arrays.copyOfRange(bytes, from, to);
    } else {
      if (captured.length < length + more) {
        captured = Arrays.copyOf(captured, Math.max(length + more, 2 * captured.length));
      }
      System.arraycopy(bytes, from, captured, length, more);
    }
    length += more;
  }

  /** The reply's bytes; to be asked when it is whole and did not overflow. */
  byte[] whole() {
    if (captured.length != length) {
      captured = Arrays.copyOf(captured, length);
    }
    return captured;
  }

  /** The reply is whole: stores it if that may be, and says whether it was. */
  boolean commit(ReplyScanner reply) {
    RefusedFill why = refusal(reply);
    NearCache cache = loop.coherence().cache();
    if (why != null) {
      cache.refused(why);
      return false;
    }
    boolean endless = ttlMillis == TTL_NONE || ttlMillis == TTL_NO_KEY;
    long cap = loop.face().ttlCapMillis(policy);
    return cache.commit(fill, whole(), endless ? cap : Math.min(cap, ttlMillis));
  }

  private @Nullable RefusedFill refusal(ReplyScanner reply) {
    if (retried) {
      return RefusedFill.NO_TTL;
    }
    if (overflow) {
      return RefusedFill.TOO_LARGE;
    }
    if (reply.isError()) {
      return RefusedFill.ERROR_REPLY;
    }
    if (!policy.negative() && Policy.isNil(whole())) {
      return RefusedFill.NEGATIVE;
    }
    // Behind a PTTL that found no key, a value came to be between the two: its time is not known.
    boolean unknown =
        ttlMillis == TTL_UNKNOWN || (ttlMillis == TTL_NO_KEY && !Policy.saysNothingThere(whole()));
    return unknown ? RefusedFill.NO_TTL : null;
  }

  /** The key's remaining time to live, to be read just before the value. */
  Exchange ttl() {
    return new Ttl();
  }

  private final class Ttl extends Exchange {
    @Override
    void chunk(byte[] bytes, int from, int to) {}

    @Override
    void ended(UpstreamConnection connection, ReplyScanner reply) {
      if (reply.firstByte() == ':') {
        ttlMillis = reply.lastInteger();
      } else {
        connection.lane().ttlFailed(reply);
      }
    }

    @Override
    void lost(UpstreamConnection connection, boolean sent, String why) {}
  }
}
