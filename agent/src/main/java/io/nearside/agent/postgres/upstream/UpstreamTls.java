package io.nearside.agent.postgres.upstream;

/**
 * TLS of the control plane's connections. The modes are libpq's {@code sslmode} (PostgreSQL manual,
 * "SSL Support"); {@code REQUIRE} verifies nothing, even with a CA file.
 *
 * @param caFile PEM; empty: the runtime's own trust store (which only the verifying modes use)
 * @param certFile PEM of the client's certificate, with {@code keyFile}; empty: none
 */
public record UpstreamTls(Mode mode, String caFile, String certFile, String keyFile) {
  /** No TLS at all. */
  public static final UpstreamTls OFF = new UpstreamTls(Mode.DISABLE, "", "", "");

  /** What is asked of the server. */
  public enum Mode {
    DISABLE,
    PREFER,
    REQUIRE,
    VERIFY_CA,
    VERIFY_FULL
  }
}
