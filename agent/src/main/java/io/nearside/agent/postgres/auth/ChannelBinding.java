package io.nearside.agent.postgres.auth;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.security.spec.PSSParameterSpec;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The channel binding {@code tls-server-end-point} (RFC 5929, section 4.1). */
public final class ChannelBinding {
  static final String TYPE = "tls-server-end-point";

  private ChannelBinding() {}

  /**
   * The server certificate's hash, by the hash function of its signature (SHA-256 instead of MD5
   * and SHA-1); null where the signature names none (Ed25519, Ed448): channel binding is then not
   * defined, and PostgreSQL has none either.
   */
  public static byte @Nullable [] of(X509Certificate certificate) {
    String hash = hashOf(certificate);
    if (hash == null) {
      return null;
    }
    try {
      return MessageDigest.getInstance(hash).digest(certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      return null;
    }
  }

  private static @Nullable String hashOf(X509Certificate certificate) {
    String signature = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
    if (signature.equals("RSASSA-PSS")) {
      return pssHash(certificate.getSigAlgParams());
    }
    int with = signature.indexOf("WITH");
    if (with < 0) {
      return null;
    }
    String name = signature.substring(0, with);
    return switch (name) {
      case "MD5", "SHA1" -> "SHA-256";
      case "SHA224", "SHA256", "SHA384", "SHA512" -> "SHA-" + name.substring(3);
      default -> name; // SHA3-256 and its like are their own names
    };
  }

  // RSASSA-PSS names its hash in its parameters; without any it is SHA-1 (RFC 4055, section 3.1).
  private static @Nullable String pssHash(byte @Nullable [] parameters) {
    if (parameters == null) {
      return "SHA-256";
    }
    try {
      var decoded = AlgorithmParameters.getInstance("RSASSA-PSS");
      decoded.init(parameters);
      String hash = decoded.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm();
      return hash.equals("SHA-1") || hash.equals("SHA1") ? "SHA-256" : hash;
    } catch (GeneralSecurityException | IOException e) {
      return null;
    }
  }
}
