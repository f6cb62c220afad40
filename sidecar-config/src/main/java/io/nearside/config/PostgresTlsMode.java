package io.nearside.config;

import java.util.Locale;

/** TLS to the servers, with the words of libpq. */
public enum PostgresTlsMode implements Choice {
  /** Never. */
  DISABLE,
  /** Where the server offers it; nothing is verified. */
  PREFER,
  /** Always; nothing is verified. */
  REQUIRE,
  /** Always, with a certificate that the authorities signed. */
  VERIFY_CA,
  /** That, and for the name of the host. */
  VERIFY_FULL;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
