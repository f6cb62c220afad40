package io.nearside.agent.cache.warm;

/** Bytes that should say what is hot, and do not. */
public final class MalformedWarmingException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedWarmingException(String what) {
    super(what);
  }
}
