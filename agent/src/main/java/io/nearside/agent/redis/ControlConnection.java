package io.nearside.agent.redis;

import io.nearside.agent.redis.command.CommandTable;
import io.nearside.agent.redis.command.MalformedCommandReplyException;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the sidecar asks the upstream for itself: the COMMAND table at the start and after a
 * reconnect, its role (a demoted primary must not be cached), and its ACL rules, so that a revoked
 * right ends within {@code maxStaleness} here too. Runs on one Vert.x context; the state is
 * readable from any thread.
 */
final class ControlConnection {
  private static final Logger log = LoggerFactory.getLogger(ControlConnection.class);
  private static final int LOOKS_PER_STALENESS = 4;
  private static final int SILENT_STALENESSES = 3;
  private static final long COMMANDS_AFTER_MILLIS = 500;

  /** What changed; called on the connection's context. */
  interface Watcher {
    void commands(CommandTable table);

    void aclChanged();

    void demoted();

    /** An answer came, or the connection failed with {@code why}. */
    void reachable(boolean yes, String why);
  }

  private final Vertx vertx;
  private final Upstream upstream;
  private final Watcher watcher;
  private final long maxStalenessNanos;
  private final long retryMillis;
  private final String clientName;
  // A client per connection: closing a connection only gives it back to the client's pool.
  private @Nullable Redis client;
  private @Nullable RedisConnection connection;
  private long lookedAtNanos;
  private boolean looking;
  private boolean commandsWanted;
  private boolean closed;
  private int aclHash;
  private boolean aclSeen;
  private volatile boolean aclUnwatched;
  private volatile boolean mustLogIn;
  private volatile long aclFreshUntilNanos;
  private volatile String role = "";
  private volatile @Nullable String serverId;
  private volatile String detail = "not connected yet";

  ControlConnection(
      Vertx vertx,
      Upstream upstream,
      long maxStalenessMillis,
      String nodeId,
      long retryMillis,
      Watcher watcher) {
    this.vertx = vertx;
    this.upstream = upstream;
    this.watcher = watcher;
    this.maxStalenessNanos = maxStalenessMillis * 1_000_000;
    this.retryMillis = retryMillis;
    this.clientName = "nearside-control-" + nodeId;
    this.aclFreshUntilNanos = System.nanoTime() - 1;
    vertx.setPeriodic(Math.max(20, maxStalenessMillis / LOOKS_PER_STALENESS), timer -> look());
  }

  @SuppressWarnings("ReferenceEquality") // this very client, not its successor
  void start() {
    if (closed) {
      return;
    }
    SocketAddress server = upstream.address();
    Redis opening = Redis.createClient(vertx, upstream.redisOptions());
    client = opening;
    lookedAtNanos = System.nanoTime();
    opening
        .connect()
        .onComplete(
            done -> {
              if (client != opening) {
                return;
              }
              if (done.failed()) {
                unreached(String.valueOf(done.cause().getMessage()));
              } else if (!upstream.isAt(server)) {
                disconnect();
                again();
              } else {
                opened(done.result());
              }
            });
  }

  private void unreached(String why) {
    detail = "can not connect: " + why;
    watcher.reachable(false, detail);
    disconnect();
    again();
  }

  private void again() {
    if (!closed) {
      vertx.setTimer(retryMillis, timer -> start());
    }
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
    looking = false;
    opened.endHandler(end -> lost(opened, "connection closed"));
    opened.exceptionHandler(failure -> lost(opened, String.valueOf(failure.getMessage())));
    opened
        .send(Request.cmd(Command.CLIENT).arg("SETNAME").arg(clientName))
        .onComplete(
            done -> {
              // Reading that table takes a young JVM long; whoever waits for a reply comes first.
              vertx.setTimer(COMMANDS_AFTER_MILLIS, timer -> commandsWanted = true);
              look();
            });
  }

  @SuppressWarnings("ReferenceEquality") // this very connection, not its successor
  private void askServerId(RedisConnection opened) {
    opened
        .send(ServerId.request())
        .onComplete(
            done -> {
              if (connection == opened) {
                serverId = ServerId.of(done);
              }
            });
  }

  @SuppressWarnings("ReferenceEquality") // this very connection, not its successor
  private void lost(RedisConnection which, String why) {
    if (connection == which) {
      connection = null;
      serverId = null;
      detail = "control connection lost: " + why;
      watcher.reachable(false, detail);
      disconnect();
      again();
    }
  }

