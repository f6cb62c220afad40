package io.nearside.agent.postgres;

import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.postgres.sql.PinReason;
import io.nearside.agent.postgres.upstream.Positions;
import io.nearside.agent.postgres.upstream.Server;
import io.nearside.agent.postgres.upstream.ServerRole;
import io.nearside.agent.postgres.wire.BackendKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks at everything on the event loop, and makes what may leave it. */
final class StatisticsGathering {
  private final PostgresLoop loop;

  /** Clients of a pool, by what they do. */
  private static final class Clients {
    private int linked;
    private int pinned;
  }

  StatisticsGathering(PostgresLoop loop) {
    this.loop = loop;
  }

  PostgresStatistics now() {
    Map<Pool, Clients> linked = new HashMap<>();
    Map<PoolKey, Clients> free = new HashMap<>();
    for (Session session : loop.sessions()) {
      Conversation talk = session.conversation();
      if (talk != null && session.key() != null) {
        count(talk, linked, free);
      }
    }
    List<PostgresStatistics.PoolState> pools = new ArrayList<>();
    for (Pool pool : loop.pools()) {
      var clients = linked.getOrDefault(pool, new Clients());
      if (pool.isPrimary()) {
        Clients unlinked = free.getOrDefault(pool.key(), new Clients());
        clients.linked += unlinked.linked;
        clients.pinned += unlinked.pinned;
      }
      pools.add(pool(pool, clients));
    }
    List<PostgresStatistics.ServerState> servers = new ArrayList<>();
    Map<String, Long> reads = loop.statistics().reads();
    for (Server server : loop.servers().all()) {
      servers.add(server(server, reads.getOrDefault(server.toString(), 0L)));
    }
    return new PostgresStatistics(pools, servers, loop.budgets().shares(), totals(), loop.splits());
  }

  private static void count(
      Conversation talk, Map<Pool, Clients> linked, Map<PoolKey, Clients> free) {
    if (talk.isWaiting()) {
      return;
    }
    ServerConnection link = talk.link();
    Clients clients =
        link == null
            ? free.computeIfAbsent(talk.key(), key -> new Clients())
            : linked.computeIfAbsent(link.pool(), pool -> new Clients());
    clients.linked++;
    clients.pinned += talk.state().isPinned() ? 1 : 0;
  }

  // ---- pools

  private PostgresStatistics.PoolState pool(Pool pool, Clients clients) {
    int active = 0;
    int idle = 0;
    int used = 0;
    int tested = 0;
    int cancelled = 0;
    int retired = 0;
    for (ServerConnection one : pool.connections()) {
      switch (pool.stateOf(one)) {
        case ACTIVE -> active++;
        case IDLE -> idle++;
        case USED -> used++;
        case TESTED -> tested++;
        case BEING_CANCELED -> cancelled++;
      }
      retired += one.isRetired() ? 1 : 0;
    }
    return new PostgresStatistics.PoolState(
        pool.key().database(),
        pool.key().user(),
        pool.server().toString(),
        role(pool.server()),
        pool.settings().mode().name().toLowerCase(Locale.ROOT),
        clients.linked,
        pool.waiting(),
        active,
        idle,
        used,
        tested,
        cancelled,
        pool.connectingCount(),
        retired,
        clients.pinned,
        pool.settings().config().min(),
        pool.max(),
        pool.allowed(),
        pool.isPaused(),
        loop.operator().isDisabled(pool.key().database()),
        pool.oldestWaitNanos(loop.now()) / 1000,
        pool.lastErrorText(),
        pool.counters().traffic());
  }

  String role(Server server) {
    return loop.isPrimary(server)
        ? "primary"
        : server.role() == ServerRole.REPLICA ? "replica" : "unknown";
  }

  // ---- servers

  private PostgresStatistics.ServerState server(Server server, long reads) {
    int connections = 0;
    int inUse = 0;
    for (Pool pool : loop.poolsOf(server)) {
      connections += pool.total();
      inUse += pool.inUse();
    }
    long age = server.answerAgeNanos(loop.now());
    long replayed = server.replayPosition();
    String refusal = loop.servers().refusal(server);
    return new PostgresStatistics.ServerState(
        server.toString(),
        role(server),
        server.isReachable(),
        refusal == null ? "" : refusal,
        server.lagMillis(),
        server.lagBytes(),
        server.timeline(),
        replayed < 0 ? "" : Positions.format(replayed),
        age < 0 ? -1 : age / 1_000_000,
        server.ejectedNanos(loop.now()) / 1_000_000,
        server.ejections(),
        server.failures(),
        server.losses(),
        connections,
        inUse,
        loop.servers().settings().weight(server.address()),
        server.versionNum(),
        server.lastError(),
        reads);
  }

  // ---- the face

  private PostgresStatistics.Totals totals() {
    int loggingIn = 0;
    Map<String, Integer> pinned = new HashMap<>();
    Map<String, Double> pinSeconds = new HashMap<>();
    for (PinReason reason : PinReason.values()) {
      pinned.put(reason.label(), 0);
      pinSeconds.put(reason.label(), 0.0);
    }
    loop.counters().pinNanos().forEach((reason, nanos) -> pinSeconds.put(reason, nanos / 1e9));
    for (Session session : loop.sessions()) {
      Conversation talk = session.conversation();
      if (session.key() == null) {
        loggingIn++;
      } else if (talk != null) {
        Pins pins = talk.state().pins();
        pins.each(
            reason -> {
              pinned.merge(reason.label(), 1, Integer::sum);
              pinSeconds.merge(reason.label(), pins.heldNanos(reason) / 1e9, Double::sum);
            });
      }
    }
    FaceCounters counters = loop.counters();
    Map<String, Long> disconnects = new HashMap<>();
    for (DisconnectReason reason : DisconnectReason.values()) {
      disconnects.put(reason.label(), counters.disconnects().getOrDefault(reason, 0L));
    }
    QueryStatistics queries = loop.statistics();
    return new PostgresStatistics.Totals(
        loop.sessions().size(),
        loggingIn,
        counters.clientsTotal(),
        disconnects,
        counters.loginFailures(),
        pinned,
        counters.pins(),
        pinSeconds,
        counters.decisions(),
        counters.healed(),
        counters.tokenChecks(),
        counters.tokenWaits(),
        counters.tokensGivenUp(),
        counters.cancels(),
        Map.of(
            "primary", queries.onPrimary().histogram(),
            "replica", queries.onReplicas().histogram()),
        queries.writes(),
        queries.slowQueries(),
        queries.fingerprints(),
        loop.texts().size());
  }

  // ---- pins

  /** Every client that keeps its connection, the longest first. */
  List<PostgresStatistics.Pin> pins() {
    List<PostgresStatistics.Pin> all = new ArrayList<>();
    for (Session session : loop.sessions()) {
      Conversation talk = session.conversation();
      BackendKey key = session.key();
      if (talk != null && key != null) {
        talk.state().pins().each(reason -> all.add(pin(session, talk, key, reason)));
      }
    }
    all.sort((a, b) -> Double.compare(b.heldSeconds(), a.heldSeconds()));
    return all;
  }

  private static PostgresStatistics.Pin pin(
      Session session, Conversation talk, BackendKey key, PinReason reason) {
    @Nullable ServerConnection link = talk.link();
    return new PostgresStatistics.Pin(
        key.processId(),
        talk.key().database(),
        talk.key().user(),
        talk.applicationName(),
        session.address(),
        reason.label(),
        talk.state().pins().heldNanos(reason) / 1e9,
        link == null ? "" : link.pool().server().toString(),
        link == null ? 0 : link.key().processId());
  }
}
