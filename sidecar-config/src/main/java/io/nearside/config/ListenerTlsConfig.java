package io.nearside.config;

/** TLS of a listener; files are PEM. */
public record ListenerTlsConfig(
    @Setting(doc = "Whether clients must speak TLS.", byDefault = "false") boolean enabled,
    @Setting(doc = "Certificate chain of the listener, PEM.", byDefault = "") String certFile,
    @Setting(doc = "Its private key, PEM (PKCS#8).", byDefault = "") String keyFile,
    @Setting(
            doc =
                "Where set, clients must show a certificate that one of these authorities signed.",
            byDefault = "")
        String clientCaFile) {

  public ListenerTlsConfig {
    Check.of(ListenerTlsConfig.class, enabled, certFile, keyFile, clientCaFile)
        .require(
            !enabled || !certFile.isEmpty(),
            "certFile",
            "\"\"",
            "expected a file, as tls.enabled is true",
            "enabled")
        .require(
            !enabled || !keyFile.isEmpty(),
            "keyFile",
            "\"\"",
            "expected a file, as tls.enabled is true",
            "enabled")
        .done();
  }
}
