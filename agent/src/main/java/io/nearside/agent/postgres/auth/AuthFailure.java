package io.nearside.agent.postgres.auth;

import java.util.Locale;

/**
 * A login that does not succeed. The reason is for the log and the metric; a client is told the
 * same whatever it was: {@code 28P01 password authentication failed for user "x"}. The message
 * names no secret.
 */
public final class AuthFailure extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why; the label of the metric. */
  public enum Reason {
    /** The password, or the proof that stands for it, is wrong, or the user is unknown. */
    WRONG_SECRET,
    /** The peer does not keep to the exchange. */
    MALFORMED,
    /** The peer wants a mechanism that was not offered, or offers none that this side speaks. */
    MECHANISM,
    /** The peer stands at another end of a TLS connection, or was led to believe so. */
    CHANNEL_BINDING,
    /** A method that must be allowed by configuration, and is not. */
    NOT_ALLOWED,
    /** The server knows another secret of this user than the client did. */
    VERIFIER_DIFFERS,
    /** The server does not prove that it knows the user's secret. */
    SERVER_UNPROVEN,
    /** What is stored for the user can not be used. */
    STORED_SECRET;

    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private final Reason reason;

  public AuthFailure(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
