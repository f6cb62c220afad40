package io.nearside.agent.redis;

import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.net.RawSocket;
import io.nearside.agent.redis.resp.ReplyScanner;
import io.nearside.agent.redis.resp.RequestScanner;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop of the Redis face owns: its sessions, its upstream connections, and the
 * buffers that they take turns in. Everything in it happens on that loop, but for reading the
 * counters.
 */
final class RedisLoop {
  private static final int SCRATCH_BYTES = 64 * 1024;
  private static final long FENCE_NANOS = 50_000;
  private static final long SWEEP_MILLIS = 1000;

  private final RedisFace face;
  private final ContextInternal context;
  private final EventLoop eventLoop;
  private final NetClient client;
  private final Map<Scope, Lane> lanes = new HashMap<>();
  private final Set<Session> sessions = new HashSet<>();
  private final List<Session> dirty = new ArrayList<>();
  private final LoopCounters counters = new LoopCounters(this);
  private final Router router;
  private final StrongWrites strongWrites;
  private RequestScanner scanner;
  private byte[] clientScratch = new byte[SCRATCH_BYTES];
  private byte[] upstreamScratch = new byte[SCRATCH_BYTES];
  private long nowNanos = System.nanoTime();
  private int connectFailures;
  private boolean closing;
  private boolean fenceOpen;
  private long fenceLookedNanos = nowNanos - FENCE_NANOS;
  private long requestBytesBuffered;
  private String lastConnectError = "not connected yet";

  RedisLoop(RedisFace face, Context context, NetClient client) {
    this.face = face;
    this.context = (ContextInternal) context;
    this.eventLoop = this.context.nettyEventLoop();
    this.client = client;
    this.scanner = new RequestScanner(face.settings().limits());
    this.router = new Router(this);
    this.strongWrites = new StrongWrites(this);
    after(SWEEP_MILLIS, this::sweep);
  }

  RedisFace face() {
    return face;
  }

  Coherence coherence() {
    return face.coherence();
  }

  LoopCounters counters() {
    return counters;
  }

  Router router() {
    return router;
  }

  StrongWrites strongWrites() {
    return strongWrites;
  }

  /** The time of the read at hand, by {@link System#nanoTime()}. */
  long now() {
    return nowNanos;
  }

  /** Looks at the clock. */
  long tick() {
    nowNanos = System.nanoTime();
    return nowNanos;
  }

  /**
   * Whether the near-cache may answer now. Looked at anew at most every {@value #FENCE_NANOS} ns: a
   * source that closes moves the epoch, and {@code maxStaleness} is a thousand times longer.
   */
  boolean fenceOpen() {
    if (nowNanos - fenceLookedNanos >= FENCE_NANOS) {
      fenceLookedNanos = nowNanos;
      fenceOpen = coherence().fence().open(nowNanos);
    }
    return fenceOpen;
  }

  /**
   * Whether strongly consistent keys may be answered from memory too. Looked at for every batch:
   * nothing but time ends a lease.
   */
  boolean strongFenceOpen() {
    return face.settings().hasStrong() && face.strong().fence().open(nowNanos);
  }

  /** The scanner for a session that has no command half read. */
  RequestScanner scanner() {
    return scanner;
  }

  /** The scanner stays with a session whose command is half read. */
  void scannerTaken() {
    scanner = new RequestScanner(face.settings().limits());
  }

  byte[] clientScratch(int length) {
    if (clientScratch.length < length) {
      clientScratch = new byte[length];
    }
    return clientScratch;
  }

  byte[] upstreamScratch(int length) {
    if (upstreamScratch.length < length) {
      upstreamScratch = new byte[length];
    }
    return upstreamScratch;
  }

  /** Counts memory held by requests half received; false when there is too much of it. */
  boolean buffer(long bytes) {
    requestBytesBuffered += bytes;
    return bytes <= 0 || requestBytesBuffered <= RedisFace.REQUEST_BYTES_BUFFERED_MAX;
  }

  /** The session has replies to send; it is flushed when the read at hand is through. */
  void dirty(Session session) {
    dirty.add(session);
  }

