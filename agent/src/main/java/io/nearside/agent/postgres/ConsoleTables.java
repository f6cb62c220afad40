package io.nearside.agent.postgres;

import io.nearside.agent.postgres.wire.BackendKey;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The console's lists of what is there: pools, clients, servers. Columns are named, and stand in
 * the order, as PgBouncer's users know them (its manual, "Show commands"); ours follow. On the
 * event loop.
 */
final class ConsoleTables {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final PostgresLoop loop;

  ConsoleTables(PostgresLoop loop) {
    this.loop = loop;
  }

  ConsoleTable pools() {
    var table =
        new ConsoleTable()
            .texts("database", "user")
            .numbers("cl_active", "cl_waiting", "cl_active_cancel_req", "cl_waiting_cancel_req")
            .numbers("sv_active", "sv_active_cancel", "sv_being_canceled", "sv_idle", "sv_used")
            .numbers("sv_tested", "sv_login", "maxwait", "maxwait_us")
            .texts("pool_mode", "server", "role")
            .numbers("min", "max", "budget", "pinned", "paused", "disabled")
            .texts("last_error");
    for (PostgresStatistics.PoolState pool : new StatisticsGathering(loop).now().pools()) {
      table.row(
          pool.database(),
          pool.user(),
          pool.clients(),
          pool.waiting(),
          0,
          0,
          pool.active(),
          0,
          pool.beingCancelled(),
          pool.idle(),
          pool.used(),
          pool.tested(),
          pool.connecting(),
          pool.maxWaitMicros() / 1_000_000,
          pool.maxWaitMicros() % 1_000_000,
          pool.mode(),
          pool.server(),
          pool.role(),
          pool.min(),
          pool.max(),
          pool.allowed() < 0 ? null : pool.allowed(),
          pool.pinned(),
          pool.paused(),
          pool.disabled(),
          pool.lastError());
    }
    return table;
  }

  private static ConsoleTable connections() {
    return new ConsoleTable()
        .texts("type", "user", "database", "replication", "state", "addr")
        .numbers("port")
        .texts("local_addr")
        .numbers("local_port")
        .texts("connect_time", "request_time")
        .numbers("wait", "wait_us", "close_needed")
        .texts("ptr", "link")
        .numbers("remote_pid")
        .texts("tls", "application_name")
        .numbers("prepared_statements", "id");
  }

  ConsoleTable clients() {
    ConsoleTable table = connections().texts("pool_mode", "server", "pins");
    for (Session session : loop.sessions()) {
      BackendKey key = session.key();
      Conversation talk = session.conversation();
      if (key != null && talk != null) {
        client(table, session, talk, key.processId());
      } else if (key != null) {
        console(table, session, key.processId());
      }
    }
    return table;
  }

  private void client(ConsoleTable table, Session session, Conversation talk, int id) {
    ServerConnection link = talk.link();
    long waitMicros = talk.isWaiting() ? (loop.now() - session.lastRequestNanos()) / 1000 : 0;
    String state = talk.isWaiting() ? "waiting" : link == null ? "idle" : "active";
    table.row(
        "C",
        talk.key().user(),
        talk.key().database(),
        "none",
        state,
        session.address(),
        session.port(),
        loop.listen().host(),
        loop.face().port(),
        time(session.openedNanos()),
        time(session.lastRequestNanos()),
        waitMicros / 1_000_000,
        waitMicros % 1_000_000,
        0,
        "client-" + id,
        link == null ? "" : link(link),
        0,
        session.isEncrypted() ? "TLS" : "",
        talk.applicationName(),
        talk.state().statements().size(),
        id,
        talk.policy().mode().name().toLowerCase(Locale.ROOT),
        link == null ? "" : link.pool().server().toString(),
        String.join(",", talk.state().pins().labels()));
  }

  private void console(ConsoleTable table, Session session, int id) {
    table.row(
        "C",
        loop.config().control().username(),
        PostgresLoop.ADMIN_DATABASE,
        "none",
        "active",
        session.address(),
        session.port(),
        loop.listen().host(),
        loop.face().port(),
        time(session.openedNanos()),
        time(session.lastRequestNanos()),
        0,
        0,
        0,
        "client-" + id,
        "",
        0,
        session.isEncrypted() ? "TLS" : "",
        "",
        0,
        id,
        "statement",
        "",
        "");
  }

  ConsoleTable servers() {
    ConsoleTable table = connections().texts("role").numbers("queries");
    var gathering = new StatisticsGathering(loop);
    for (Pool pool : loop.pools()) {
      for (ServerConnection one : pool.connections()) {
        server(table, pool, one, gathering.role(pool.server()));
      }
    }
    return table;
  }

  private void server(ConsoleTable table, Pool pool, ServerConnection one, String role) {
    Session session = one.session();
    Conversation talk = session == null ? null : session.conversation();
    BackendKey client = session == null ? null : session.key();
    int pid = one.key().processId();
    table.row(
        "S",
        pool.key().user(),
        pool.key().database(),
        "none",
        pool.stateOf(one).label(),
        pool.server().address().host(),
        pool.server().address().port(),
        null,
        null,
        time(one.openedNanos()),
        one.requestNanos() == 0 ? null : time(one.requestNanos()),
        0,
        0,
        one.isRetired(),
        link(one),
        client == null ? "" : "client-" + client.processId(),
        pid,
        tls(),
        talk == null ? "" : talk.applicationName(),
        one.statements().size(),
        pid,
        role,
        one.queries());
  }

