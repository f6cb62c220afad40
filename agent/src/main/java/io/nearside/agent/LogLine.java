package io.nearside.agent;

import ch.qos.logback.classic.pattern.TargetLengthBasedClassNameAbbreviator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/**
 * A line of the log for people: when (UTC), how bad, who, what; then the stack trace if there is
 * one. Safe from any thread.
 */
final class LogLine extends LayoutBase<ILoggingEvent> {
  private static final int LOGGER_CHARS = 20;
  private static final int LEVEL_CHARS = 5;

  private final DateTimeFormatter time =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();
  private final TargetLengthBasedClassNameAbbreviator names =
      new TargetLengthBasedClassNameAbbreviator(LOGGER_CHARS);

  @Override
  public String doLayout(ILoggingEvent event) {
    var line = new StringBuilder(256);
    time.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), line);
    String level = event.getLevel().toString();
    line.append(' ')
        .append(level)
        .repeat(' ', Math.max(0, LEVEL_CHARS - level.length()))
        .append(' ')
        .append(names.abbreviate(event.getLoggerName()))
        .append(' ')
        .append(event.getFormattedMessage())
        .append(System.lineSeparator());
    if (event.getThrowableProxy() != null) {
      line.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    return line.toString();
  }
}
