package io.nearside.tests.stack;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The client's half of one SCRAM-SHA-256 login without channel binding (RFC 5802, RFC 7677), for
 * ASCII passwords. The tests' own, so that it shares no mistake with the libraries under test. One
 * use, one thread.
 */
final class ScramExchange {
  private static final String GS2_HEADER = "n,,";

  private final char[] password;
  private final String clientFirstBare;
  private String serverSignature = "";

  ScramExchange(String password) {
    this.password = password.toCharArray();
    byte[] nonce = new byte[18];
    new SecureRandom().nextBytes(nonce);
    clientFirstBare = "n=,r=" + Base64.getEncoder().encodeToString(nonce);
  }

  String clientFirst() {
    return GS2_HEADER + clientFirstBare;
  }

  String clientFinal(String serverFirst) {
    Map<Character, String> fields = fields(serverFirst);
    try {
      byte[] salt = Base64.getDecoder().decode(field(fields, 's'));
      int iterations = Integer.parseInt(field(fields, 'i'));
      byte[] salted =
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
              .generateSecret(new PBEKeySpec(password, salt, iterations, 256))
              .getEncoded();
      byte[] clientKey = hmac(salted, "Client Key");
      byte[] storedKey = MessageDigest.getInstance("SHA-256").digest(clientKey);
      String withoutProof = "c=biws,r=" + field(fields, 'r');
      String auth = clientFirstBare + "," + serverFirst + "," + withoutProof;
      byte[] proof = hmac(storedKey, auth);
      for (int i = 0; i < proof.length; i++) {
        proof[i] ^= clientKey[i];
      }
      serverSignature = Base64.getEncoder().encodeToString(hmac(hmac(salted, "Server Key"), auth));
      return withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether the server has shown that it knows the password's verifier. */
  boolean proves(String serverFinal) {
    return serverFinal.equals("v=" + serverSignature);
  }

  private static String field(Map<Character, String> fields, char name) {
    String value = fields.get(name);
    if (value == null) {
      throw new IllegalStateException("no " + name + " in the server's SCRAM message");
    }
    return value;
  }

  private static Map<Character, String> fields(String message) {
    Map<Character, String> fields = new HashMap<>();
    for (String field : message.split(",", -1)) {
      if (field.length() > 1) {
        fields.put(field.charAt(0), field.substring(2));
      }
    }
    return fields;
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }
}
