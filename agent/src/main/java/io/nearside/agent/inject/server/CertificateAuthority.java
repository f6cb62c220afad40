package io.nearside.agent.inject.server;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/**
 * An authority of ours with its key. Immutable; whoever has it can make certificates that the API
 * server trusts for the webhook.
 *
 * @param store PKCS#12 with one entry, {@value #ALIAS}
 */
record CertificateAuthority(Buffer store, String password, X509Certificate certificate) {
  static final String ALIAS = "ca";

  /**
   * @throws GeneralSecurityException the store has not what we put in
   * @throws IOException it is no PKCS#12, or the password is another
   */
  static CertificateAuthority of(Buffer store, String password)
      throws GeneralSecurityException, IOException {
    KeyStore keys = load(store, password);
    if (!keys.isKeyEntry(ALIAS)
        || !(keys.getCertificate(ALIAS) instanceof X509Certificate certificate)) {
      throw new GeneralSecurityException("no key with a certificate called " + ALIAS);
    }
    if (certificate.getBasicConstraints() < 0) {
      throw new GeneralSecurityException("its certificate is no authority's");
    }
    return new CertificateAuthority(store, password, certificate);
  }

  static KeyStore load(Buffer store, String password) throws GeneralSecurityException, IOException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(new ByteArrayInputStream(store.getBytes()), password.toCharArray());
    return keys;
  }

  /** What is left of its life; negative when it is over. */
  Duration left(Instant now) {
    return Duration.between(now, certificate.getNotAfter().toInstant());
  }

  /** PEM of a certificate that was read. */
  static String pem(X509Certificate certificate) {
    try {
      return "-----BEGIN CERTIFICATE-----\n"
          + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
          + "\n-----END CERTIFICATE-----\n";
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Override
  public String toString() {
    return "CertificateAuthority[" + certificate.getSubjectX500Principal().getName() + "]";
  }
}
