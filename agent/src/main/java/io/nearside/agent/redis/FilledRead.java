package io.nearside.agent.redis;

import io.nearside.agent.cache.Fill;
import io.nearside.agent.cache.NearCache;
import io.nearside.agent.cache.RefusedFill;
import io.nearside.agent.redis.command.Command;
import io.nearside.agent.redis.resp.ReplyScanner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A miss: the reply goes to the client, to whoever asked the same meanwhile (single flight), and
 * under its lease into the near-cache. The key's PTTL goes upstream just before the read, on the
 * same connection and in the same write.
 */
final class FilledRead extends Forwarded {
  private static final long TTL_UNKNOWN = Long.MIN_VALUE;
  private static final long TTL_NONE = -1;
  private static final long TTL_NO_KEY = -2;

  private final Fill fill;
  private final Policy policy;
  private @Nullable List<Joined> joined;
  private byte[] captured = {};
  private int capturedLength;
  private boolean overflow;
  private boolean retried;
  private long ttlMillis = TTL_UNKNOWN;

  FilledRead(Session session, Command command, Fill fill, Policy policy) {
    super(session, command, null, null);
    this.fill = fill;
    this.policy = policy;
  }

  /** Whether a reader who comes now may have this reply too. */
  boolean joinable(NearCache cache) {
    return !retried && cache.intact(fill);
  }

  /** One more client is owed the same reply. */
  void join(Joined reader) {
    if (joined == null) {
      joined = new ArrayList<>(4);
    }
    joined.add(reader);
  }

  byte[] frame() {
    return fill.frame();
  }

  @Override
  void chunk(byte[] bytes, int from, int to) {
    super.chunk(bytes, from, to);
    if (overflow) {
      return;
    }
    int length = to - from;
    if (capturedLength + length > session.loop().coherence().cache().entryBytesMax()) {
      overflow = true;
      captured = new byte[0];
      return;
    }
    if (capturedLength == 0) {
      captured = Arrays.copyOfRange(bytes, from, to);
    } else {
      if (captured.length < capturedLength + length) {
        captured = Arrays.copyOf(captured, Math.max(capturedLength + length, 2 * captured.length));
      }
      System.arraycopy(bytes, from, captured, capturedLength, length);
    }
    capturedLength += length;
  }

  @Override
  void ended(UpstreamConnection connection, ReplyScanner reply) {
    connection.flightEnded(this);
    NearCache cache = session.loop().coherence().cache();
    byte[] whole =
        captured.length == capturedLength ? captured : Arrays.copyOf(captured, capturedLength);
    if (retried) {
      // Read on another connection than its PTTL: passed on, not kept.
      cache.refused(RefusedFill.NO_TTL);
    } else if (overflow) {
      cache.refused(RefusedFill.TOO_LARGE);
    } else if (reply.isError()) {
      cache.refused(RefusedFill.ERROR_REPLY);
    } else if (!policy.negative() && Policy.isNil(whole)) {
      cache.refused(RefusedFill.NEGATIVE);
    } else if (ttlMillis == TTL_UNKNOWN) {
      cache.refused(RefusedFill.NO_TTL);
    } else if (ttlMillis == TTL_NO_KEY && !Policy.saysNothingThere(whole)) {
      // The key came to be between its PTTL and the read: its time to live is not known.
      cache.refused(RefusedFill.NO_TTL);
    } else {
      boolean endless = ttlMillis == TTL_NONE || ttlMillis == TTL_NO_KEY;
      long cap = session.loop().face().ttlCapMillis(policy);
      cache.commit(fill, whole, endless ? cap : Math.min(cap, ttlMillis));
    }
    super.ended(connection, reply);
    List<Joined> readers = joined;
    joined = null;
    if (readers != null) {
      for (Joined reader : readers) {
        if (overflow) {
          reader.askAgain(frame());
        } else {
          reader.deliver(whole);
        }
      }
    }
  }

  @Override
  void lost(UpstreamConnection connection, boolean sent, String why) {
    List<Joined> readers = joined;
    joined = null;
    if (!started() && !retried && sent && session.retry(this)) {
      // A read, nothing delivered: once more on a fresh connection.
      retried = true;
    } else {
      super.lost(connection, sent, why);
    }
    if (readers != null) {
      for (Joined reader : readers) {
        reader.askAgain(frame());
      }
    }
  }

  /** The key's remaining time to live, read just before the value. */
  static final class Ttl extends Exchange {
    private final FilledRead read;

    Ttl(FilledRead read) {
      this.read = read;
    }

    @Override
    void chunk(byte[] bytes, int from, int to) {}

    @Override
    void ended(UpstreamConnection connection, ReplyScanner reply) {
      if (reply.firstByte() == ':') {
        read.ttlMillis = reply.lastInteger();
      } else {
        connection.lane().ttlFailed(reply);
      }
    }

    @Override
    void lost(UpstreamConnection connection, boolean sent, String why) {}
  }

  /** A client that asked for what another's read was already fetching. */
  static final class Joined extends Forwarded {
    Joined(Session session, Command command) {
      super(session, command, null, null);
    }

    void deliver(byte[] reply) {
      holdShared(reply);
      session.loop().counters().joined();
      session.replyEnded();
    }

    /** The read it waited for can not be shared after all. */
    void askAgain(byte[] frame) {
      if (!session.ask(this, frame)) {
        fail(Errors.READ_LOST);
      }
    }
  }
}