  void flushDirty() {
    for (int i = 0; i < dirty.size(); i++) {
      dirty.get(i).flush();
    }
    dirty.clear();
  }

  void after(long millis, Runnable task) {
    var _ = eventLoop.schedule(task, millis, TimeUnit.MILLISECONDS);
  }

  void later(Runnable task) {
    eventLoop.execute(task);
  }

  void run(Runnable task) {
    if (eventLoop.inEventLoop()) {
      task.run();
    } else {
      eventLoop.execute(task);
    }
  }

  Lane lane(Scope scope) {
    return lanes.computeIfAbsent(scope, s -> new Lane(this, s));
  }

  void opened(NetSocket socket) {
    if (!face.clientOpened()) {
      var _ =
          socket
              .write(io.vertx.core.buffer.Buffer.buffer(Errors.TOO_MANY_CLIENTS))
              .onComplete(done -> socket.close());
      return;
    }
    var session = new Session(this, lane(face.initialScope()));
    sessions.add(session);
    session.open(RawSocket.install(socket, face.outboundBytesMax(), session));
  }

  void closed(Session session) {
    sessions.remove(session);
    face.clientClosed();
  }

  Set<Session> sessions() {
    return sessions;
  }

  /** A new connection for a lane, connecting and logging in; it may be used at once. */
  UpstreamConnection connect(Lane lane) {
    var connection = new UpstreamConnection(this, lane);
    attempt(connection);
    expire(connection);
    return connection;
  }

  private void expire(UpstreamConnection connection) {
    long acquireMillis = face.upstreamConfig().acquireMillis();
    after(
        Math.max(10, acquireMillis / 4),
        () -> {
          if (!connection.isReady() && !connection.isClosed()) {
            connection.failUnsent(lastConnectError, tick() - acquireMillis * 1_000_000);
            expire(connection);
          }
        });
  }

  private void attempt(UpstreamConnection connection) {
    if (connection.isClosed()) {
      return;
    }
    context.runOnContext(
        v ->
            client
                .connect(face.upstream().address())
                .onComplete(
                    connected -> {
                      tick();
                      if (connected.failed()) {
                        connectFailed(connection, connected.cause().getMessage());
                      } else if (connection.isClosed()) {
                        var _ = connected.result().close();
                      } else {
                        logIn(connection, connection.install(connected.result()));
                      }
                    }));
  }

  private void connectFailed(UpstreamConnection connection, @Nullable String why) {
    lastConnectError = why == null ? "connect failed" : why;
    face.upstreamState(false, lastConnectError);
    connectFailures = Math.min(connectFailures + 1, 16);
    long min = face.upstreamConfig().reconnectMinMillis();
    long max = face.upstreamConfig().reconnectMaxMillis();
    long backoff = Math.min(max, min << (connectFailures - 1));
    // Full jitter, so that a fleet does not come back in step.
    after(
        Math.max(1, ThreadLocalRandom.current().nextLong(backoff / 2, backoff + 1)),
        () -> attempt(connection));
  }

  private void logIn(UpstreamConnection connection, RawSocket socket) {
    Scope scope = connection.lane().scope();
    List<byte[]> steps = new ArrayList<>();
    Scope.Credentials credentials = scope.credentials();
    if (scope.resp3()) {
      steps.add(
          credentials == null
              ? Request.of("HELLO", "3")
              : Request.of("HELLO", "3", "AUTH", credentials.username(), credentials.password()));
    } else if (credentials != null) {
      steps.add(
          credentials.username().isEmpty()
              ? Request.of("AUTH", credentials.password())
              : Request.of("AUTH", credentials.username(), credentials.password()));
    }
    if (scope.database() != 0) {
      steps.add(Request.of("SELECT", Integer.toString(scope.database())));
    }
    if (steps.isEmpty()) {
      connected(connection, socket);
      return;
    }
    for (int i = 0; i < steps.size(); i++) {
      connection.sendNow(socket, steps.get(i), new LogIn(i == steps.size() - 1, socket));
    }
    socket.flush();
  }

