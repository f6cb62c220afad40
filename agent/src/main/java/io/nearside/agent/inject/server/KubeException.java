package io.nearside.agent.inject.server;

/** The API server could not be asked, or refused. The message is for people and has no secret. */
final class KubeException extends RuntimeException {
  private static final long serialVersionUID = 1;

  KubeException(String message) {
    super(message, null, false, false);
  }
}
