package io.nearside.cluster;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Opens sealed messages, and makes the stamps that seal them: AES-256-GCM (NIST SP 800-38D) under a
 * key that HKDF-SHA256 (RFC 5869) derives from the cluster secret for each incarnation.
 *
 * <p>A frame is: format (1 byte), the sender's incarnation (16), message counter (8), ciphertext,
 * tag (16). The first 25 bytes are clear and are the additional data. The nonce is the counter,
 * which never repeats within an incarnation, so that a key never meets a nonce twice.
 *
 * <p>Not safe for use by several threads at once.
 */
final class Seal {
  static final byte FORMAT = 1;
  static final int HEADER_BYTES = 1 + 16 + 8;
  static final int TAG_BYTES = 16;

  /** No frame is longer. */
  static final int FRAME_BYTES_MAX = HEADER_BYTES + BusCodec.MESSAGE_BYTES_MAX + TAG_BYTES;

  private static final int NONCE_BYTES = 12;
  private static final int KEY_BYTES = 32;
  private static final byte[] INFO = "nearside bus 1".getBytes(StandardCharsets.US_ASCII);

  private final ClusterSecret secret;
  private final KDF hkdf;
  private final Cipher opening;

  /** Keys of senders that have proved to know the secret; a stranger cannot fill it. */
  private final Map<Incarnation, SecretKey> keys =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Incarnation, SecretKey> eldest) {
          return size() > BusCodec.PEERS_MAX;
        }
      };

  Seal(ClusterSecret secret) {
    this.secret = secret;
    try {
      hkdf = KDF.getInstance("HKDF-SHA256");
      opening = Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java lacks HKDF-SHA256 or AES-GCM", e);
    }
  }

  /** The clear text of a frame, and who sealed it. */
  record Opened(Incarnation sender, long counter, ByteBuffer message) {}

  /** Who says to have sealed a frame, or null when it is too short to say. */
  static @Nullable Incarnation claimedSender(byte[] frame) {
    if (frame.length < HEADER_BYTES) {
      return null;
    }
    ByteBuffer header = ByteBuffer.wrap(frame);
    header.get();
    return new Incarnation(header.getLong(), header.getLong());
  }

  /**
   * Checks the seal and deciphers.
   *
   * @throws BadMessageException when the frame was not sealed under our secret, or was changed
   */
  Opened open(byte[] frame) throws BadMessageException {
    if (frame.length < HEADER_BYTES + TAG_BYTES) {
      throw new BadMessageException("of only " + frame.length + " bytes");
    }
    if (frame.length > FRAME_BYTES_MAX) {
      throw new BadMessageException("longer than " + FRAME_BYTES_MAX + " bytes");
    }
    if (frame[0] != FORMAT) {
      throw new BadMessageException("of format " + frame[0] + " (expected " + FORMAT + ")");
    }
    ByteBuffer header = ByteBuffer.wrap(frame, 1, HEADER_BYTES - 1);
    Incarnation sender = new Incarnation(header.getLong(), header.getLong());
    long counter = header.getLong();
    SecretKey known = keys.get(sender);
    SecretKey key = known == null ? derive(sender) : known;
    try {
      opening.init(Cipher.DECRYPT_MODE, key, nonce(counter));
      opening.updateAAD(frame, 0, HEADER_BYTES);
      byte[] message = opening.doFinal(frame, HEADER_BYTES, frame.length - HEADER_BYTES);
      if (known == null) {
        keys.put(sender, key);
      }
      return new Opened(sender, counter, ByteBuffer.wrap(message));
    } catch (GeneralSecurityException e) {
      throw new BadMessageException("that is not sealed under our cluster secret");
    }
  }

  /** Seals what one incarnation sends. For one thread at a time. */
  Stamp stamp(Incarnation sender) {
    return new Stamp(sender, derive(sender));
  }

  /** The sealing side of one incarnation. */
  static final class Stamp {
    private final Incarnation sender;
    private final SecretKey key;
    private final Cipher sealing;
    private long counter;

    private Stamp(Incarnation sender, SecretKey key) {
      this.sender = sender;
      this.key = key;
      try {
        sealing = Cipher.getInstance("AES/GCM/NoPadding");
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("this Java lacks AES-GCM", e);
      }
    }

    /**
     * Makes a frame.
     *
     * @throws IllegalArgumentException when the message is longer than a message may be
     */
    byte[] seal(byte[] message) {
      if (message.length > BusCodec.MESSAGE_BYTES_MAX) {
        throw new IllegalArgumentException("message of " + message.length + " bytes");
      }
      counter++;
      byte[] frame = new byte[HEADER_BYTES + message.length + TAG_BYTES];
      ByteBuffer.wrap(frame)
          .put(FORMAT)
          .putLong(sender.high())
          .putLong(sender.low())
          .putLong(counter);
      try {
        sealing.init(Cipher.ENCRYPT_MODE, key, nonce(counter));
        sealing.updateAAD(frame, 0, HEADER_BYTES);
        sealing.doFinal(message, 0, message.length, frame, HEADER_BYTES);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("cannot seal", e);
      }
      return frame;
    }
  }

  private SecretKey derive(Incarnation sender) {
    byte[] salt = ByteBuffer.allocate(16).putLong(sender.high()).putLong(sender.low()).array();
    try {
      return hkdf.deriveKey(
          "AES",
          HKDFParameterSpec.ofExtract()
              .addIKM(secret.bytes())
              .addSalt(salt)
              .thenExpand(INFO, KEY_BYTES));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot derive a seal key", e);
    }
  }

  private static GCMParameterSpec nonce(long counter) {
    byte[] nonce = ByteBuffer.allocate(NONCE_BYTES).putInt(0).putLong(counter).array();
    return new GCMParameterSpec(TAG_BYTES * 8, nonce);
  }
}
