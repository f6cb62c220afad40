package io.nearside.agent.inject.server;

/**
 * The injector's metrics, named the Prometheus way. {@code docs/injector.md} lists them; a test
 * compares.
 */
enum InjectorMetric {
  REVIEWS(
      "nearside_injector_reviews_total",
      "decision, reason",
      "Requests to the webhook: injected, skipped or refused (the pod's annotations can not be"
          + " followed), or rejected as no review that could be answered."),
  REVIEW_SECONDS(
      "nearside_injector_review_seconds",
      "",
      "Histogram: from a request's head to its answer, without TLS' handshake."),
  IN_FLIGHT("nearside_injector_reviews_in_flight", "", "Reviews that are not answered yet."),
  READY("nearside_injector_ready", "", "1 while it is ready, else 0."),
  CERTIFICATE_LEFT(
      "nearside_injector_certificate_left_seconds",
      "",
      "Until the certificate that is served expires; NaN: there is none."),
  AUTHORITY_LEFT(
      "nearside_injector_authority_left_seconds",
      "",
      "Until our own authority expires; NaN: there is none."),
  BUNDLE_PATCHED(
      "nearside_injector_bundle_patched",
      "",
      "1 while the webhook configuration's caBundle holds our authority, as far as we know; also"
          + " where somebody else looks after it."),
  MISSED_PODS(
      "nearside_injector_missed_pods",
      "namespace",
      "Pods that run without a sidecar although they should have one. Every replica tells of all:"
          + " take the maximum."),
  RECONCILE_AGE(
      "nearside_injector_reconcile_age_seconds",
      "",
      "Since the pods were last looked through; NaN: not yet.");

  private final String published;
  private final String labels;
  private final String help;

  InjectorMetric(String published, String labels, String help) {
    this.published = published;
    this.labels = labels;
    this.help = help;
  }

  /** The name as Prometheus sees it. */
  String published() {
    return published;
  }

  /** As Micrometer wants it, which adds the suffixes of counters and timers. */
  String meter() {
    return switch (this) {
      case REVIEWS -> published.substring(0, published.length() - "_total".length());
      case REVIEW_SECONDS -> published.substring(0, published.length() - "_seconds".length());
      case IN_FLIGHT,
          READY,
          CERTIFICATE_LEFT,
          AUTHORITY_LEFT,
          BUNDLE_PATCHED,
          MISSED_PODS,
          RECONCILE_AGE ->
          published;
    };
  }

  /** Separated by commas; may be empty. */
  String labels() {
    return labels;
  }

  /** For people. */
  String help() {
    return help;
  }
}