  /** Unknown where either may be. */
  private @Nullable String tls() {
    return switch (loop.config().tls().mode()) {
      case DISABLE -> "";
      case PREFER -> null;
      case REQUIRE, VERIFY_CA, VERIFY_FULL -> "TLS";
    };
  }

  private static String link(ServerConnection server) {
    return "server-" + server.key().processId();
  }

  private String time(long nanos) {
    long agoMillis = (loop.now() - nanos) / 1_000_000;
    return TIME.format(Instant.now().minusMillis(agoMillis));
  }

  ConsoleTable replicas() {
    var table =
        new ConsoleTable()
            .texts("server", "role")
            .numbers("reachable", "serves_reads")
            .texts("why_not")
            .numbers("lag_ms", "lag_bytes", "timeline")
            .texts("replayed")
            .numbers("answer_age_ms", "ejected_ms", "ejections", "failures", "losses")
            .numbers("connections", "in_use", "weight", "version", "reads")
            .texts("last_error");
    for (PostgresStatistics.ServerState server : new StatisticsGathering(loop).now().servers()) {
      table.row(
          server.address(),
          server.role(),
          server.reachable(),
          server.whyNoReads().isEmpty(),
          server.whyNoReads(),
          known(server.lagMillis()),
          known(server.lagBytes()),
          known(server.timeline()),
          server.replayed(),
          known(server.answerAgeMillis()),
          server.ejectedMillis(),
          server.ejections(),
          server.failures(),
          server.losses(),
          server.connections(),
          server.inUse(),
          server.weight(),
          server.version(),
          server.reads(),
          server.lastError());
    }
    return table;
  }

  private static @Nullable Long known(long value) {
    return value < 0 ? null : value;
  }

  ConsoleTable budget() {
    var table =
        new ConsoleTable()
            .texts("server", "database")
            .numbers("allowed", "open", "wanted", "due", "slots", "held", "ledger", "joined")
            .texts("detail");
    for (PostgresStatistics.BudgetShare share : loop.budgets().shares()) {
      table.row(
          share.server(),
          share.database(),
          share.allowed(),
          share.open(),
          share.wanted(),
          share.due(),
          share.slots(),
          share.held(),
          share.ledger(),
          share.joined(),
          share.detail());
    }
    return table;
  }

  ConsoleTable pins() {
    var table =
        new ConsoleTable()
            .numbers("client")
            .texts("database", "user", "application_name", "addr", "reason")
            .fractions("held_seconds")
            .texts("server")
            .numbers("remote_pid");
    for (PostgresStatistics.Pin pin : new StatisticsGathering(loop).pins()) {
      table.row(
          pin.client(),
          pin.database(),
          pin.user(),
          pin.applicationName(),
          pin.address(),
          pin.reason(),
          String.format(Locale.ROOT, "%.3f", pin.heldSeconds()),
          pin.server(),
          pin.serverPid() == 0 ? null : pin.serverPid());
    }
    return table;
  }

  ConsoleTable databases() {
    var table =
        new ConsoleTable()
            .texts("name", "host")
            .numbers("port")
            .texts("database", "force_user")
            .numbers("pool_size", "min_pool_size", "reserve_pool_size")
            .texts("pool_mode")
            .numbers("max_connections", "current_connections", "paused", "disabled");
    var primary = loop.servers().primary();
    Map<String, int[]> connections = new TreeMap<>();
    loop.operator().paused().forEach(name -> connections.put(name, new int[1]));
    loop.operator().disabled().forEach(name -> connections.put(name, new int[1]));
    for (Pool pool : loop.pools()) {
      connections.computeIfAbsent(pool.key().database(), name -> new int[1])[0] += pool.total();
    }
    connections.forEach(
        (name, count) -> {
          var settings = PoolSettings.ofPool(loop.config(), new PoolKey(name, ""));
          table.row(
              name,
              primary == null ? null : primary.address().host(),
              primary == null ? null : primary.address().port(),
              name,
              null,
              settings.config().max(),
              settings.config().min(),
              0,
              settings.mode().name().toLowerCase(Locale.ROOT),
              loop.config().budget().maxServerConnections(),
              count[0],
              loop.operator().isPaused(name),
              loop.operator().isDisabled(name));
        });
    return table;
  }

  ConsoleTable users() {
    var table =
        new ConsoleTable()
            .texts("name", "pool_mode")
            .numbers("current_connections", "current_client_connections");
    var names = new TreeSet<String>();
    loop.pools().forEach(pool -> names.add(pool.key().user()));
    for (String name : names) {
      long clients =
          loop.sessions().stream()
              .map(Session::conversation)
              .filter(talk -> talk != null && talk.key().user().equals(name))
              .count();
      int connections =
          loop.pools().stream()
              .filter(pool -> pool.key().user().equals(name))
              .mapToInt(Pool::total)
              .sum();
      table.row(name, null, connections, clients);
    }
    return table;
  }
}
