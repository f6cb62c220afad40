package io.nearside.agent.postgres;

import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.postgres.upstream.Server;
import io.nearside.agent.postgres.wire.ErrorFields;
import io.nearside.agent.postgres.wire.SqlState;
import io.nearside.config.PostgresPoolConfig;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one server for one database and user, and the clients that wait for one: first
 * come, first served. On the event loop.
 *
 * <p>It grows towards {@code max} when clients have waited, shrinks towards {@code min} when it
 * needs less; never beyond what the fleet's budget allows.
 */
final class Pool {
  private static final long FORGOTTEN_NANOS = 600_000_000_000L;

  private final PostgresLoop loop;
  private final Server server;
  private final PoolKey key;
  private final Allowance allowance;
  private final PoolCounters counters = new PoolCounters();
  // The one that was used last is used next: the others grow old and go.
  private final ArrayDeque<ServerConnection> idle = new ArrayDeque<>();
  private final Set<ServerConnection> all = new HashSet<>();
  private final Set<ServerConnection> cleaning = new HashSet<>();
  private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
  private PoolSettings settings;
  private int connecting;
  private int failures;
  private boolean backingOff;
  private boolean paused;
  private boolean disabled;
  private boolean used;
  private boolean expiryArmed;
  private long usedNanos;
  private int busyHigh;
  private long shrinkNanos;
  private int resizedMax;
  private @Nullable ErrorFields lastError;

  Pool(PostgresLoop loop, Server server, PoolKey key, Allowance allowance, PoolSettings settings) {
    this.loop = loop;
    this.server = server;
    this.key = key;
    this.allowance = allowance;
    this.settings = settings;
    this.shrinkNanos = loop.now();
  }

  /** Somebody who asked for a connection and has none yet. */
  private record Waiter(Session session, String identity, long sinceNanos) {}

  Server server() {
    return server;
  }

  PoolKey key() {
    return key;
  }

  PoolSettings settings() {
    return settings;
  }

  void settings(PoolSettings now) {
    settings = now;
    serve();
  }

  PoolCounters counters() {
    return counters;
  }

  boolean isPrimary() {
    return loop.isPrimary(server);
  }

  int max() {
    return resizedMax > 0 ? resizedMax : settings.config().max();
  }

  /** Another maximum until the next start; 0 goes back to the configuration's. */
  void resize(int max) {
    resizedMax = max;
    serve();
    trim();
  }

  int total() {
    return all.size() + connecting;
  }

  int idleCount() {
    return idle.size();
  }

  int inUse() {
    return all.size() - idle.size() - cleaning.size();
  }

  int connectingCount() {
    return connecting;
  }

  int cleaningCount() {
    return cleaning.size();
  }

  int waiting() {
    return waiters.size();
  }

  long oldestWaitNanos(long now) {
    Waiter first = waiters.peek();
    return first == null ? 0 : now - first.sinceNanos();
  }

  Set<ServerConnection> connections() {
    return all;
  }

