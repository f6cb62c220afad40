package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import io.nearside.agent.cache.NearCache;
import io.nearside.cluster.EpochReason;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees the writes that go around the sidecars: Redis client tracking in broadcast mode (RESP3) on a
 * connection of its own. A PING with the time of its sending travels on that same connection; since
 * Redis sends what it has to say in order, an answered PING proves that every invalidation of a
 * write before its sending has been applied. Losing the connection moves the epoch; the time of the
 * last proof is what the fence rests on.
 *
 * <p>Vert.x Redis Client 5.0 gives a push the place of a waiting reply, and hands a reply that
 * finds nobody waiting to the push handler: so a PING is known by its content, wherever it comes
 * out.
 *
 * <p>Runs on one Vert.x context; {@link #freshUntilNanos} is safe from any thread.
 */
final class TrackingConnection {
  private static final Logger log = LoggerFactory.getLogger(TrackingConnection.class);
  private static final String BY = "tracking";
  private static final String PING_PREFIX = "nearside-";
  private static final int BEATS_PER_STALENESS = 6;

  private final Vertx vertx;
  private final Upstream upstream;
  private final Coherence coherence;
  private final long maxStalenessNanos;
  private final String clientName;
  private final Supplier<List<byte[]>> prefixes;
  private final Key.Probe probe = new Key.Probe();
  private final long retryMillis;

  // A client per connection: closing a connection gives it back to the client's pool, still
  // tracking
  // or half-open; closing the client ends it.
  private @Nullable Redis client;
  private @Nullable RedisConnection connection;
  private boolean started;
  private boolean closed;
  private boolean tracking;
  private long lastProofNanos;
  private volatile long freshUntilNanos;
  private volatile String detail = "not connected yet";
  private volatile boolean unsupported;

  TrackingConnection(
      Vertx vertx,
      Upstream upstream,
      Coherence coherence,
      long maxStalenessMillis,
      String nodeId,
      long retryMillis,
      Supplier<List<byte[]>> prefixes) {
    this.vertx = vertx;
    this.upstream = upstream;
    this.coherence = coherence;
    this.maxStalenessNanos = maxStalenessMillis * 1_000_000;
    this.clientName = "nearside-tracking-" + nodeId;
    this.prefixes = prefixes;
    this.retryMillis = retryMillis;
    this.freshUntilNanos = System.nanoTime() - 1;
    vertx.setPeriodic(Math.max(10, maxStalenessMillis / BEATS_PER_STALENESS), timer -> beat());
  }

  /** Connects, unless it was told so before. */
  void start() {
    if (!started) {
      started = true;
      connect();
    }
  }

  private void connect() {
    if (closed) {
      return;
    }
    SocketAddress server = upstream.address();
    client = Redis.createClient(vertx, upstream.redisOptions());
    lastProofNanos = System.nanoTime();
    client
        .connect()
        .onComplete(
            done -> {
              if (done.failed()) {
                detail = "can not connect: " + done.cause().getMessage();
                disconnect();
                again();
              } else if (!upstream.isAt(server)) {
                disconnect();
                again();
              } else {
                opened(done.result());
              }
            });
  }

  private void again() {
    if (!closed) {
      vertx.setTimer(retryMillis, timer -> connect());
    }
  }

  private void disconnect() {
    Redis open = client;
    client = null;
    if (open != null) {
      open.close();
    }
  }

  @SuppressWarnings("ReferenceEquality") // this very connection, not its successor
  private void opened(RedisConnection opened) {
    connection = opened;
    lastProofNanos = System.nanoTime();
    opened.handler(this::message);
    opened.endHandler(end -> lost(opened, "connection closed"));
    opened.exceptionHandler(failure -> lost(opened, String.valueOf(failure.getMessage())));
    Request track = Request.cmd(Command.CLIENT).arg("TRACKING").arg("ON").arg("BCAST");
    for (byte[] prefix : prefixes.get()) {
      track.arg("PREFIX").arg(io.vertx.core.buffer.Buffer.buffer(prefix));
    }
    opened
        .send(Request.cmd(Command.CLIENT).arg("SETNAME").arg(clientName))
        .transform(named -> opened.send(track))
        .onComplete(
            done -> {
              if (closed || connection != opened) {
                // Lost meanwhile, and dealt with.
                return;
              }
              if (done.succeeded()) {
                // What was read before this moment was not watched.
                coherence.moveEpoch(EpochReason.TRACKING_LOST);
                tracking = true;
                unsupported = false;
                detail = "waiting for the first proof";
                beat();
              } else {
                refused(String.valueOf(done.cause().getMessage()));
              }
            });
  }

  private void refused(String error) {
    boolean cannot =
        error.contains("unknown") || error.contains("syntax") || error.contains("RESP");
    if (cannot != unsupported || !detail.endsWith(error)) {
      log.warn(
          "client tracking refused upstream={} reason=\"{}\"; {}",
          upstream.name(),
          error,
          cannot
              ? "writers that bypass the sidecars are seen only when an entry's time ends"
              : "the near-cache stays off");
    }
    unsupported = cannot;
    detail = "client tracking refused: " + error;
    connection = null;
    disconnect();
    vertx.setTimer(10 * retryMillis, timer -> connect());
  }

  @SuppressWarnings("ReferenceEquality") // this very connection, not its successor
  private void lost(RedisConnection which, String why) {
    if (connection != which) {
      return;
    }
    connection = null;
    detail = "tracking lost: " + why;
    long over = System.nanoTime() - 1;
    if (freshUntilNanos - over > 0) {
      freshUntilNanos = over;
    }
    if (tracking) {
      tracking = false;
      log.info("tracking lost reason=\"{}\"", why);
      coherence.moveEpoch(EpochReason.TRACKING_LOST);
    }
    disconnect();
    again();
  }

  private void beat() {
    RedisConnection open = connection;
    if (open == null) {
      return;
    }
    long now = System.nanoTime();
    if (now - lastProofNanos > 3 * maxStalenessNanos) {
      lost(open, "no answer on the tracking connection");
      return;
    }
    if (!tracking) {
      return;
    }
    open.send(Request.cmd(Command.PING).arg(PING_PREFIX + now))
        .onSuccess(this::message)
        .onFailure(failure -> log.debug("tracking heartbeat failed", failure));
  }

  private void message(@Nullable Response message) {
    if (message == null) {
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
    if (connection == null || sentNanos - lastProofNanos < 0) {
      return;
    }
    lastProofNanos = sentNanos;
    freshUntilNanos = sentNanos + maxStalenessNanos;
    detail = "proven";
  }

  private void invalidate(@Nullable Response keys) {
    if (keys == null) {
      coherence.moveEpoch(EpochReason.TRACKING_FLUSH);
      return;
    }
    for (Response key : keys) {
      byte[] bytes = key.toBytes();
      coherence.cache().invalidate(probe.set(NearCache.EVERY_DATABASE, bytes, 0, bytes.length), BY);
    }
  }

  /** Begins anew, with the prefixes and the server of now. */
  void restart(String why) {
    RedisConnection open = connection;
    if (open != null) {
      lost(open, why);
    }
  }

  /**
   * Until when everything written around the sidecars more than {@code maxStaleness} ago has been
   * seen.
   */
  long freshUntilNanos() {
    return unsupported ? Long.MAX_VALUE : freshUntilNanos;
  }

  /**
   * Whether the server has no client tracking: then only the time to live bounds what such writers
   * make stale.
   */
  boolean isUnsupported() {
    return unsupported;
  }

  String detail() {
    return detail;
  }

  void close() {
    closed = true;
    disconnect();
  }
}