  /** Begins anew, with the server of now. */
  void restart() {
    RedisConnection open = connection;
    if (open != null) {
      lost(open, "the primary has moved");
    }
  }

  /** Fetches the COMMAND table anew. */
  void refreshCommands() {
    RedisConnection open = connection;
    if (open == null) {
      return;
    }
    commandsWanted = false;
    open.send(Request.cmd(Command.COMMAND))
        .onSuccess(
            reply -> {
              try {
                watcher.commands(CommandTable.parse(ResponseBytes.of(reply)));
              } catch (MalformedCommandReplyException e) {
                log.warn(
                    "COMMAND table not understood, the bundled one stays reason=\"{}\"",
                    e.getMessage());
              }
            })
        .onFailure(
            failure -> {
              String error = String.valueOf(failure.getMessage());
              if (ServerId.isForNow(error)) {
                commandsWanted = true;
              } else {
                log.warn("COMMAND refused, the bundled table stays reason=\"{}\"", error);
              }
            });
  }

  private void look() {
    RedisConnection open = connection;
    long sent = System.nanoTime();
    boolean late = sent - lookedAtNanos > SILENT_STALENESSES * maxStalenessNanos;
    if (open == null && client != null && late) {
      unreached("no answer");
    } else if (open != null && looking && late) {
      lost(open, "no answer");
      return;
    }
    if (open == null || looking) {
      return;
    }
    looking = true;
    lookedAtNanos = sent;
    if (serverId == null) {
      askServerId(open);
    }
    if (commandsWanted) {
      refreshCommands();
    }
    open.send(Request.cmd(Command.ROLE))
        .onComplete(
            done -> {
              if (done.succeeded()) {
                role(done.result());
                watcher.reachable(true, "");
              } else if (ServerId.isReply(done.cause().getMessage())) {
                watcher.reachable(true, "");
              }
            });
    open.send(Request.cmd(Command.ACL).arg("LIST"))
        .onComplete(
            done -> {
              looking = false;
              if (done.succeeded()) {
                acl(done.result(), sent);
              } else if (ServerId.isReply(done.cause().getMessage())) {
                aclRefused(String.valueOf(done.cause().getMessage()));
              }
            });
  }

  private void role(Response reply) {
    String now = reply.size() > 0 ? reply.get(0).toString() : "";
    String before = role;
    role = now;
    if (before.equals("master") && !now.equals("master")) {
      watcher.demoted();
    }
  }

  private void acl(Response reply, long sentNanos) {
    int hash = Arrays.hashCode(ResponseBytes.of(reply));
    if (aclSeen && hash != aclHash) {
      watcher.aclChanged();
    }
    mustLogIn = !isOpenToAll(reply);
    aclSeen = true;
    aclHash = hash;
    aclUnwatched = false;
    aclFreshUntilNanos = sentNanos + maxStalenessNanos;
    detail = "proven";
  }

  private void aclRefused(String error) {
    mustLogIn = error.startsWith("NOAUTH");
    if (!aclUnwatched && !ServerId.isForNow(error)) {
      log.warn("ACL LIST refused, entries live no longer than maxStaleness reason=\"{}\"", error);
      aclUnwatched = true;
    }
  }

  /**
   * Whether the default user is on and needs no password: a line {@code user default on nopass
   * ...}.
   */
  private static boolean isOpenToAll(Response rules) {
    for (Response rule : rules) {
      String text = rule.toString();
      if (text.startsWith("user default ")) {
        return text.contains(" on ") && text.contains(" nopass ");
      }
    }
    return false;
  }

  boolean mustLogIn() {
    return mustLogIn;
  }

  /** Until when a change of rights would have been seen. */
  long aclFreshUntilNanos() {
    return aclUnwatched ? Long.MAX_VALUE : aclFreshUntilNanos;
  }

  /**
   * Whether changes of rights can not be seen; what is cached must then not live longer than {@code
   * maxStaleness}.
   */
  boolean isAclUnwatched() {
    return aclUnwatched;
  }

  /** {@code master}, {@code slave}, or empty when not known. */
  String role() {
    return role;
  }

  /** See {@link ServerId}; null while it is not known. */
  @Nullable String serverId() {
    return serverId;
  }

  String detail() {
    return detail;
  }

  void close() {
    closed = true;
    disconnect();
  }
}
