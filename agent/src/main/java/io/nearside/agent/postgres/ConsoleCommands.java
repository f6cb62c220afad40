package io.nearside.agent.postgres;

import io.nearside.agent.postgres.wire.SqlState;
import io.nearside.config.ConfigException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the admin console can do. On the event loop. */
final class ConsoleCommands {
  private static final Logger log = LoggerFactory.getLogger(ConsoleCommands.class);
  private static final int POOL_MAX = 100_000;

  // Drivers set these at their start, whatever they talk to.
  private static final Set<String> SETTINGS_IGNORED =
      Set.of("EXTRA_FLOAT_DIGITS", "APPLICATION_NAME", "CLIENT_ENCODING", "DATESTYLE", "TIMEZONE");

  static final List<String> HELP =
      List.of(
          "SHOW POOLS|CLIENTS|SERVERS|REPLICAS|DATABASES|USERS|PINS|BUDGET|LISTS",
          "SHOW STATS|STATS_TOTALS|STATS_AVERAGES|TOTALS|QUERIES|COUNTERS",
          "SHOW CONFIG|STATE|VERSION|HELP",
          "SHOW ROUTE FOR '<sql>' [IN <database>]",
          "PAUSE [<database>]",
          "RESUME [<database>]",
          "RECONNECT [<database>]",
          "WAIT_CLOSE [<database>]",
          "KILL <database>",
          "DISABLE <database>",
          "ENABLE <database>",
          "RESIZE <database> <user> <max>",
          "RELOAD");

  private final PostgresLoop loop;
  private final Reply reply;
  private final ConsoleTables tables;
  private final ConsoleFigures figures;

  /** Where answers go. */
  interface Reply {
    /** A table and its end. */
    void table(ConsoleTable table);

    /** The end of a command without a table. */
    void done(String tag);

    void notice(String message);

    /** An error; the commands behind it are not looked at. */
    void failed(SqlState state, String message);

    /**
     * The answer comes later.
     *
     * @param whenClientLeaves what is done if the client goes before
     */
    Later later(Runnable whenClientLeaves);

    /** The answer comes when a condition holds, which is looked at again and again. */
    void when(BooleanSupplier condition, Runnable whenClientLeaves, Runnable answer);
  }

  /** Answers once, on the event loop; nobody hears it when the client is gone. */
  interface Later {
    void answer(Runnable answer);
  }

  ConsoleCommands(PostgresLoop loop, Reply reply) {
    this.loop = loop;
    this.reply = reply;
    this.tables = new ConsoleTables(loop);
    this.figures = new ConsoleFigures(loop);
  }

  /**
   * Does what a command says, and answers it.
   *
   * @throws ConsoleException when it can not be done; nothing was answered then
   */
  void run(ConsoleCommand command) {
    String verb = command.keyword(0);
    switch (verb) {
      case "SHOW" -> show(command);
      case "PAUSE" -> pause(command);
      case "RESUME" -> resume(command);
      case "RECONNECT" -> {
        loop.operator().reconnect(database(command));
        told(command);
        reply.done(verb);
      }
      case "WAIT_CLOSE" -> {
        @Nullable String database = database(command);
        reply.when(() -> loop.operator().isReconnected(database), () -> {}, () -> reply.done(verb));
      }
      case "KILL" -> {
        loop.operator().kill(required(command));
        told(command);
        reply.done(verb);
      }
      case "DISABLE" -> {
        loop.operator().disable(required(command));
        told(command);
        reply.done(verb);
      }
      case "ENABLE" -> {
        loop.operator().enable(required(command));
        told(command);
        reply.done(verb);
      }
      case "RESIZE" -> resize(command);
      case "RELOAD" -> reload(command);
      case "SET" -> set(command);
      case "SUSPEND", "SHUTDOWN" ->
          throw new ConsoleException(
              SqlState.FEATURE_NOT_SUPPORTED,
              verb
                  + " is not for here: send SIGTERM to the process, or POST /postgres/drain to the"
                  + " admin listener");
      default ->
          throw new ConsoleException(
              SqlState.SYNTAX_ERROR,
              "unknown command: this is the sidecar's admin console, not a database; SHOW HELP"
                  + " lists its commands");
    }
  }

  private static void told(ConsoleCommand command) {
    log.info(
        "pools changed by=console command={} database={}",
        command.keyword(0).toLowerCase(Locale.ROOT),
        command.size() > 1 ? command.name(1) : "all");
  }

  private static @Nullable String database(ConsoleCommand command) {
    command.endsAt(2);
    return command.name(1);
  }

  private static String required(ConsoleCommand command) {
    command.endsAt(2);
    return command.named(1, "the name of a database");
  }

  // ---- SHOW

  private void show(ConsoleCommand command) {
    String what = command.keyword(1);
    if (what.equals("ROUTE")) {
      route(command);
      return;
    }
    command.endsAt(2);
    switch (what) {
      case "HELP", "" -> {
        reply.notice("Commands of the console:\n\t" + String.join("\n\t", HELP));
        reply.done("SHOW");
      }
      case "VERSION" ->
          reply.table(
              new ConsoleTable()
                  .texts("version")
                  .row("Nearside " + loop.face().consoleSource().version()));
      default -> reply.table(table(what));
    }
  }

