package io.nearside.agent.postgres.upstream;

import io.nearside.agent.postgres.sql.CatalogBuilder;
import io.nearside.agent.postgres.sql.CatalogQuery;
import io.nearside.agent.postgres.sql.FunctionCatalog;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the {@link FunctionCatalog} of one database: reads it from the primary at the start, every
 * {@code catalogRefreshMillis}, and when told that it changed. All queries see one snapshot; if
 * their fingerprint is what it was, nothing else is asked. A connection is made for each reading
 * and closed behind it, so that a database costs none in between.
 *
 * <p>Everything runs on the context given, but {@link #start} and {@link #close}, which may be
 * called from anywhere.
 */
public final class CatalogLoader {
  private static final Logger log = LoggerFactory.getLogger(CatalogLoader.class);
  private static final long QUERY_MILLIS = 30_000;
  private static final long RETRY_MILLIS = 1000;
  // A migration changes the catalog many times in a row.
  private static final long AGAIN_MILLIS = 200;

  private record Reading(String fingerprint, FunctionCatalog catalog) {}

  private final Vertx vertx;
  private final Context context;
  private final Servers servers;
  private final String database;
  private final Consumer<FunctionCatalog> onLoaded;
  private @Nullable ControlConnection connection;
  private @Nullable String fingerprint;
  private long requested;
  private long loaded;
  private long loads;
  private long timer = -1;
  private boolean loading;
  private boolean complained;
  private boolean closed;

  /**
   * Nothing is read before {@link #start}.
   *
   * @param database read as the control user, who must be allowed to connect to it
   * @param onLoaded called with every catalog that differs from the last, on the context
   */
  public CatalogLoader(
      Vertx vertx,
      Context context,
      Servers servers,
      String database,
      Consumer<FunctionCatalog> onLoaded) {
    this.vertx = vertx;
    this.context = context;
    this.servers = servers;
    this.database = database;
    this.onLoaded = onLoaded;
  }

  /** Reads it for the first time, as soon as there is a primary, and from then on. */
  public void start() {
    context.runOnContext(now -> refresh());
  }

  /**
   * The catalog has changed (DDL was run): it is read anew. Many calls during one reading cause one
   * more.
   */
  public void refresh() {
    requested++;
    if (!loading) {
      load();
    }
  }

  /**
   * Whether the last catalog delivered is at least as new as the last {@link #refresh}: between the
   * two, what it says of a function may be wrong.
   */
  public boolean isCurrent() {
    return loaded == requested && loaded > 0;
  }

  /** Readings that ended well, with a new catalog or the old one. */
  public long loads() {
    return loads;
  }

  /** Stops; a reading that is under way is given up. */
  public void close() {
    context.runOnContext(
        now -> {
          closed = true;
          vertx.cancelTimer(timer);
          disconnect();
        });
  }

  private void load() {
    if (closed) {
      return;
    }
    vertx.cancelTimer(timer);
    Server primary = servers.primary();
    if (primary == null) {
      again(RETRY_MILLIS);
      return;
    }
    loading = true;
    long asOf = requested;
    UpstreamSettings settings = servers.settings();
    var opening =
        new ControlConnection(vertx, context, settings, primary.address(), database, why -> {});
    connection = opening;
    opening
        .open(settings.connectMillis())
        .compose(
            open -> opening.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", QUERY_MILLIS))
        .compose(begun -> opening.query(CatalogQuery.FINGERPRINT.sql(), QUERY_MILLIS))
        .compose(
            rows -> {
              String found = rows.iterator().next().getString(0);
              return found.equals(fingerprint)
                  ? Future.<@Nullable Reading>succeededFuture()
                  : read(opening).map(catalog -> new Reading(found, catalog));
            })
        .compose(read -> opening.query("COMMIT", QUERY_MILLIS).map(committed -> read))
        .onComplete(
            done -> {
              disconnect();
              loading = false;
              if (closed) {
                return;
              }
              if (done.failed()) {
                failed(done.cause());
                again(RETRY_MILLIS);
                return;
              }
              ended(asOf, done.result());
            });
  }

  private void ended(long asOf, @Nullable Reading changed) {
    loads++;
    loaded = asOf;
    complained = false;
    again(loaded == requested ? servers.settings().catalogRefreshMillis() : AGAIN_MILLIS);
    if (changed != null) {
      fingerprint = changed.fingerprint();
      onLoaded.accept(changed.catalog());
    }
  }

  /** The queries one behind the other: their answers can be large. */
  private static Future<FunctionCatalog> read(ControlConnection from) {
    var builder = new CatalogBuilder();
    Future<?> last = Future.succeededFuture();
    for (CatalogQuery query : CatalogQuery.values()) {
      if (query != CatalogQuery.FINGERPRINT) {
        last =
            last.compose(before -> from.query(query.sql(), QUERY_MILLIS))
                .map(rows -> feed(builder, query, rows));
      }
    }
    return last.map(all -> builder.build());
  }

  private static CatalogBuilder feed(CatalogBuilder builder, CatalogQuery query, RowSet<Row> rows) {
    for (Row row : rows) {
      List<@Nullable String> columns = new ArrayList<>(row.size());
      for (int i = 0; i < row.size(); i++) {
        columns.add(row.getString(i));
      }
      builder.row(query, columns);
    }
    return builder;
  }

  private void failed(Throwable cause) {
    if (complained) {
      return;
    }
    complained = true;
    log.warn(
        "catalog not read database={} reason=\"{}\"; statements whose functions are not known go to"
            + " the primary",
        database,
        ControlConnection.reason(cause));
  }

  private void again(long millis) {
    timer = vertx.setTimer(millis, due -> load());
  }

  private void disconnect() {
    ControlConnection open = connection;
    connection = null;
    if (open != null) {
      open.close();
    }
  }
}