  /** What a connection does; by the words of PgBouncer. */
  enum State {
    /** Linked to a client. */
    ACTIVE,
    IDLE,
    /** Idle for so long that it is checked before it is lent. */
    USED,
    /** Checked or cleaned. */
    TESTED,
    /** Free but for a cancel request that is under way. */
    BEING_CANCELED;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Of one of {@link #connections}. */
  State stateOf(ServerConnection connection) {
    if (cleaning.contains(connection)) {
      return connection.isBeingCancelled() ? State.BEING_CANCELED : State.TESTED;
    }
    if (connection.session() != null) {
      return State.ACTIVE;
    }
    return isStale(connection) ? State.USED : State.IDLE;
  }

  /** What the fleet's budget allows all pools of the database on this server; -1 without one. */
  int allowed() {
    return allowance.isLimited() ? allowance.allowed() : -1;
  }

  /** Why a connection could not be opened the last time; empty while they can be. */
  String lastErrorText() {
    return lastError == null ? "" : lastError.message();
  }

  boolean isPaused() {
    return paused;
  }

  boolean isDisabled() {
    return disabled;
  }

  long lifetimeNanos() {
    PostgresPoolConfig config = settings.config();
    double jitter = config.lifetimeJitterPercent() / 100.0;
    double factor = 1 + jitter * (2 * ThreadLocalRandom.current().nextDouble() - 1);
    return (long) (config.lifetimeMillis() * 1_000_000 * factor);
  }

  // ---- clients

  /**
   * Asks for a connection: the answer is at once, or later through {@link Session#granted} or
   * {@link Session#refused}.
   */
  @Nullable ServerConnection acquire(Session session, String identity) {
    used = true;
    usedNanos = loop.now();
    if (!paused && !disabled && waiters.isEmpty()) {
      ServerConnection free = takeIdle(identity);
      if (free != null && isStale(free)) {
        check(free);
      } else if (free != null) {
        lent();
        return free;
      }
    }
    if (disabled) {
      session.refused(
          ErrorFields.error(SqlState.CANNOT_CONNECT_NOW, "the pool is disabled")
              .withDetail(describe()));
      return null;
    }
    if (waiters.size() >= settings.config().queueMax()) {
      counters.refused();
      session.refused(
          ErrorFields.error(
                  SqlState.TOO_MANY_CONNECTIONS,
                  "too many clients wait for a server connection (pool.queueMax is "
                      + settings.config().queueMax()
                      + ")")
              .withDetail(describe()));
      return null;
    }
    waiters.add(new Waiter(session, identity, loop.now()));
    armExpiry();
    grow();
    return null;
  }

  void withdraw(Session session) {
    waiters.removeIf(waiter -> waiter.session().equals(session));
    allowanceDemand();
  }

  private void lent() {
    counters.lent();
    busyHigh = Math.max(busyHigh, all.size() - idle.size());
  }

  private @Nullable ServerConnection takeIdle(String identity) {
    ServerConnection first = idle.peekFirst();
    if (first == null) {
      return null;
    }
    if (first.identity().equals(identity)) {
      idle.removeFirst();
      return first;
    }
    for (Iterator<ServerConnection> each = idle.iterator(); each.hasNext(); ) {
      ServerConnection one = each.next();
      if (one.identity().equals(identity)) {
        each.remove();
        return one;
      }
    }
    return null;
  }

  /** One timer for all who wait: there are as many waits as queries. */
  private void armExpiry() {
    Waiter first = waiters.peek();
    if (first != null && !expiryArmed) {
      expiryArmed = true;
      long waited = (loop.now() - first.sinceNanos()) / 1_000_000;
      loop.after(
          Math.max(1, settings.config().acquireMillis() - waited),
          () -> {
            expiryArmed = false;
            expireWaiters();
            armExpiry();
          });
    }
  }

  private void expireWaiters() {
    long now = loop.tick();
    long limit = settings.config().acquireMillis() * 1_000_000;
    while (!waiters.isEmpty() && now - waiters.element().sinceNanos() >= limit - 1_000_000) {
      Waiter waiter = waiters.remove();
      counters.refused();
      counters.waited(now - waiter.sinceNanos());
      ErrorFields why =
          ErrorFields.error(
                  SqlState.TOO_MANY_CONNECTIONS,
                  "no server connection came free within "
                      + settings.config().acquireMillis()
                      + " ms (pool.acquireMillis)")
              .withDetail(describe());
      waiter.session().refused(why);
    }
    loop.flushDirty();
  }

  /** The pool's state in one line, for people. */
  String describe() {
    String text =
        "pool "
            + key.database()
            + "/"
            + key.user()
            + " on "
            + server.address()
            + ": "
            + inUse()
            + " of at most "
            + max()
            + " connections in use, "
            + idle.size()
            + " idle, "
            + connecting
            + " connecting, "
            + waiters.size()
            + " clients waiting"
            + (paused ? ", paused" : "");
    if (allowance.isLimited()) {
      text += ", the fleet's budget allows " + allowance.allowed() + " here";
    }
    return lastError == null ? text : text + "; last error: " + lastError.message();
  }

  // ---- growing and shrinking

  private void grow() {
    if (paused || disabled || waiters.isEmpty() || backingOff) {
      return;
    }
    if (total() >= max() && idle.isEmpty()) {
      // Whoever waits is not looked at one by one: this comes with every query.
      allowanceDemand();
      return;
    }
    long growNanos = settings.config().growWaitMillis() * 1_000_000;
    long now = loop.now();
    boolean patient = settings.config().autoscale() && growNanos > 0;
    int needed = 0;
    for (Waiter waiter : waiters) {
      if (!patient || total() == 0 || now - waiter.sinceNanos() >= growNanos) {
        needed++;
      }
      if (needed > connecting && (total() >= max() || patient)) {
        break;
      }
    }
    while (connecting < needed && open(identityWanted())) {
      // opened
    }
    if (patient && needed == 0 && total() < max()) {
      long wait = Math.max(0, growNanos - (now - waiters.element().sinceNanos()));
      loop.after(
          wait / 1_000_000 + 1,
          () -> {
            loop.tick();
            grow();
          });
    }
    allowanceDemand();
  }

  private String identityWanted() {
    int skip = connecting;
    for (Waiter waiter : waiters) {
      if (skip-- <= 0) {
        return waiter.identity();
      }
    }
    return waiters.element().identity();
  }

  /** Begins to open a connection if one more may be. */
  private boolean open(String identity) {
    if (total() >= max()) {
      // One that was opened for others makes room.
      ServerConnection other = idle.pollLast();
      if (other == null) {
        return false;
      }
      other.terminate(DisconnectReason.RETIRED);
    }
    if (!allowance.take()) {
      return false;
    }
    connecting++;
    ServerLogin.connect(
        loop,
        server.address(),
        key,
        identity,
        settings.config().connectMillis(),
        null,
        new ServerLogin.Outcome() {
          @Override
          public void ready(ServerLogin login) {
            connecting--;
            failures = 0;
            lastError = null;
            opened(new ServerConnection(loop, Pool.this, identity, login), login);
          }

          @Override
          public void failed(ErrorFields why, boolean unreachable) {
            connecting--;
            allowance.give();
            connectFailed(why, unreachable);
          }
        });
    return true;
  }

  /** A connection that a client's own login has opened; it counts like any other. */
  ServerConnection adopt(String identity, ServerLogin login) {
    var connection = new ServerConnection(loop, this, identity, login);
    used = true;
    connecting--;
    all.add(connection);
    login.handOver(connection);
    counters.opened();
    return connection;
  }

  /** Whether a client's own login may open one more connection now; it counts from here on. */
  boolean reserve() {
    if (total() >= max()) {
      ServerConnection other = idle.pollLast();
      if (other == null) {
        return false;
      }
      other.terminate(DisconnectReason.RETIRED);
    }
    if (!allowance.take()) {
      return false;
    }
    connecting++;
    return true;
  }

  void unreserve() {
    connecting--;
    allowance.give();
    serve();
  }

  private void opened(ServerConnection connection, ServerLogin login) {
    all.add(connection);
    login.handOver(connection);
    counters.opened();
    loop.servers().succeeded(server);
    free(connection);
  }

  private void connectFailed(ErrorFields why, boolean unreachable) {
    lastError = why;
    failures++;
    counters.connectFailed();
    if (unreachable) {
      loop.servers().failed(server, why.message());
    }
    if (!isPrimary()) {
      // A read need not wait for a replica that can not be had, nor a write for who was primary.
      List<Waiter> moved = new ArrayList<>(waiters);
      waiters.clear();
      moved.forEach(waiter -> waiter.session().elsewhere(why));
      loop.flushDirty();
    }
    PostgresPoolConfig config = settings.config();
    boolean hopeless =
        !unreachable
            && !why.is(SqlState.TOO_MANY_CONNECTIONS)
            && !why.is(SqlState.CANNOT_CONNECT_NOW);
    if (hopeless || failures > config.retryCount()) {
      failures = 0;
      List<Waiter> told = new ArrayList<>(waiters);
      waiters.clear();
      for (Waiter waiter : told) {
        waiter.session().refused(why);
      }
      loop.flushDirty();
      return;
    }
    backingOff = true;
    long backoff = config.retryBackoffMillis() << Math.min(failures - 1, 16);
    loop.after(
        Math.min(backoff, 10_000),
        () -> {
          backingOff = false;
          loop.tick();
          grow();
        });
  }

  // ---- connections

  /**
   * A connection is not used any more; everything that was asked on it is answered, and no
   * transaction is open.
   */
  void release(ServerConnection connection) {
    if (connection.isClosed()) {
      return;
    }
    connection.unlink();
    if (!connection.isQuiet()) {
      connection.close(DisconnectReason.PROTOCOL);
      return;
    }
    if (connection.isDirty()) {
      clean(connection);
    } else {
      free(connection);
    }
  }

  private boolean isStale(ServerConnection connection) {
    long checkNanos = settings.config().checkIdleMillis() * 1_000_000;
    return checkNanos > 0 && loop.now() - connection.idleSinceNanos() >= checkNanos;
  }

  /** Asks a connection that lay idle long whether it is still there; it is offered when it is. */
  private void check(ServerConnection connection) {
    cleaning.add(connection);
    connection.ask("", new Cleaning(connection));
    connection.flush();
    loop.after(
        settings.config().connectMillis(),
        () -> {
          if (cleaning.contains(connection) && !connection.replies().isEmpty()) {
            connection.close(DisconnectReason.RETIRED);
          }
        });
  }

  /** It may serve the next one. */
  private void free(ServerConnection connection) {
    if (connection.isClosed()) {
      return;
    }
    if (connection.isBeingCancelled()) {
      // Whoever is next must not be hit; it is offered when the cancel has been heard.
      cleaning.add(connection);
      return;
    }
    if (connection.isExpired(loop.now()) || total() > max() || disabled || allowance.isExceeded()) {
      connection.terminate(DisconnectReason.RETIRED);
      return;
    }
    connection.unlink();
    idle.addFirst(connection);
    serve();
  }

  void cancelSettled(ServerConnection connection) {
    if (cleaning.contains(connection) && connection.isQuiet()) {
      cleaning.remove(connection);
      free(connection);
      loop.flushDirty();
    }
  }

  /** Gives free connections to who waits. */
  void serve() {
    while (!waiters.isEmpty() && !paused && !disabled && !idle.isEmpty()) {
      Waiter waiter = waiters.element();
      ServerConnection connection = takeIdle(waiter.identity());
      if (connection == null) {
        break;
      }
      if (isStale(connection)) {
        check(connection);
        continue;
      }
      waiters.remove();
      lent();
      counters.waited(loop.now() - waiter.sinceNanos());
      waiter.session().granted(connection);
    }
    grow();
  }

  /**
   * A client left a connection behind: what it asked for is waited for, what it left is cleaned,
   * within a bound.
   */
  void abandon(ServerConnection connection) {
    if (connection.isClosed()) {
      return;
    }
    connection.unlink();
    cleaning.add(connection);
    if (connection.replies().isCopyIn() || connection.replies().isSkipping()) {
      connection.close(DisconnectReason.RETIRED);
      return;
    }
    loop.after(
        settings.config().resetMillis(),
        () -> {
          if (cleaning.contains(connection) && !connection.isBeingCancelled()) {
            loop.cancelOn(connection);
            connection.close(DisconnectReason.RETIRED);
          }
        });
    if (connection.replies().isEmpty()) {
      clean(connection);
    }
  }

  /** What an abandoned client had asked for is answered. */
  void abandonedReady(ServerConnection connection) {
    if (connection.replies().isEmpty() && cleaning.contains(connection)) {
      clean(connection);
    }
  }

  private void clean(ServerConnection connection) {
    cleaning.add(connection);
    if (connection.isInTransaction()) {
      connection.ask("ROLLBACK", new Cleaning(connection));
    } else if (connection.isDirty()) {
      connection.dirty(false);
      connection.ask("DISCARD ALL", new Cleaning(connection));
      connection.statements().clear();
      connection.statements().unnamed(null);
      connection.parameters().untrackAll();
    } else {
      cleaning.remove(connection);
      free(connection);
      return;
    }
    connection.flush();
  }

  private final class Cleaning implements OwnQuery {
    private final ServerConnection connection;

    Cleaning(ServerConnection connection) {
      this.connection = connection;
    }

    @Override
    public void row(@Nullable String value) {}

    @Override
    public void done(byte status, @Nullable ErrorFields error) {
      if (error != null) {
        connection.close(DisconnectReason.RETIRED);
      } else {
        clean(connection);
        loop.flushDirty();
      }
    }

    @Override
    public void lost() {}
  }

  void closed(ServerConnection connection, @Nullable DisconnectReason reason) {
    if (all.remove(connection)) {
      idle.remove(connection);
      cleaning.remove(connection);
      counters.closed();
      if (reason == null || reason == DisconnectReason.PEER) {
        loop.serverLost(server, connection.lastWords());
      }
      serve();
    }
  }

  /** The server has closed its side of a connection. */
  void gone() {
    allowance.give();
    serve();
  }

  // ---- upkeep

  /** Looks after age, idleness and the minimum; every {@code evictMillis}. */
  void sweep() {
    long now = loop.now();
    PostgresPoolConfig config = settings.config();
    if (now - shrinkNanos >= config.shrinkMillis() * 1_000_000) {
      shrinkNanos = now;
      int target = Math.max(config.min(), busyHigh);
      busyHigh = inUse();
      while (config.autoscale() && total() > target && idle.size() > 1) {
        idle.removeLast().terminate(DisconnectReason.IDLE);
      }
    }
    for (ServerConnection one : List.copyOf(idle)) {
      boolean old = now - one.idleSinceNanos() >= config.idleMillis() * 1_000_000;
      if (one.isExpired(now) || (old && total() > config.min())) {
        one.terminate(DisconnectReason.IDLE);
      }
    }
    if (used
        && total() < Math.min(config.min(), max())
        && !paused
        && !disabled
        && !backingOff
        && !all.isEmpty()) {
      open(all.iterator().next().identity());
    }
    trim();
    expireWaiters();
    grow();
  }

  /** Closes what is beyond the maximum or the budget and lies idle. */
  void trim() {
    while ((total() > max() || allowance.isExceeded()) && !idle.isEmpty()) {
      idle.removeLast().terminate(DisconnectReason.RETIRED);
    }
  }

  /** Closes connections in use too: the share that they rest on is lost. */
  void cut() {
    trim();
    for (ServerConnection one : List.copyOf(all)) {
      if (!allowance.isExceeded()) {
        return;
      }
      one.close(DisconnectReason.LIMIT);
    }
  }

  private void allowanceDemand() {
    allowance.demandChanged();
  }

  /** Lends nothing until it is resumed; who asks waits. */
  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
    serve();
  }

  void disable(boolean now) {
    disabled = now;
    if (now) {
      closeIdle();
    } else {
      serve();
    }
  }

  /** All connections are replaced when they are free. */
  void reconnect() {
    all.forEach(ServerConnection::retire);
    closeIdle();
    serve();
  }

  void closeIdle() {
    for (ServerConnection one : List.copyOf(idle)) {
      one.terminate(DisconnectReason.RETIRED);
    }
  }

  /** Closes everything at once. */
  void closeAll(DisconnectReason reason) {
    for (ServerConnection one : List.copyOf(all)) {
      one.terminate(reason);
    }
  }

  /** Whether nobody has used it for so long that it needs no place. */
  boolean isForgotten() {
    return isEmpty()
        && resizedMax == 0
        && !paused
        && !disabled
        && loop.now() - usedNanos > FORGOTTEN_NANOS;
  }

  boolean isEmpty() {
    return all.isEmpty() && connecting == 0 && waiters.isEmpty();
  }
}
