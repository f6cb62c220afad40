package io.nearside.agent.redis;

import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.redis.resp.ReplyScanner;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's upstream connections of one scope: a few that are shared, idle ones that may be
 * pinned, and the sessions that wait for one. Stays on its event loop.
 */
final class Lane {
  private static final byte[] NOPERM = "-NOPERM".getBytes(StandardCharsets.US_ASCII);
  private static final long TTL_REFUSED_NANOS = 1_000_000_000;

  private final RedisLoop loop;
  private final Scope scope;
  private final List<UpstreamConnection> shared = new ArrayList<>(1);
  private final ArrayDeque<UpstreamConnection> idle = new ArrayDeque<>();
  private final ArrayDeque<Wait> waiting = new ArrayDeque<>();
  private int next;
  private long ttlRefusedUntilNanos;

  /** One wait of a session, told from its later ones. */
  private static final class Wait {
    final Session session;

    Wait(Session session) {
      this.session = session;
    }
  }

  Lane(RedisLoop loop, Scope scope) {
    this.loop = loop;
    this.scope = scope;
    this.ttlRefusedUntilNanos = loop.now();
  }

  Scope scope() {
    return scope;
  }

  /**
   * Whether this user may not ask for PTTL, so that nothing can be stored. Asked again now and
   * then: a right that was taken and given back between two looks at the rules leaves no trace
   * there.
   */
  boolean isTtlRefused() {
    return ttlRefusedUntilNanos - loop.now() > 0;
  }

  /**
   * PTTL was answered with an error. Only the loss of the command itself holds for all that the
   * user reads: LOADING and BUSY pass, and a key that the user may not read says nothing of other
   * keys.
   */
  void ttlFailed(ReplyScanner error) {
    if (error.headStartsWith(NOPERM) && error.head().contains("'pttl'")) {
      ttlRefusedUntilNanos = loop.now() + TTL_REFUSED_NANOS;
    }
  }

  /** A connection for stateless commands; it may not stand yet. */
  UpstreamConnection shared() {
    int max = loop.face().upstreamConfig().sharedConnectionsPerLoop();
    if (shared.size() < max) {
      UpstreamConnection connection = idle.pollLast();
      if (connection == null) {
        connection = loop.connect(this);
      } else {
        connection.holdsPermit(false);
        loop.face().permitFreed();
      }
      shared.add(connection);
      return connection;
    }
    next = next + 1 < shared.size() ? next + 1 : 0;
    return shared.get(next);
  }

  /**
   * A connection for {@code session} alone, or null: then {@link Session#acquired} comes, within
   * the time limit or failed.
   */
  @Nullable UpstreamConnection acquire(Session session) {
    UpstreamConnection connection = idleOrNew();
    if (connection != null) {
      connection.pin(session);
      return connection;
    }
    if (waiting.size() >= loop.face().upstreamConfig().acquireQueueMax()) {
      session.later(() -> session.acquireFailed());
      return null;
    }
    var wait = new Wait(session);
    waiting.add(wait);
    loop.face().pinned().waits();
    loop.face().closeOneIdle();
    loop.after(
        loop.face().upstreamConfig().acquireMillis(),
        () -> {
          if (waiting.remove(wait)) {
            loop.face().pinned().waitEnded();
            session.acquireFailed();
          }
        });
    return null;
  }

  private @Nullable UpstreamConnection idleOrNew() {
    UpstreamConnection connection = idle.pollLast();
    if (connection == null && loop.face().pinned().tryTake()) {
      connection = loop.connect(this);
      connection.holdsPermit(true);
    }
    return connection;
  }

  void stopWaiting(Session session) {
    if (waiting.removeIf(wait -> wait.session == session)) {
      loop.face().pinned().waitEnded();
    }
  }

  /** Takes back a pinned connection whose state is clean. */
  void release(UpstreamConnection connection) {
    connection.pin(null);
    if (!connection.isUsable() || !connection.isIdle()) {
      connection.retire();
      return;
    }
    idle.addLast(connection);
    offer();
    if (loop.face().pinned().isAwaited()) {
      closeOneIdle();
    }
  }

  /**
   * Gives up an idle connection for somebody who waits for one as another user, in another database
   * or on another event loop; false where there is none.
   */
  boolean closeOneIdle() {
    UpstreamConnection connection = idle.pollFirst();
    if (connection == null) {
      return false;
    }
    connection.close(DisconnectReason.IDLE);
    return true;
  }

  /**
   * Logs in anew if any session is this user: where the upstream refuses, they are closed, as Redis
   * would.
   */
  void verify() {
    if (scope.credentials() != null && loop.isInUse(this)) {
      shared();
    }
  }

  /** Serves a waiter if it can. */
  void offer() {
    while (!waiting.isEmpty()) {
      UpstreamConnection connection = idleOrNew();
      if (connection == null) {
        return;
      }
      Session session = waiting.remove().session;
      loop.face().pinned().waitEnded();
      connection.pin(session);
      session.later(() -> session.acquired(connection));
    }
  }

  /** A connection closed. */
  void gone(UpstreamConnection connection) {
    loop.gone(connection);
    boolean wasShared = shared.remove(connection);
    idle.remove(connection);
    if (wasShared && scope.credentials() != null && !loop.isClosing()) {
      // Redis closes the connections of a user that it has deleted: find out, for those who are
      // that user here.
      loop.later(this::verify);
    }
    if (connection.holdsPermit()) {
      connection.holdsPermit(false);
      loop.face().permitFreed();
    }
  }

  /** New work shall not wait behind this connection's slow reader. */
  void spread(UpstreamConnection connection) {
    if (shared.contains(connection)) {
      shared.remove(connection);
      connection.retire();
    }
  }

  /** Closes all connections when what they carry is answered. */
  void retire() {
    ttlRefusedUntilNanos = loop.now();
    List.copyOf(shared).forEach(UpstreamConnection::retire);
    shared.clear();
    List.copyOf(idle).forEach(UpstreamConnection::retire);
    idle.clear();
    verify();
  }

  /** Closes idle connections that were not used for a while; keeps shared ones alive. */
  void sweep(long nowNanos, long idleNanos) {
    for (UpstreamConnection connection : List.copyOf(idle)) {
      if (nowNanos - connection.lastReceivedNanos() > idleNanos) {
        connection.close(DisconnectReason.IDLE);
      }
    }
    shared.forEach(connection -> connection.keepAlive(nowNanos, idleNanos));
  }

  boolean isEmpty() {
    return shared.isEmpty() && idle.isEmpty() && waiting.isEmpty();
  }

  boolean isIdle() {
    return shared.stream().allMatch(UpstreamConnection::isIdle);
  }

  void closeAll(DisconnectReason reason) {
    List.copyOf(shared).forEach(connection -> connection.close(reason));
    List.copyOf(idle).forEach(connection -> connection.close(reason));
  }

  int sharedCount() {
    return shared.size();
  }
}
