package io.nearside.agent.redis;

import io.nearside.config.HostPort;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sentinel: asked where the primary is, and listened to for the news that it has moved. Both on
 * one connection, so RESP3 (Redis 6 or later). As {@link TrackingConnection}, it knows a message by
 * its content, wherever the client hands it out. Stays on the Vert.x context that it is called on.
 */
final class SentinelConnection {
  private static final Logger log = LoggerFactory.getLogger(SentinelConnection.class);
  private static final String SWITCHED = "+switch-master";
  private static final long RETRY_MILLIS = 500;
  private static final long ANSWER_MILLIS_MAX = 1_000;

  /** What a sentinel tells; on the connection's context. */
  interface Watcher {
    void answered(HostPort sentinel, PrimaryChoice.Answer answer);

    /** It has announced a switch, of whatever primary. */
    void switched();

    /** It does not answer; it is tried again. */
    void silent(HostPort sentinel);
  }

  private final Vertx vertx;
  private final HostPort sentinel;
  private final RedisOptions options;
  private final String master;
  private final String clientName;
  private final Watcher watcher;
  private @Nullable Redis client;
  private @Nullable RedisConnection connection;
  private boolean waiting;
  private long waitingSinceNanos;
  private long epoch;
  private boolean closed;
  private String lastFailure = "";

  SentinelConnection(
      Vertx vertx,
      HostPort sentinel,
      RedisOptions options,
      String master,
      String nodeId,
      Watcher watcher) {
    this.vertx = vertx;
    this.sentinel = sentinel;
    this.options = options;
    this.master = master;
    this.clientName = "nearside-sentinel-" + nodeId;
    this.watcher = watcher;
  }

  void connect() {
    if (closed) {
      return;
    }
    client = Redis.createClient(vertx, options);
    client
        .connect()
        .onComplete(
            done -> {
              if (done.failed()) {
                failed("can not connect: " + done.cause().getMessage());
              } else {
                opened(done.result());
              }
            });
  }

  private void failed(String why) {
    if (closed) {
      return;
    }
    if (!why.equals(lastFailure)) {
      lastFailure = why;
      log.warn("sentinel does not answer sentinel={} reason=\"{}\"", sentinel, why);
    }
    connection = null;
    disconnect();
    watcher.silent(sentinel);
    vertx.setTimer(RETRY_MILLIS, timer -> connect());
  }

  private void disconnect() {
    Redis open = client;
    client = null;
    if (open != null) {
      open.close();
    }
  }

  private void opened(RedisConnection opened) {
    connection = opened;
    waiting = false;
    opened.handler(this::message);
    opened.endHandler(end -> lost(opened, "connection closed"));
    opened.exceptionHandler(failure -> lost(opened, String.valueOf(failure.getMessage())));
    send(opened, Request.cmd(Command.CLIENT).arg("SETNAME").arg(clientName));
    send(opened, Request.cmd(Command.SUBSCRIBE).arg(SWITCHED));
    ask();
  }

  @SuppressWarnings("ReferenceEquality") // this very connection, not its successor
  private void lost(RedisConnection which, String why) {
    if (connection == which) {
      failed(why);
    }
  }

  /** Asks again; a connection on which a question has waited too long is given up. */
  void look() {
    RedisConnection open = connection;
    if (open != null
        && waiting
        && System.nanoTime() - waitingSinceNanos > ANSWER_MILLIS_MAX * 1_000_000) {
      lost(open, "no answer");
    } else {
      ask();
    }
  }

  /** Asks again, if it can. */
  void ask() {
    RedisConnection open = connection;
    if (open == null) {
      return;
    }
    if (!waiting) {
      waiting = true;
      waitingSinceNanos = System.nanoTime();
    }
    // The epoch first: an address is never taken for newer than it is.
    send(open, Request.cmd(Command.SENTINEL).arg("MASTER").arg(master));
    send(open, Request.cmd(Command.SENTINEL).arg("GET-MASTER-ADDR-BY-NAME").arg(master));
  }

  private void send(RedisConnection open, Request request) {
    open.send(request)
        .onSuccess(this::message)
        .onFailure(
            failure -> {
              waiting = false;
              String why = String.valueOf(failure.getMessage());
              if (!why.equals(lastFailure)) {
                lastFailure = why;
                log.warn(
                    "sentinel refuses sentinel={} master={} reason=\"{}\"", sentinel, master, why);
              }
            });
  }

  private void message(@Nullable Response message) {
    if (message == null) {
      return;
    }
    if (message.type() == ResponseType.PUSH) {
      if (message.size() == 3 && "message".equals(message.get(0).toString())) {
        watcher.switched();
      }
    } else if (message.type() == ResponseType.MULTI && message.isMap()) {
      Response told = message.get("config-epoch");
      epoch = told == null ? 0 : told.toLong();
    } else if (message.type() == ResponseType.MULTI && message.size() == 2) {
      waiting = false;
      lastFailure = "";
      var primary = new HostPort(message.get(0).toString(), message.get(1).toInteger());
      watcher.answered(sentinel, new PrimaryChoice.Answer(primary, epoch));
    }
  }

  void close() {
    closed = true;
    connection = null;
    disconnect();
  }
}
