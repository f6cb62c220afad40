package io.nearside.agent.postgres.auth;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Salts for users whose password is known as text, and whole verifiers for users that are not known
 * at all: the same for one user name for as long as the secret is, so that asking twice tells
 * nobody which users exist (as the mock authentication of PostgreSQL's auth-scram.c). Immutable.
 */
public final class Salts {
  private static final int SALT_BYTES = 16;

  private final byte[] secret;

  /**
   * Salts out of a secret.
   *
   * @param secret the same in all sidecars and over restarts, so that an unknown user's salt is as
   *     lasting as a known one's
   */
  public Salts(byte[] secret) {
    this.secret = secret.clone();
  }

  byte[] of(String user) {
    return Arrays.copyOf(derive("salt", user), SALT_BYTES);
  }

  /** A verifier that no password and no proof fits. */
  public Verifier mock(String user) {
    // Nobody can find what hashes to a stored key that was not made by hashing.
    return new Verifier(
        Verifier.ITERATIONS, of(user), derive("stored key", user), derive("server key", user));
  }

  private byte[] derive(String purpose, String user) {
    return Crypto.hmac(
        secret,
        purpose.getBytes(StandardCharsets.US_ASCII),
        new byte[] {0},
        user.getBytes(StandardCharsets.UTF_8));
  }
}