  private ConsoleTable table(String what) {
    return switch (what) {
      case "POOLS" -> tables.pools();
      case "CLIENTS" -> tables.clients();
      case "SERVERS" -> tables.servers();
      case "REPLICAS" -> tables.replicas();
      case "PINS" -> tables.pins();
      case "BUDGET" -> tables.budget();
      case "DATABASES" -> tables.databases();
      case "USERS" -> tables.users();
      case "STATS" -> figures.statistics(true, true);
      case "STATS_TOTALS" -> figures.statistics(true, false);
      case "STATS_AVERAGES" -> figures.statistics(false, true);
      case "TOTALS" -> figures.sums();
      case "LISTS" -> figures.lists();
      case "QUERIES" -> figures.queries();
      case "COUNTERS" -> figures.counters();
      case "CONFIG" -> config();
      case "STATE" -> state();
      default ->
          throw new ConsoleException(
              SqlState.SYNTAX_ERROR,
              "unknown: SHOW " + what + "; SHOW HELP lists what can be shown");
    };
  }

  private ConsoleTable config() {
    var table = new ConsoleTable().texts("key", "value", "default", "changeable");
    for (ConsoleSource.Setting setting : loop.face().consoleSource().settings()) {
      table.row(
          setting.path(), setting.value(), setting.byDefault(), setting.live() ? "yes" : "no");
    }
    return table;
  }

  private ConsoleTable state() {
    boolean paused = loop.operator().isPaused();
    return new ConsoleTable()
        .texts("key", "value")
        .row("active", paused ? "no" : "yes")
        .row("paused", paused ? "yes" : "no")
        .row("suspended", "no");
  }

  private void route(ConsoleCommand command) {
    if (!command.keyword(2).equals("FOR")) {
      throw new ConsoleException(
          SqlState.SYNTAX_ERROR, "expected SHOW ROUTE FOR '<sql>' [IN <database>]");
    }
    String sql = command.named(3, "the statement, in quotes");
    if (command.size() > 4 && !command.keyword(4).equals("IN")) {
      command.endsAt(4);
    }
    command.endsAt(6);
    var explanation = new RouteExplanation(loop);
    String database =
        explanation.database(command.size() > 4 ? command.named(5, "a database") : null);
    Later later = reply.later(() -> {});
    explanation.explain(
        sql,
        database,
        route ->
            later.answer(
                () ->
                    reply.table(
                        new ConsoleTable()
                            .texts("route", "reason", "label", "server", "database")
                            .row(
                                route.route(),
                                route.reason(),
                                route.label(),
                                route.server(),
                                database))));
  }

  // ---- pools

  private void pause(ConsoleCommand command) {
    @Nullable String database = database(command);
    Operator operator = loop.operator();
    if (database == null ? operator.isPaused() : operator.isPaused(database)) {
      throw new ConsoleException(SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE, "already paused");
    }
    operator.pause(database);
    told(command);
    BooleanSupplier resumed =
        () -> database == null ? !operator.isPaused() : !operator.isPaused(database);
    reply.when(
        () -> operator.isEmpty(database) || resumed.getAsBoolean(),
        () -> {
          // Who asked has given up before it came to pass.
          operator.resume(database);
        },
        () -> {
          if (resumed.getAsBoolean()) {
            throw new ConsoleException(
                SqlState.QUERY_CANCELED, "resumed before all connections were closed");
          }
          reply.done("PAUSE");
        });
  }

  private void resume(ConsoleCommand command) {
    @Nullable String database = database(command);
    if (!loop.operator().resume(database)) {
      throw new ConsoleException(
          SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
          database == null ? "nothing is paused" : "\"" + database + "\" is not paused");
    }
    told(command);
    reply.done("RESUME");
  }

  private void resize(ConsoleCommand command) {
    String database = command.named(1, "RESIZE <database> <user> <max>");
    String user = command.named(2, "RESIZE <database> <user> <max>");
    String text = command.named(3, "RESIZE <database> <user> <max>");
    command.endsAt(4);
    if (!text.matches("[0-9]{1,6}") || Integer.parseInt(text) > POOL_MAX) {
      throw new ConsoleException(
          SqlState.INVALID_PARAMETER_VALUE, "max: expected 0 (as configured) to " + POOL_MAX);
    }
    if (!loop.operator().resize(new PoolKey(database, user), Integer.parseInt(text))) {
      throw new ConsoleException(
          SqlState.UNDEFINED_OBJECT, "no pool of \"" + database + "\" and \"" + user + "\"");
    }
    told(command);
    reply.done("RESIZE");
  }

  // ---- configuration

  private void reload(ConsoleCommand command) {
    command.endsAt(1);
    told(command);
    Later later = reply.later(() -> {});
    loop.face()
        .vertx()
        .executeBlocking(loop.face().consoleSource()::reload)
        .onComplete(
            done ->
                loop.run(
                    () ->
                        later.answer(
                            () -> {
                              if (done.failed()) {
                                throw failure(done.cause());
                              }
                              reply.notice(done.result());
                              reply.done("RELOAD");
                            })));
  }

  private static ConsoleException failure(Throwable cause) {
    String why =
        cause instanceof ConfigException wrong
            ? "the configuration is wrong; nothing has changed:\n" + wrong.getMessage()
            : "not reloaded: " + cause.getMessage();
    return new ConsoleException(SqlState.INVALID_PARAMETER_VALUE, why);
  }

  private void set(ConsoleCommand command) {
    if (!SETTINGS_IGNORED.contains(command.keyword(1))) {
      throw new ConsoleException(
          SqlState.FEATURE_NOT_SUPPORTED,
          "settings are changed in the configuration; RELOAD takes them over");
    }
    reply.done("SET");
  }
}
