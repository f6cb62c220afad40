package io.nearside.agent.admin;

/** The request can not be understood; the message says why and goes to its sender. */
final class BadRequestException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  BadRequestException(String message) {
    super(message);
  }
}
