package io.nearside.tests.demo;

/** A step of the tour did not show what it was to show; the message says what it showed. */
final class StepFailedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  StepFailedException(String message) {
    super(message);
  }

  StepFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
