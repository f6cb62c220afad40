package io.nearside.agent.net;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What a TLS handshake agreed on.
 *
 * @param own the certificate that this side showed; null: none
 * @param peer the certificate that the other side showed; null: none
 * @param version such as {@code TLSv1.3}
 * @param cipher such as {@code TLS_AES_256_GCM_SHA384}
 * @param applicationProtocol what ALPN chose; null: it was not used
 */
public record TlsIdentity(
    @Nullable X509Certificate own,
    @Nullable X509Certificate peer,
    String version,
    String cipher,
    @Nullable String applicationProtocol) {

  static TlsIdentity of(SSLSession session, @Nullable String applicationProtocol) {
    Certificate[] peer;
    try {
      peer = session.getPeerCertificates();
    } catch (SSLPeerUnverifiedException e) {
      peer = null; // how this interface says that there is none
    }
    return new TlsIdentity(
        first(session.getLocalCertificates()),
        first(peer),
        session.getProtocol(),
        session.getCipherSuite(),
        applicationProtocol);
  }

  private static @Nullable X509Certificate first(Certificate @Nullable [] chain) {
    return chain != null && chain.length > 0 && chain[0] instanceof X509Certificate certificate
        ? certificate
        : null;
  }
}
