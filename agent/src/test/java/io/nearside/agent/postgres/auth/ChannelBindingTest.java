package io.nearside.agent.postgres.auth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.nearside.agent.net.TestKey;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChannelBindingTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "RSA, SHA1withRSA, SHA-256",
    "EC, SHA512withECDSA, SHA-512",
    "RSA, RSASSA-PSS, SHA-384", // what keytool takes for a key of 3,072 bits
    "EC, SHA224withECDSA, SHA-224",
    "EC, SHA256withECDSA, SHA-256",
    "EC, SHA384withECDSA, SHA-384",
    "EC, SHA3-256withECDSA, SHA3-256"
  })
  void hash_isThatOfTheSignature(String key, String signature, String hash) throws Exception {
    X509Certificate certificate = certificate(key, signature);
    byte[] expected = MessageDigest.getInstance(hash).digest(certificate.getEncoded());
    assertArrayEquals(expected, ChannelBinding.of(certificate));
  }

  @Test
  void ed25519_hasNone() throws Exception {
    assertNull(ChannelBinding.of(certificate("Ed25519", "")));
  }

  private X509Certificate certificate(String key, String signature) throws Exception {
    TestKey made = TestKey.in(folder, "server", key, signature, "dns:localhost");
    try (InputStream in = Files.newInputStream(Path.of(made.certFile()))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }
}
