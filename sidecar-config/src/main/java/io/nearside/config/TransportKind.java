package io.nearside.config;

import java.util.Locale;

/** What moves bytes between kernel and event loops. AUTO takes the best that loads. */
public enum TransportKind implements Choice {
  AUTO,
  EPOLL,
  IO_URING,
  NIO;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
