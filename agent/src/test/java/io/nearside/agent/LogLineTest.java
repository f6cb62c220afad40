package io.nearside.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a line of the log looks like. */
final class LogLineTest {
  private final LoggerContext context = new LoggerContext();
  private final LogLine layout = new LogLine();

  private LoggingEvent event(Level level, String message, @Nullable Throwable failure) {
    var logger = context.getLogger("io.nearside.agent.redis.Trackers");
    var event = new LoggingEvent("", logger, level, message, failure, new Object[] {"a"});
    event.setInstant(Instant.parse("2026-11-21T20:00:00Z"));
    return event;
  }

  @Test
  void line_ofAnEvent_saysWhenHowBadWhoAndWhat() {
    assertEquals(
        "2026-11-21T20:00:00.000Z INFO  i.n.a.redis.Trackers lost upstream=a"
            + System.lineSeparator(),
        layout.doLayout(event(Level.INFO, "lost upstream={}", null)));
  }

  @Test
  void line_ofAFailure_hasItsStack() {
    String text = layout.doLayout(event(Level.ERROR, "failed", new IllegalStateException("why")));
    assertTrue(text.startsWith("2026-11-21T20:00:00.000Z ERROR i.n.a.redis.Trackers failed"), text);
    assertTrue(text.contains("java.lang.IllegalStateException: why"), text);
    assertTrue(text.contains("\tat " + LogLineTest.class.getName()), text);
  }
}
