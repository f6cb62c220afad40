package io.nearside.config;

/** TLS to an upstream; files are PEM. */
public record UpstreamTlsConfig(
    @Setting(
            doc =
                "Authorities that may have signed the upstream's certificate; empty for the system's.",
            byDefault = "")
        String caFile,
    @Setting(doc = "Certificate chain that the sidecar shows, PEM.", byDefault = "")
        String certFile,
    @Setting(doc = "Its private key, PEM (PKCS#8).", byDefault = "") String keyFile,
    @Setting(doc = "Whether the certificate must be for the host of the URL.", byDefault = "true")
        boolean verifyHostname) {

  public UpstreamTlsConfig {
    Check.of(UpstreamTlsConfig.class, caFile, certFile, keyFile, verifyHostname)
        .require(
            certFile.isEmpty() || !keyFile.isEmpty(),
            "keyFile",
            "\"\"",
            "expected a file, as certFile is set",
            "certFile")
        .require(
            keyFile.isEmpty() || !certFile.isEmpty(),
            "certFile",
            "\"\"",
            "expected a file, as keyFile is set",
            "keyFile")
        .done();
  }

  /** Whether any file is named. */
  boolean anyFile() {
    return !caFile.isEmpty() || !certFile.isEmpty() || !keyFile.isEmpty();
  }
}
