package io.nearside.config;

/** What is logged, and how. */
public record LogConfig(
    @Setting(doc = "The least severe level that is logged.", byDefault = "INFO") LogLevel level,
    @Setting(
            doc = "A line of text for people, or one JSON object a line for collectors.",
            byDefault = "text")
        LogFormat format) {

  public LogConfig {
    Check.of(LogConfig.class, level, format).done();
  }
}
