package io.nearside.config;

/** The least severe level that is logged. */
public enum LogLevel implements Choice {
  TRACE,
  DEBUG,
  INFO,
  WARN,
  ERROR;

  @Override
  public String label() {
    return name();
  }
}
