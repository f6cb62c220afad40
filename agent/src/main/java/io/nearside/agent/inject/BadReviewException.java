package io.nearside.agent.inject;

/** What came is no AdmissionReview of version 1 that could be answered; the message says why. */
public final class BadReviewException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BadReviewException(String message) {
    super(message);
  }
}
