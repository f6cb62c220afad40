package io.nearside.agent.admin;

import io.nearside.cluster.ClusterEvent;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster's events as server-sent events (HTML Living Standard, section 9.2). Who comes back
 * with {@code Last-Event-ID} gets what it missed, as far as it is kept; who reads too slowly loses
 * the oldest and is told how many. {@link #publish} is safe from any thread; everything else
 * happens on one context.
 */
final class EventStreams {
  private static final Logger log = LoggerFactory.getLogger(EventStreams.class);
  static final int CLIENTS_MAX = 16;
  static final int HISTORY_MAX = 128;
  static final int WAITING_MAX = 256;
  private static final long KEEP_ALIVE_MILLIS = 15_000;
  private static final long RETRY_MILLIS = 3_000;

  private final Context context;
  private final Deque<Numbered> history = new ArrayDeque<>();
  private final Set<Stream> streams = new LinkedHashSet<>();
  private long last;

  private record Numbered(long number, ClusterEvent event) {
    JsonObject toJson() {
      return new JsonObject()
          .put("type", type())
          .put("at", event.at().toString())
          .put("node", event.node())
          .put("detail", event.detail());
    }

    String type() {
      return event.type().name().toLowerCase(Locale.ROOT);
    }

    String toText() {
      return "id: " + number + "\nevent: " + type() + "\ndata: " + toJson().encode() + "\n\n";
    }
  }

  /** On the current context. */
  EventStreams(Vertx vertx) {
    this.context = vertx.getOrCreateContext();
    vertx.setPeriodic(
        KEEP_ALIVE_MILLIS, timer -> streams.forEach(stream -> stream.send(": still here\n\n")));
  }

  /** Tells everybody; never fails, as its caller is the bus. */
  void publish(ClusterEvent event) {
    try {
      context.runOnContext(v -> tell(event));
    } catch (RejectedExecutionException closed) {
      log.trace("event after the end of the listener type={}", event.type(), closed);
    }
  }

  private void tell(ClusterEvent event) {
    var numbered = new Numbered(++last, event);
    history.addLast(numbered);
    if (history.size() > HISTORY_MAX) {
      history.removeFirst();
    }
    List.copyOf(streams).forEach(stream -> stream.send(numbered.toText()));
  }

  /** What is kept, oldest first. */
  JsonArray history() {
    var events = new JsonArray();
    history.forEach(event -> events.add(event.toJson()));
    return events;
  }

  /** Answers with a stream that ends when the client or the listener goes. */
  void open(RoutingContext request) {
    if (streams.size() >= CLIENTS_MAX) {
      Answers.error(request, 503, CLIENTS_MAX + " clients listen already");
      return;
    }
    HttpServerResponse response = request.response();
    response
        .setChunked(true)
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    var stream = new Stream(response);
    streams.add(stream);
    response.closeHandler(v -> streams.remove(stream));
    response.exceptionHandler(failure -> streams.remove(stream));
    stream.send("retry: " + RETRY_MILLIS + "\n\n");
    long seen = lastSeen(request.request().getHeader("Last-Event-ID"));
    for (Numbered event : history) {
      if (event.number() > seen) {
        stream.send(event.toText());
      }
    }
  }

  /** Nothing is repeated for who has seen nothing, nor for a number of an earlier life. */
  private long lastSeen(@Nullable String header) {
    if (header == null || !header.matches("[0-9]{1,18}")) {
      return last;
    }
    return Long.parseLong(header);
  }

  /** Ends every stream. */
  void close() {
    List.copyOf(streams).forEach(stream -> stream.response.end());
    streams.clear();
  }

  /** One client, and what waits until it has read what was sent. */
  private static final class Stream {
    private final HttpServerResponse response;
    private final Deque<String> waiting = new ArrayDeque<>();
    private long missed;

    Stream(HttpServerResponse response) {
      this.response = response;
      response.drainHandler(v -> drain());
    }

    void send(String text) {
      if (response.closed() || response.ended()) {
        return;
      }
      if (waiting.isEmpty() && !response.writeQueueFull()) {
        var _ = response.write(text);
        return;
      }
      waiting.addLast(text);
      if (waiting.size() > WAITING_MAX) {
        waiting.removeFirst();
        missed++;
      }
    }

    private void drain() {
      if (missed > 0) {
        var _ = response.write("event: missed\ndata: {\"count\":" + missed + "}\n\n");
        missed = 0;
      }
      while (!waiting.isEmpty() && !response.writeQueueFull()) {
        var _ = response.write(waiting.removeFirst());
      }
    }
  }
}
