package io.nearside.agent.inject.server;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the replicas share by a Secret: the authority that signs, the one that will, and the one
 * that did, whose servers may still be met.
 */
record AuthoritySecret(
    CertificateAuthority current,
    @Nullable CertificateAuthority next,
    @Nullable X509Certificate previous) {
  private static final String CURRENT = "ca";
  private static final String NEXT = "next";
  private static final String PREVIOUS = "previous.crt";
  private static final String STORE = ".p12";
  private static final String PASSWORD = ".password";

  /** Whether a Secret has nothing in it: made beforehand, for us to fill. */
  static boolean isEmpty(JsonObject secret) {
    return secret.getJsonObject("data", new JsonObject()).isEmpty();
  }

  /**
   * Reads a Secret.
   *
   * @throws GeneralSecurityException it is not one that we have written
   */
  static AuthoritySecret of(JsonObject secret) throws GeneralSecurityException {
    JsonObject data = secret.getJsonObject("data", new JsonObject());
    try {
      CertificateAuthority current = authority(data, CURRENT);
      if (current == null) {
        throw new GeneralSecurityException("it has no " + CURRENT + STORE);
      }
      byte[] previous = bytes(data, PREVIOUS);
      return new AuthoritySecret(
          current,
          authority(data, NEXT),
          previous.length == 0
              ? null
              : (X509Certificate)
                  CertificateFactory.getInstance("X.509")
                      .generateCertificate(new ByteArrayInputStream(previous)));
    } catch (IOException | IllegalArgumentException | ClassCastException e) {
      throw new GeneralSecurityException(e.getMessage(), e);
    }
  }

  private static @Nullable CertificateAuthority authority(JsonObject data, String name)
      throws GeneralSecurityException, IOException {
    if (!data.containsKey(name + STORE)) {
      return null;
    }
    return CertificateAuthority.of(
        Buffer.buffer(bytes(data, name + STORE)),
        new String(bytes(data, name + PASSWORD), StandardCharsets.US_ASCII));
  }

  private static byte[] bytes(JsonObject data, String name) {
    return Base64.getDecoder().decode(data.getString(name, ""));
  }

  /**
   * As a Secret.
   *
   * @param version the {@code resourceVersion} that it replaces; empty: it is new
   */
  JsonObject toSecret(ObjectName name, String version) {
    var metadata =
        new JsonObject()
            .put("name", name.name())
            .put("namespace", name.namespace())
            .put("labels", new JsonObject().put("app.kubernetes.io/name", "nearside-injector"));
    if (!version.isEmpty()) {
      metadata.put("resourceVersion", version);
    }
    var data = new JsonObject();
    put(data, CURRENT, current);
    if (next != null) {
      put(data, NEXT, next);
    }
    if (previous != null) {
      String pem = CertificateAuthority.pem(previous);
      data.put(PREVIOUS, encoded(pem.getBytes(StandardCharsets.US_ASCII)));
    }
    return new JsonObject()
        .put("apiVersion", "v1")
        .put("kind", "Secret")
        .put("type", "Opaque")
        .put("metadata", metadata)
        .put("data", data);
  }

  private static void put(JsonObject data, String name, CertificateAuthority authority) {
    data.put(name + STORE, encoded(authority.store().getBytes()));
    data.put(name + PASSWORD, encoded(authority.password().getBytes(StandardCharsets.US_ASCII)));
  }

  private static String encoded(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** PEM of all that a client must trust: who signs, who will, and who did until it expires. */
  String bundle(Instant now) {
    List<X509Certificate> trusted = new ArrayList<>();
    trusted.add(current.certificate());
    if (next != null) {
      trusted.add(next.certificate());
    }
    if (previous != null && previous.getNotAfter().toInstant().isAfter(now)) {
      trusted.add(previous);
    }
    var text = new StringBuilder();
    for (X509Certificate certificate : trusted) {
      text.append(CertificateAuthority.pem(certificate));
    }
    return text.toString();
  }

  AuthoritySecret withNext(CertificateAuthority prepared) {
    return new AuthoritySecret(current, prepared, previous);
  }

  /** The one that was prepared signs from now on. */
  AuthoritySecret promoted(CertificateAuthority prepared) {
    return new AuthoritySecret(prepared, null, current.certificate());
  }
}