  private void connected(UpstreamConnection connection, RawSocket socket) {
    connectFailures = 0;
    face.upstreamState(true, "");
    connection.ready(socket);
  }

  /** One step of logging in: the last one that succeeds opens the connection. */
  private final class LogIn extends Exchange {
    private final boolean last;
    private final RawSocket socket;

    LogIn(boolean last, RawSocket socket) {
      this.last = last;
      this.socket = socket;
    }

    @Override
    void chunk(byte[] bytes, int from, int to) {
      if (heldLength() < 512) {
        hold(bytes, from, Math.min(to, from + 512));
      }
    }

    @Override
    void ended(UpstreamConnection connection, ReplyScanner reply) {
      if (reply.isError()) {
        String text = new String(held(), 1, heldLength() - 1, StandardCharsets.UTF_8).trim();
        if (!isRefusal(text)) {
          // Not of this user: loading, too many clients. It is tried again.
          socket.abort(DisconnectReason.RETIRED);
        } else {
          connection.loginRefused(text);
          socket.abort(DisconnectReason.REVOKED);
          revoked(connection.lane());
        }
      } else if (last) {
        connected(connection, socket);
      }
    }

    @Override
    void lost(UpstreamConnection connection, boolean sent, String why) {}

    private static boolean isRefusal(String error) {
      return error.startsWith("WRONGPASS")
          || error.startsWith("NOAUTH")
          || error.startsWith("NOPERM")
          || error.startsWith("ERR AUTH")
          || error.startsWith("ERR invalid password");
    }
  }

  /** The upstream does not let this user in any more. */
  private void revoked(Lane lane) {
    for (Session session : List.copyOf(sessions)) {
      if (session.lane() == lane && lane.scope().credentials() != null) {
        session.close(DisconnectReason.REVOKED);
      }
    }
  }

  boolean isInUse(Lane lane) {
    return sessions.stream().anyMatch(session -> session.uses(lane));
  }

  boolean isClosing() {
    return closing;
  }

  /** Connections became free: whoever waits, in whatever lane, may have one. */
  void offerAll() {
    for (Lane lane : List.copyOf(lanes.values())) {
      lane.offer();
    }
  }

  /** Closes a connection that lies idle, if there is one. */
  void closeOneIdle() {
    for (Lane lane : List.copyOf(lanes.values())) {
      if (lane.closeOneIdle()) {
        return;
      }
    }
  }

  /**
   * Lets all connections go when they are answered: their users' rights, or the server's role, have
   * changed.
   */
  void retireConnections() {
    List.copyOf(lanes.values()).forEach(Lane::retire);
    List.copyOf(sessions).forEach(Session::retireShared);
  }

  private void sweep() {
    long now = tick();
    long idleNanos = face.upstreamConfig().idleMillis() * 1_000_000;
    for (Lane lane : List.copyOf(lanes.values())) {
      lane.sweep(now, idleNanos);
    }
    lanes.values().removeIf(lane -> lane.isEmpty() && !isInUse(lane));
    after(SWEEP_MILLIS, this::sweep);
  }

  int sharedConnections() {
    return lanes.values().stream().mapToInt(Lane::sharedCount).sum();
  }

  Map<PinReason, Integer> pinnedByReason() {
    var counts = new EnumMap<PinReason, Integer>(PinReason.class);
    for (Session session : sessions) {
      if (session.pinned() != null) {
        counts.merge(session.pinnedFor(), 1, Integer::sum);
      }
    }
    return counts;
  }

  /** Drain: clients that are owed nothing are closed. */
  void closeIdle() {
    for (Session session : List.copyOf(sessions)) {
      if (session.isIdle()) {
        session.close(DisconnectReason.DRAIN);
      }
    }
  }

  /** Closes everything at once. */
  void closeAll() {
    closing = true;
    List.copyOf(sessions).forEach(session -> session.close(DisconnectReason.DRAIN));
    List.copyOf(lanes.values()).forEach(lane -> lane.closeAll(DisconnectReason.DRAIN));
  }
}
