package io.nearside.agent.redis;

import io.nearside.agent.cache.Fill;
import io.nearside.agent.cache.Key;
import io.nearside.agent.cache.NearCache;
import io.nearside.agent.redis.command.Command;
import io.nearside.agent.redis.resp.ReplyScanner;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * MGET of which the near-cache holds a part: only the rest is asked upstream, and the two are put
 * together in the order of the keys. When the rest has come, the part from memory must still hold:
 * then nothing was written between, and no reader sees one MSET half done. Else the whole MGET goes
 * upstream once more, as it was. The session takes no further command meanwhile.
 */
final class PartialMget extends Forwarded {
  private static final int TTL_UNKNOWN = Integer.MIN_VALUE;
  private static final int TTL_NO_KEY = -2;

  private final byte[] frame;
  private final int scope;
  private final byte[][] keys;
  private final byte[][] getFrames;
  private final byte[] @Nullable [] parts;
  private final @Nullable Fill[] fills;
  private final long[] ttls;
  private final @Nullable Policy[] policies;
  private final int database;
  private byte[] rest = {};
  private int restLength;
  private boolean overflow;
  private boolean whole;

  /**
   * @param frame the client's whole command; its own copy
   * @param keys all keys, in order
   * @param getFrames the GET that stands for each key in the near-cache
   * @param parts what the near-cache holds for each, or null
   */
  PartialMget(
      Session session,
      Command command,
      byte[] frame,
      byte[][] keys,
      byte[][] getFrames,
      byte[] @Nullable [] parts,
      @Nullable Fill[] fills,
      @Nullable Policy[] policies) {
    super(session, command, null, null);
    this.frame = frame;
    this.scope = session.lane().scope().id();
    this.database = session.lane().scope().database();
    this.keys = keys;
    this.getFrames = getFrames;
    this.parts = parts;
    this.fills = fills;
    this.policies = policies;
    this.ttls = new long[keys.length];
    Arrays.fill(ttls, TTL_UNKNOWN);
  }

  /** Takes the PTTL of one key. */
  Exchange ttlOf(int index) {
    return new Exchange() {
      @Override
      void chunk(byte[] bytes, int from, int to) {}

      @Override
      void ended(UpstreamConnection connection, ReplyScanner reply) {
        if (reply.firstByte() == ':') {
          ttls[index] = reply.lastInteger();
        } else {
          connection.lane().ttlFailed(reply);
        }
      }

      @Override
      void lost(UpstreamConnection connection, boolean sent, String why) {}
    };
  }

  @Override
  void chunk(byte[] bytes, int from, int to) {
    if (whole) {
      super.chunk(bytes, from, to);
      return;
    }
    int length = to - from;
    if (overflow || restLength + length > session.loop().face().outboundBytesMax()) {
      overflow = true;
      rest = new byte[0];
      return;
    }
    if (rest.length < restLength + length) {
      rest = Arrays.copyOf(rest, Math.max(restLength + length, 2 * restLength));
    }
    System.arraycopy(bytes, from, rest, restLength, length);
    restLength += length;
  }

  @Override
  void ended(UpstreamConnection connection, ReplyScanner reply) {
    if (whole) {
      for (int i = 0; i < keys.length; i++) {
        drop(i);
      }
      super.ended(connection, reply);
      return;
    }
    if (overflow) {
      askWhole();
      return;
    }
    if (reply.firstByte() != '*') {
      super.chunk(rest, 0, restLength);
      super.ended(connection, reply);
      return;
    }
    byte[][] values = split();
    if (values == null || !partsStillHold()) {
      askWhole();
      return;
    }
    byte[] head = ("*" + keys.length + "\r\n").getBytes(StandardCharsets.US_ASCII);
    super.chunk(head, 0, head.length);
    for (byte[] value : values) {
      super.chunk(value, 0, value.length);
    }
    super.ended(connection, reply);
  }

  private void askWhole() {
    whole = true;
    if (!session.ask(this, frame)) {
      fail(Errors.READ_LOST);
    }
  }

  /**
   * Every key's value in order, and the fills of those that came; null when the reply is not as
   * expected.
   */
  private byte @Nullable [][] split() {
    var scanner = new ReplyScanner();
    byte[][] values = new byte[keys.length][];
    int at = 0;
    while (at < restLength && rest[at] != '\n') {
      at++;
    }
    at++;
    for (int i = 0; i < keys.length; i++) {
      byte[] part = parts[i];
      if (part != null) {
        values[i] = part;
        continue;
      }
      int end = at < restLength ? scanner.scan(rest, at, restLength) : -1;
      if (end < 0) {
        return null;
      }
      values[i] = Arrays.copyOfRange(rest, at, end);
      at = end;
      commit(i, values[i]);
    }
    return at == restLength ? values : null;
  }

  /**
   * Keeps a value, or else drops what is held for its key, so that no later hit is older than this
   * reply.
   */
  private void commit(int index, byte[] value) {
    Fill fill = fills[index];
    Policy policy = policies[index];
    boolean kept = false;
    // A nil may stand for a key of another type, of which GET would say WRONGTYPE: not kept.
    if (fill != null
        && policy != null
        && ttls[index] != TTL_UNKNOWN
        && ttls[index] != TTL_NO_KEY
        && !Policy.isNil(value)) {
      long cap = session.loop().face().ttlCapMillis(policy);
      kept =
          session
              .loop()
              .coherence()
              .cache()
              .commit(fill, value, ttls[index] < 0 ? cap : Math.min(cap, ttls[index]));
    }
    if (!kept) {
      drop(index);
    }
  }

  private void drop(int index) {
    if (policies[index] != null) {
      byte[] key = keys[index];
      session.loop().coherence().dropHere(new Key.Probe().set(database, key, 0, key.length));
    }
  }

  private boolean partsStillHold() {
    NearCache cache = session.loop().coherence().cache();
    var probe = new Key.Probe();
    for (int i = 0; i < keys.length; i++) {
      byte[] part = parts[i];
      if (part != null
          && !cache.stillHolds(
              probe.set(database, keys[i], 0, keys[i].length), scope, getFrames[i], part)) {
        return false;
      }
    }
    return true;
  }
}
