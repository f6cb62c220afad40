package io.nearside.config;

import java.util.Locale;

/** How clients of the PostgreSQL face prove who they are. */
public enum PostgresAuthMethod implements Choice {
  /** SCRAM against the userlist or the answer of the query. */
  SCRAM_SHA_256,
  /** A password in clear text against the same. */
  PASSWORD,
  /** Not at all. */
  TRUST,
  /** Against the server itself: the exchange is relayed. */
  PASS_THROUGH;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
