package io.nearside.agent.postgres.auth;

import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * What a server stores instead of a password: {@code SCRAM-SHA-256$4096:salt$StoredKey:ServerKey}
 * (RFC 5803 as PostgreSQL writes it, pg_authid.rolpassword). Immutable; {@code toString} shows
 * neither key.
 */
public final class Verifier {
  static final String PREFIX = "SCRAM-SHA-256$";

  /** As PostgreSQL's {@code scram_iterations}. */
  static final int ITERATIONS = 4096;

  /** A hostile number of iterations would hold the event loop for minutes. */
  static final int ITERATIONS_MAX = 1_000_000;

  private final int iterations;
  private final byte[] salt;
  private final byte[] storedKey;
  private final byte[] serverKey;

  Verifier(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
    this.iterations = iterations;
    this.salt = salt;
    this.storedKey = storedKey;
    this.serverKey = serverKey;
  }

  /** Whether a text claims to be a verifier, well formed or not. */
  static boolean looksLike(String text) {
    return text.startsWith(PREFIX);
  }

  /** The verifier in a text, or null where it is not well formed. */
  public static @Nullable Verifier parse(String text) {
    if (!looksLike(text)) {
      return null;
    }
    int colon = text.indexOf(':', PREFIX.length());
    int dollar = text.indexOf('$', PREFIX.length());
    int keys = text.indexOf(':', dollar + 1);
    if (colon < 0 || dollar < colon || keys < 0) {
      return null;
    }
    int iterations = iterations(text.substring(PREFIX.length(), colon));
    byte[] salt = Crypto.fromBase64(text.substring(colon + 1, dollar));
    byte[] stored = Crypto.fromBase64(text.substring(dollar + 1, keys));
    byte[] server = Crypto.fromBase64(text.substring(keys + 1));
    if (iterations == 0 || salt == null || salt.length == 0 || stored == null || server == null) {
      return null;
    }
    boolean keysFit = stored.length == Crypto.HASH_BYTES && server.length == Crypto.HASH_BYTES;
    return keysFit ? new Verifier(iterations, salt, stored, server) : null;
  }

  /** The number of iterations that digits say; 0 where they are none, or beyond the limit. */
  static int iterations(String digits) {
    if (digits.isEmpty() || digits.length() > 7) {
      return 0;
    }
    for (int i = 0; i < digits.length(); i++) {
      if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
        return 0;
      }
    }
    int iterations = Integer.parseInt(digits);
    return iterations <= ITERATIONS_MAX ? iterations : 0;
  }

  /**
   * The verifier of a password; costs milliseconds.
   *
   * @param password not empty: PostgreSQL takes no empty password either
   */
  public static Verifier fromPassword(String password, byte[] salt, int iterations) {
    byte[] salted = Crypto.saltedPassword(password, salt, iterations);
    return new Verifier(
        iterations,
        salt.clone(),
        Crypto.sha256(Crypto.clientKey(salted)),
        Crypto.serverKey(salted));
  }

  /** Whether this is the verifier of a password, in constant time; costs milliseconds. */
  public boolean verify(String password) {
    return keysOf(password) != null;
  }

  /** The keys of a password whose verifier this is, else null; costs milliseconds. */
  public Credential.@Nullable ScramKeys keysOf(String password) {
    if (password.isEmpty()) {
      return null;
    }
    var keys = Credential.ScramKeys.of(password, salt, iterations);
    return proves(keys.clientKey()) ? keys : null;
  }

  /** Whether a ClientKey is the one that was stored, in constant time. */
  boolean proves(byte[] clientKey) {
    return MessageDigest.isEqual(storedKey, Crypto.sha256(clientKey));
  }

  Credential.ScramKeys keys(byte[] clientKey) {
    return new Credential.ScramKeys(clientKey, serverKey, salt, iterations);
  }

  int iterations() {
    return iterations;
  }

  String saltBase64() {
    return Crypto.base64(salt);
  }

  byte[] storedKey() {
    return storedKey;
  }

  byte[] serverKey() {
    return serverKey;
  }

  /** As PostgreSQL stores it: a secret. */
  public String encode() {
    return PREFIX
        + iterations
        + ':'
        + saltBase64()
        + '$'
        + Crypto.base64(storedKey)
        + ':'
        + Crypto.base64(serverKey);
  }

  @Override
  public String toString() {
    return "Verifier[iterations=" + iterations + ", ***]";
  }
}
