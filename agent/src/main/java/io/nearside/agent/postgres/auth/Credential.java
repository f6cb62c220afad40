package io.nearside.agent.postgres.auth;

import java.util.Arrays;

/** What the sidecar logs in with at a server. Immutable; {@code toString} shows no secret. */
public sealed interface Credential {

  /** The password itself. */
  record Password(String text) implements Credential {
    @Override
    public String toString() {
      return "Password[***]";
    }
  }

  /**
   * The keys that a SCRAM exchange proves: good at every server that holds the same verifier (same
   * salt, iterations and password), and without the cost of hashing the password again.
   */
  final class ScramKeys implements Credential {
    private final byte[] clientKey;
    private final byte[] serverKey;
    private final byte[] salt;
    private final int iterations;

    ScramKeys(byte[] clientKey, byte[] serverKey, byte[] salt, int iterations) {
      this.clientKey = clientKey;
      this.serverKey = serverKey;
      this.salt = salt;
      this.iterations = iterations;
    }

    static ScramKeys of(String password, byte[] salt, int iterations) {
      byte[] salted = Crypto.saltedPassword(password, salt, iterations);
      return new ScramKeys(Crypto.clientKey(salted), Crypto.serverKey(salted), salt, iterations);
    }

    byte[] clientKey() {
      return clientKey;
    }

    byte[] serverKey() {
      return serverKey;
    }

    /** Whether these keys were made with this salt and number of iterations. */
    boolean madeWith(byte[] otherSalt, int otherIterations) {
      return iterations == otherIterations && Arrays.equals(salt, otherSalt);
    }

    /** The verifier that these keys prove. */
    public Verifier verifier() {
      return new Verifier(iterations, salt, Crypto.sha256(clientKey), serverKey);
    }

    @Override
    public String toString() {
      return "ScramKeys[***]";
    }
  }
}
