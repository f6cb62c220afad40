package io.nearside.agent.inject.server;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A key and the certificates that vouch for it, the server's own first. Immutable.
 *
 * @param chain at least one
 */
record ServerIdentity(PrivateKey key, List<X509Certificate> chain) {
  ServerIdentity {
    chain = List.copyOf(chain);
  }

  /**
   * @throws GeneralSecurityException no such entry
   */
  static ServerIdentity of(KeyStore store, String alias, String password)
      throws GeneralSecurityException {
    if (!(store.getKey(alias, password.toCharArray()) instanceof PrivateKey key)) {
      throw new GeneralSecurityException("no private key");
    }
    List<X509Certificate> chain = new ArrayList<>();
    for (var certificate : store.getCertificateChain(alias)) {
      if (certificate instanceof X509Certificate known) {
        chain.add(known);
      }
    }
    return new ServerIdentity(key, chain);
  }

  X509Certificate certificate() {
    return chain.getFirst();
  }

  /** What is left of its life; negative when it is over. */
  Duration left(Instant now) {
    return Duration.between(now, certificate().getNotAfter().toInstant());
  }

  /** Whether an authority has signed it. */
  boolean isSignedBy(X509Certificate authority) {
    try {
      certificate().verify(authority.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /**
   * Two files may be read while they are replaced.
   *
   * @throws GeneralSecurityException when the key is not the certificate's
   */
  void check() throws GeneralSecurityException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm(); // Ed25519 and Ed448 are called as their keys are
        };
    var probe = new byte[32];
    Arrays.fill(probe, (byte) 7);
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(probe);
    byte[] signed = signature.sign();
    signature.initVerify(certificate().getPublicKey());
    signature.update(probe);
    if (!signature.verify(signed)) {
      throw new InvalidKeyException("the key is not the certificate's");
    }
  }

  @Override
  public String toString() {
    return "ServerIdentity[until " + certificate().getNotAfter().toInstant() + "]";
  }
}
