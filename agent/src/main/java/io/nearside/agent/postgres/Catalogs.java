package io.nearside.agent.postgres;

import io.nearside.agent.postgres.sql.FunctionCatalog;
import io.nearside.agent.postgres.upstream.CatalogLoader;
import java.util.HashMap;
import java.util.Map;

/**
 * What each database's catalog says of functions and relations, read when the database is first
 * used, after DDL, and on schedule. On the event loop.
 */
final class Catalogs {
  private static final int DATABASES_MAX = 256;

  private final PostgresLoop loop;
  private final PostgresFace face;
  private final Map<String, Known> known = new HashMap<>();

  private static final class Known {
    private FunctionCatalog catalog = FunctionCatalog.EMPTY;
    private final CatalogLoader loader;
    private long changes;

    Known(CatalogLoader loader) {
      this.loader = loader;
    }
  }

  Catalogs(PostgresLoop loop, PostgresFace face) {
    this.loop = loop;
    this.face = face;
  }

  /** What is known now; nothing at first. */
  FunctionCatalog of(String database) {
    Known entry = entry(database);
    // Between a change and the next reading what is known may be wrong.
    return entry.loader.isCurrent() ? entry.catalog : FunctionCatalog.EMPTY;
  }

  /** How often it changed through this sidecar. */
  long changes(String database) {
    return entry(database).changes;
  }

  private Known entry(String database) {
    Known entry = known.get(database);
    if (entry == null) {
      if (known.size() >= DATABASES_MAX) {
        String first = known.keySet().iterator().next();
        Known gone = known.remove(first);
        if (gone != null) {
          gone.loader.close();
        }
      }
      entry = new Known(face.catalogLoader(loop, database, catalog -> loaded(database, catalog)));
      known.put(database, entry);
      if (loop.splits()) {
        entry.loader.start();
      }
    }
    return entry;
  }

  private void loaded(String database, FunctionCatalog catalog) {
    Known entry = known.get(database);
    if (entry != null) {
      entry.catalog = catalog;
    }
  }

  /** A statement through this sidecar may have changed it. */
  void changed(String database) {
    Known entry = entry(database);
    entry.changes++;
    entry.loader.refresh();
  }

  void primaryChanged() {
    known.values().forEach(entry -> entry.loader.refresh());
  }

  void close() {
    known.values().forEach(entry -> entry.loader.close());
  }
}
