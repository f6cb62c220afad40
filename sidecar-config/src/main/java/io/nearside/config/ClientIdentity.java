package io.nearside.config;

import java.util.Locale;

/** As whom commands reach the upstream: as the client authenticated itself, or as the sidecar. */
public enum ClientIdentity implements Choice {
  CLIENT,
  SIDECAR;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
