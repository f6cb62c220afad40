package io.nearside.agent.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A key of the near-cache: a database number and the key's canonical bytes. Two kinds, equal to
 * each other by content: {@link Stored}, immutable, held by the map; {@link Probe}, reused for
 * look-ups so that a hit allocates nothing.
 *
 * <p>Canonical: a key of up to {@value #KEY_BYTES_MAX} bytes is itself; a longer one is its SHA-256
 * digest behind a marker. The command line stored with an entry is compared in full, so a collision
 * can not show a wrong value.
 */
public abstract sealed class Key {
  /** Longest key that stands for itself. */
  public static final int KEY_BYTES_MAX = 512;

  private static final byte[] DIGEST_MARKER = {0, 'n', 's', 'd', 0};
  private static final int DIGEST_BYTES = 32;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  // Random per process: a client can not choose keys that collide.
  private static final long SEED = ThreadLocalRandom.current().nextLong();

  byte[] bytes = new byte[0];
  int offset;
  int length;
  int database;
  int hash;

  private Key() {}

  /** Hash of a byte range, seeded per process; for keys and for command lines. */
  public static int hash(byte[] bytes, int offset, int length) {
    long h = SEED ^ length;
    int i = offset;
    int end = offset + length;
    for (; i + 8 <= end; i += 8) {
      h = mix(h ^ (long) LONGS.get(bytes, i));
    }
    long tail = 0;
    for (; i < end; i++) {
      tail = (tail << 8) | (bytes[i] & 0xff);
    }
    h = mix(h ^ tail);
    return (int) (h ^ (h >>> 32));
  }

  private static long mix(long h) {
    long m = h * 0x9E3779B97F4A7C15L;
    return m ^ (m >>> 29);
  }

  /**
   * The canonical form of a key, as it travels on the bus: a copy, at most {@value #KEY_BYTES_MAX}
   * bytes.
   */
  public static byte[] canonical(byte[] bytes, int offset, int length) {
    if (length <= KEY_BYTES_MAX) {
      return Arrays.copyOfRange(bytes, offset, offset + length);
    }
    try {
      var sha = MessageDigest.getInstance("SHA-256");
      sha.update(bytes, offset, length);
      byte[] digest = sha.digest();
      byte[] canonical = Arrays.copyOf(DIGEST_MARKER, DIGEST_MARKER.length + digest.length);
      System.arraycopy(digest, 0, canonical, DIGEST_MARKER.length, digest.length);
      return canonical;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Whether canonical bytes are a digest, which says nothing of the key's text. */
  public static boolean isDigest(byte[] canonical) {
    return canonical.length == DIGEST_MARKER.length + DIGEST_BYTES
        && Arrays.equals(
            canonical, 0, DIGEST_MARKER.length, DIGEST_MARKER, 0, DIGEST_MARKER.length);
  }

  /** The same key in another database; shares the bytes. */
  final Key in(int other) {
    var key = new Probe();
    key.bytes = bytes;
    key.offset = offset;
    key.length = length;
    key.hash = hash;
    key.database = other;
    return key;
  }

  public final int database() {
    return database;
  }

  @Override
  public final int hashCode() {
    return hash + database;
  }

  @Override
  public final boolean equals(Object other) {
    return other instanceof Key that
        && hash == that.hash
        && database == that.database
        && Arrays.equals(
            bytes, offset, offset + length, that.bytes, that.offset, that.offset + that.length);
  }

  /** Immutable; its bytes are its own. */
  public static final class Stored extends Key {
    /** Takes over the canonical bytes. */
    public Stored(int database, byte[] canonical) {
      this(database, canonical, Key.hash(canonical, 0, canonical.length));
    }

    Stored(int database, byte[] canonical, int hash) {
      this.bytes = canonical;
      this.length = canonical.length;
      this.database = database;
      this.hash = hash;
    }

    /** The canonical bytes; not to be changed. */
    public byte[] canonical() {
      return bytes;
    }
  }

  /** Mutable, for look-ups; belongs to one event loop. */
  public static final class Probe extends Key {
    /**
     * Points at a key inside somebody's buffer; copies only when the key is too long to stand for
     * itself.
     */
    public Probe set(int database, byte[] source, int from, int count) {
      if (count <= KEY_BYTES_MAX) {
        bytes = source;
        offset = from;
        length = count;
      } else {
        bytes = canonical(source, from, count);
        offset = 0;
        length = bytes.length;
      }
      this.database = database;
      hash = Key.hash(bytes, offset, length);
      return this;
    }

    /** An immutable copy. */
    public Stored toStored() {
      return new Stored(database, Arrays.copyOfRange(bytes, offset, offset + length), hash);
    }
  }
}
