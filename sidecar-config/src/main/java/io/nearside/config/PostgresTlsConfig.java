package io.nearside.config;

/** TLS to the PostgreSQL servers; files are PEM. */
public record PostgresTlsConfig(
    @Setting(doc = "As `sslmode` of libpq.", byDefault = "prefer") PostgresTlsMode mode,
    @Setting(
            doc = "Whether TLS begins without asking first (PostgreSQL 17 and newer).",
            byDefault = "false")
        boolean direct,
    @Setting(
            doc =
                "Authorities that may have signed the servers' certificates; empty for the system's.",
            byDefault = "")
        String caFile,
    @Setting(doc = "Certificate chain that the sidecar shows.", byDefault = "") String certFile,
    @Setting(doc = "Its private key (PKCS#8).", byDefault = "") String keyFile) {

  public PostgresTlsConfig {
    Check.of(PostgresTlsConfig.class, mode, direct, caFile, certFile, keyFile)
        .require(
            certFile.isEmpty() == keyFile.isEmpty(),
            "keyFile",
            keyFile,
            "expected certFile and keyFile together",
            "certFile")
        .require(
            !direct || mode.compareTo(PostgresTlsMode.REQUIRE) >= 0,
            "direct",
            direct,
            "expected false unless mode is require, verify-ca or verify-full",
            "mode")
        .done();
  }
}
