package io.nearside.agent.inject.server;

import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where the certificate comes from that the webhook shows. Confined to the control context, but for
 * {@link #isTrusted} and {@link #authorityExpires}, which any thread may ask.
 */
sealed interface InjectorCertificates permits OwnCertificates, MountedCertificates {
  /**
   * Looks whether what is shown is still the right one, and does what is next. Fails when that is
   * not possible now; what was shown is shown further.
   */
  Future<Void> check();

  /** How long to wait between two checks. */
  Duration period();

  /** Whether, as far as we know, API servers trust what is shown. */
  boolean isTrusted();

  /** When the authority expires; null: it is not ours, or not known yet. */
  @Nullable Instant authorityExpires();
}
