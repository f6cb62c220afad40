package io.nearside.agent.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.SocketAddress;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees the writes that go around the sidecars: Redis client tracking in broadcast mode (RESP3) on a
 * connection of its own, from when it is made until it ends. A PING with the time of its sending
 * travels on that same connection; since Redis sends what it has to say in order, an answered PING
 * proves that every invalidation of a write before its sending has come.
 *
 * <p>Vert.x Redis Client 5.0 gives a push the place of a waiting reply, and hands a reply that
 * finds nobody waiting to the push handler: so a PING is known by its content, wherever it comes
 * out.
 *
 * <p>Runs on the Vert.x context that made it.
 */
final class TrackingConnection {
  private static final Logger log = LoggerFactory.getLogger(TrackingConnection.class);
  private static final String PING_PREFIX = "nearside-";

  /** A proof, and with it a beat of the bus, every eighth part of {@code maxStaleness}. */
  static final int PINGS_PER_STALENESS = 8;

  private static final int SILENT_STALENESSES = 3;

  /** What comes of it; on the connection's context. */
  interface Watcher {
    /** Somebody, anybody, wrote these keys in some database. */
    void written(List<byte[]> keys);

    /** A database was emptied. */
    void flushed();

    /** All that was written between these moments, by {@link System#nanoTime()}, has been told. */
    void proven(long sinceNanos, long provenNanos);

    /**
     * It is over; nothing more comes.
     *
     * @param refused whether the server has no tracking, or none for us
     */
    void ended(TrackingConnection which, String why, boolean refused);
  }

  private final Vertx vertx;
  // A client per connection: closing a connection gives it back to the client's pool, still
  // tracking or half-open; closing the client ends it.
  private final Redis client;
  private final List<byte[]> prefixes;
  private final String clientName;
  private final long silentMaxNanos;
  private final Watcher watcher;
  private final long timer;
  private @Nullable RedisConnection connection;
  private String server = ServerId.NONE;
  private boolean tracking;
  private boolean ended;
  private long sinceNanos;
  private long lastProofNanos = System.nanoTime();

  TrackingConnection(
      Vertx vertx,
      Upstream upstream,
      List<byte[]> prefixes,
      String clientName,
      long maxStalenessMillis,
      Watcher watcher) {
    this.vertx = vertx;
    this.client = Redis.createClient(vertx, upstream.redisOptions());
    this.prefixes = prefixes;
    this.clientName = clientName;
    this.silentMaxNanos = SILENT_STALENESSES * maxStalenessMillis * 1_000_000;
    this.watcher = watcher;
    this.timer =
        vertx.setPeriodic(Math.max(10, maxStalenessMillis / PINGS_PER_STALENESS), timer -> beat());
    SocketAddress server = upstream.address();
    client
        .connect()
        .onSuccess(
            connected -> {
              if (upstream.isAt(server)) {
                opened(connected);
              } else {
                end("the primary has moved", false);
              }
            })
        .onFailure(failure -> end("can not connect: " + failure.getMessage(), false));
  }

  private void opened(RedisConnection opened) {
    if (ended) {
      return;
    }
    connection = opened;
    opened.handler(this::message);
    opened.endHandler(end -> end("connection closed", false));
    opened.exceptionHandler(failure -> end(String.valueOf(failure.getMessage()), false));
    Request track = Request.cmd(Command.CLIENT).arg("TRACKING").arg("ON").arg("BCAST");
    for (byte[] prefix : prefixes) {
      track.arg("PREFIX").arg(Buffer.buffer(prefix));
    }
    opened
        .send(Request.cmd(Command.CLIENT).arg("SETNAME").arg(clientName))
        .transform(named -> opened.send(ServerId.request()))
        .transform(
            info -> {
              String told = ServerId.of(info);
              if (told == null) {
                return Future.failedFuture(info.cause());
              }
              server = told;
              return opened.send(track);
            })
        .onSuccess(on -> tracks())
        .onFailure(failure -> refused(String.valueOf(failure.getMessage())));
  }

  private void tracks() {
    if (!ended) {
      tracking = true;
      sinceNanos = System.nanoTime();
      beat();
    }
  }

  private void refused(String error) {
    boolean cannot =
        error.startsWith("NOPERM")
            || error.contains("unknown")
            || error.contains("syntax")
            || error.contains("RESP");
    end(error, cannot);
  }

  private void beat() {
    long now = System.nanoTime();
    if (now - lastProofNanos > silentMaxNanos) {
      end("no answer on the tracking connection", false);
      return;
    }
    RedisConnection open = connection;
    if (open != null && tracking) {
      open.send(Request.cmd(Command.PING).arg(PING_PREFIX + now))
          .onSuccess(this::message)
          .onFailure(failure -> log.debug("tracking heartbeat failed", failure));
    }
  }

  private void message(@Nullable Response message) {
    if (message == null || ended) {
      return;
    }
    if (message.type() == ResponseType.PUSH) {
      if (message.size() == 2 && "invalidate".equals(message.get(0).toString())) {
        invalidate(message.get(1));
      }
      return;
    }
    if (message.type() == ResponseType.BULK) {
      String text = message.toString(StandardCharsets.US_ASCII);
      if (text.startsWith(PING_PREFIX)) {
        proven(Long.parseLong(text.substring(PING_PREFIX.length())));
      }
    }
  }

  private void proven(long sentNanos) {
    if (sentNanos - lastProofNanos > 0) {
      lastProofNanos = sentNanos;
      watcher.proven(sinceNanos, sentNanos);
    }
  }

  private void invalidate(@Nullable Response names) {
    if (names == null) {
      watcher.flushed();
      return;
    }
    List<byte[]> keys = new ArrayList<>(names.size());
    for (Response name : names) {
      keys.add(name.toBytes());
    }
    watcher.written(keys);
  }

  /** Whether the server has agreed to tell of writes. */
  boolean isTracking() {
    return tracking && !ended;
  }

  /** What it sees; once it tracks. */
  TrackingScope scope() {
    return new TrackingScope(server, prefixes);
  }

  private void end(String why, boolean refused) {
    if (!ended) {
      close();
      watcher.ended(this, why, refused);
    }
  }

  /** Ends it without a word. */
  void close() {
    ended = true;
    vertx.cancelTimer(timer);
    client.close();
  }
}
