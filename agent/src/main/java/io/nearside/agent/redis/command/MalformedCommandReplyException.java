package io.nearside.agent.redis.command;

/** The upstream's answer to {@code COMMAND} is not a command table. */
public final class MalformedCommandReplyException extends IllegalArgumentException {
  MalformedCommandReplyException(String message) {
    super(message);
  }
}
