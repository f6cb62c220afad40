package io.nearside.agent.redis.command;

/** Takes the keys of a request, one at a time. */
@FunctionalInterface
public interface KeySink {
  /** Argument {@code argIndex} of the frame is a key. The same index may come more than once. */
  void key(int argIndex);
}
