package io.nearside.agent;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import io.nearside.config.LogConfig;
import io.nearside.config.LogFormat;
import org.slf4j.LoggerFactory;

/** Applies the configuration's {@code log} section to the one logging implementation. */
public final class Logging {
  private Logging() {}

  /** From now on. */
  public static void apply(LogConfig config) {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return;
    }
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.toLevel(config.level().name()));
    Appender<ILoggingEvent> appender = root.getAppender(LogDefaults.APPENDER);
    if (config.format() == LogFormat.JSON
        && appender instanceof OutputStreamAppender<ILoggingEvent> stream
        && !(stream.getEncoder() instanceof JsonEncoder)) {
      var json = new JsonEncoder();
      json.setContext(context);
      json.start();
      stream.stop();
      stream.setEncoder(json);
      stream.start();
    }
  }
}
