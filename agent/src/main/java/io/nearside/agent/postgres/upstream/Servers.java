package io.nearside.agent.postgres.upstream;

import io.nearside.config.HostPort;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers behind the PostgreSQL face: who is primary, which replicas may serve a read now. Each
 * is watched by one connection (Vert.x PG Client); what the data plane meets is told by {@link
 * #failed}, {@link #succeeded} and {@link #suspect}.
 *
 * <p>Unknown means not used: a replica serves reads only if it is on the primary's timeline, its
 * lag is known and within both bounds, and it is not ejected. While the primary can not be reached,
 * its silence counts as lag, so that reads end {@code maxLagMillis} later.
 *
 * <p>Everything runs on the context given, but {@link #start}, {@link #apply} and {@link #close},
 * which may be called from anywhere.
 */
public final class Servers {
  private static final Logger log = LoggerFactory.getLogger(Servers.class);
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Vertx vertx;
  private final Context context;
  private final ServersListener listener;
  private final LongSupplier nanoTime;
  private final PositionHistory history = new PositionHistory();
  private final ReplicaChooser chooser = new ReplicaChooser();
  private final List<Server> usable = new ArrayList<>();
  private final Map<HostPort, ServerWatch> watches = new HashMap<>();

  private UpstreamSettings settings;
  private List<Server> all = List.of();
  private @Nullable Server primary;
  private @Nullable Server lastPrimary;
  private int primaryTimeline = -1;
  private long systemIdentifier;
  private boolean conflict;
  private long generation;
  private long timer;
  private boolean started;
  private boolean closed;

  public Servers(
      Vertx vertx, Context context, UpstreamSettings settings, ServersListener listener) {
    this(vertx, context, settings, listener, System::nanoTime);
  }

  Servers(
      Vertx vertx,
      Context context,
      UpstreamSettings settings,
      ServersListener listener,
      LongSupplier nanoTime) {
    this.vertx = vertx;
    this.context = context;
    this.settings = settings;
    this.listener = listener;
    this.nanoTime = nanoTime;
  }

  /** Begins to watch. */
  public void start() {
    context.runOnContext(
        now -> {
          if (!started && !closed) {
            started = true;
            configure();
          }
        });
  }

  /**
   * Follows a change of the configuration: servers come and go, those that stay keep their state;
   * with other servers the cluster's identity is found anew.
   */
  public void apply(UpstreamSettings changed) {
    context.runOnContext(
        now -> {
          if (closed) {
            return;
          }
          if (!changed.servers().equals(settings.servers())) {
            systemIdentifier = 0;
          }
          settings = changed;
          if (started) {
            configure();
          }
        });
  }

  /** Stops watching and closes the connections. */
  public Future<Void> close() {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        now -> {
          closed = true;
          vertx.cancelTimer(timer);
          watches.values().forEach(ServerWatch::close);
          watches.clear();
          done.complete();
        });
    return done.future();
  }

  private void configure() {
    List<Server> next = new ArrayList<>();
    Map<HostPort, ServerWatch> old = new HashMap<>(watches);
    watches.clear();
    for (HostPort address : settings.servers()) {
      if (watches.containsKey(address)) {
        continue;
      }
      ServerWatch watch = old.remove(address);
      if (watch == null) {
        watch = new ServerWatch(vertx, context, new Server(address), settings, new Answers());
      }
      watches.put(address, watch);
      next.add(watch.server());
    }
    all = List.copyOf(next);
    for (ServerWatch gone : old.values()) {
      gone.close();
      gone.server().lost("not configured any more");
      listener.unreachable(gone.server());
    }
    vertx.cancelTimer(timer);
    timer = vertx.setPeriodic(settings.watchMillis(), due -> look());
    List.copyOf(watches.values()).forEach(watch -> watch.apply(settings));
    decide();
    look();
  }

  private void look() {
    List.copyOf(watches.values()).forEach(ServerWatch::look);
  }

  /** The one that takes writes; null while there is none. */
  public @Nullable Server primary() {
    return primary;
  }

  /** All that are replicas now, usable or not, in the order of the configuration. */
  public List<Server> replicas() {
    return all.stream().filter(server -> server.role() == ServerRole.REPLICA).toList();
  }

  /** All that are configured, in that order. */
  public List<Server> all() {
    return all;
  }

  /**
   * Moves when another server becomes primary, or the primary writes another timeline: positions of
   * before are not comparable. A primary that was away and comes back the same does not move it.
   */
  public long generation() {
    return generation;
  }

  /** Moves with nothing but configuration; for reading its parts. */
  public UpstreamSettings settings() {
    return settings;
  }

  /**
   * The replica that serves the next read by the configured choice.
   *
   * @param connectionsInUse the data plane's connections to a server that are in use
   * @return null where no replica may: then the primary serves
   */
  public @Nullable Server chooseReplica(ToIntFunction<Server> connectionsInUse) {
    long now = nanoTime.getAsLong();
    usable.clear();
    for (int i = 0; i < all.size(); i++) {
      Server server = all.get(i);
      if (refusal(server, now) == null) {
        usable.add(server);
      }
    }
    return chooser.choose(usable, settings, connectionsInUse, now);
  }

  /** Why a server gets no reads as a replica, for people; null where it may. */
  public @Nullable String refusal(Server server) {
    return refusal(server, nanoTime.getAsLong());
  }

  private @Nullable String refusal(Server server, long now) {
    if (server.role() != ServerRole.REPLICA) {
      return server.role() == ServerRole.PRIMARY ? "is primary" : "unknown";
    }
    if (!server.isReachable()) {
      return "not reachable";
    }
    if (settings.weight(server.address()) <= 0) {
      return "weight 0";
    }
    if (conflict) {
      return "two primaries";
    }
    if (server.timeline() != primaryTimeline) {
      return "another timeline than the primary's";
    }
    if (server.lagBytes() < 0 || server.lagMillis() < 0) {
      return "lag unknown";
    }
    if (server.lagBytes() > settings.maxLagBytes()) {
      return "behind by more than maxLagBytes";
    }
    long lagNanosMax = settings.maxLagMillis() * NANOS_PER_MILLI;
    if (server.lagMillis() > settings.maxLagMillis() || primarySilenceNanos(now) > lagNanosMax) {
      return "behind by more than maxLagMillis";
    }
    return server.ejection.isEjected(now) ? "ejected" : null;
  }

  /** How long nothing has been heard of a primary that can not be reached; 0 if it can. */
  private long primarySilenceNanos(long now) {
    Server last = lastPrimary;
    return primary != null || last == null ? 0 : Math.max(0, last.answerAgeNanos(now));
  }

  /**
   * A connection to a server failed, or could not be made: enough of that ejects a replica, and the
   * server is asked at once.
   */
  public void failed(Server server, String reason) {
    server.countFailure();
    long now = nanoTime.getAsLong();
    if (server.role() != ServerRole.PRIMARY && server.ejection.failed(settings, now)) {
      log.warn(
          "replica ejected upstream={} reason=\"{}\" ejectedMillis={}",
          server,
          reason,
          server.ejectedNanos(now) / NANOS_PER_MILLI);
    }
    suspect(server);
  }

  /** A server served something. */
  public void succeeded(Server server) {
    server.ejection.succeeded(settings, nanoTime.getAsLong());
  }

  /**
   * The data plane saw what only another role explains (25006 of a primary), or a server on its way
   * down (57P01, a refused connection): all servers are asked at once, since another one may be
   * primary by now. As often as one likes: one question at a time is under way.
   */
  public void suspect(Server server) {
    log.debug("roles in doubt upstream={}", server);
    List.copyOf(watches.values()).forEach(ServerWatch::lookAnew);
  }

  /**
   * Asks the primary what a replica must have replayed to see everything written so far; fails
   * where there is no primary or it does not answer in time.
   */
  public Future<Long> askPrimaryPosition() {
    Server now = primary;
    ServerWatch watch = now == null ? null : watches.get(now.address());
    return watch == null ? Future.failedFuture("no primary") : watch.insertPosition();
  }

  /** Decides roles anew, once every server has been heard of. */
  private void decide() {
    for (Server server : all) {
      if (!server.isHeard()) {
        return;
      }
    }
    Roles roles = Roles.of(all, primary, systemIdentifier);
    for (Server server : all) {
      refuse(server, roles.refused().get(server));
    }
    if (roles.systemIdentifier() != systemIdentifier) {
      systemIdentifier = roles.systemIdentifier();
      log.info("cluster found system_identifier={}", systemIdentifier);
    }
    if (roles.conflict() != conflict) {
      conflict = roles.conflict();
      if (conflict) {
        log.error(
            "two servers are primary of one timeline: writes go to {} alone, reads to no replica;"
                + " take the other out of the configuration",
            roles.primary());
      } else {
        log.info("one primary again");
      }
    }
    become(roles.primary());
    for (Server server : all) {
      ServerRole before = server.toldRole();
      if (before != server.role()) {
        server.toldRole(server.role());
        listener.roleChanged(server, before);
      }
    }
  }

  private static void refuse(Server server, @Nullable String why) {
    String before = server.refused();
    server.refuse(why);
    if (why != null && !why.equals(before)) {
      log.error("server not used upstream={} reason=\"{}\"", server, why);
    } else if (why == null && before != null) {
      log.info("server used again upstream={}", server);
    }
  }

  @SuppressWarnings("ReferenceEquality") // a server is itself
  private void become(@Nullable Server now) {
    Server before = primary;
    boolean another = now != null && (now != lastPrimary || now.timeline() != primaryTimeline);
    primary = now;
    if (now != null) {
      lastPrimary = now;
      primaryTimeline = now.timeline();
    }
    if (another) {
      generation++;
      history.clear();
    }
    if (now != null) {
      history.add(now.flushPosition(), nanoTime.getAsLong());
    }
    measure();
    if (before != now || another) {
      if (now == null) {
        log.warn("no primary before={}", before);
      } else {
        log.info("primary upstream={} timeline={} before={}", now, now.timeline(), before);
      }
      listener.primaryChanged(before, now);
    }
  }

  private void measure() {
    long now = nanoTime.getAsLong();
    long latest = history.latest();
    for (Server server : all) {
      long replayed = server.replayPosition();
      if (replayed < 0 || latest < 0) {
        server.lag(-1, -1);
      } else {
        server.lag(
            Math.max(0, latest - replayed),
            history.lagMillis(replayed, server.replayAgeMillis(), now));
      }
    }
  }

  /** What the watches say. */
  private final class Answers implements ServerWatch.Watcher {
    @Override
    public void answered(ServerWatch watch, ServerIdentity identity, WatchAnswer answer) {
      Server server = watch.server();
      boolean back = !server.isReachable();
      boolean first = server.identity() == null;
      server.answered(identity, answer, nanoTime.getAsLong());
      if (first) {
        tellMissingRights(server, identity);
      }
      decide();
      if (back) {
        log.info("server reachable upstream={} role={}", server, server.role());
        listener.reachable(server);
      }
    }

    @Override
    public void disconnected(ServerWatch watch) {
      watch.server().disconnected();
    }

    @Override
    public void lost(ServerWatch watch, String why) {
      Server server = watch.server();
      boolean was = server.isReachable();
      if (was || !server.isHeard()) {
        log.warn("server not reachable upstream={} reason=\"{}\"", server, why);
      } else if (!why.equals(server.lastError())) {
        log.debug("server still not reachable upstream={} reason=\"{}\"", server, why);
      }
      server.lost(why);
      decide();
      if (was) {
        listener.unreachable(server);
      }
    }

    private void tellMissingRights(Server server, ServerIdentity identity) {
      if (!identity.mayMonitor()) {
        log.warn(
            "the control user may not see which timeline a replica streams upstream={}: after a"
                + " promotion a replica serves only when its control file has changed; GRANT"
                + " pg_monitor TO {}",
            server,
            settings.user());
      }
      if (!identity.mayControl()) {
        log.warn(
            "the control user may not call pg_control_system, pg_control_recovery and"
                + " pg_control_checkpoint upstream={}: a server of another cluster is not found out;"
                + " GRANT EXECUTE on them TO {}",
            server,
            settings.user());
      }
    }
  }
}
