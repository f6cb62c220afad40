package io.nearside.agent.postgres.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.postgres.sql.FunctionCatalog;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against a real server; skipped where the machine has none. */
@Timeout(120)
class CatalogLoaderTest {
  private final List<FunctionCatalog> catalogs = new CopyOnWriteArrayList<>();

  private CatalogLoader loader(RealServers real) {
    return new CatalogLoader(real.vertx, real.context, real.servers, "postgres", catalogs::add);
  }

  @Test
  void refreshed_afterDdl_deliversTheNewCatalogOnly() throws Exception {
    try (var real = RealServers.start(0)) {
      CatalogLoader loader = loader(real);
      assertFalse(loader.isCurrent());
      loader.start();
      real.awaitOn("first catalog", loader::isCurrent);
      FunctionCatalog first = catalogs.getFirst();
      assertTrue(first.isLoaded() && first.isVolatile("nextval") && first.isSafe("lower"));

      real.on(
          () -> {
            loader.refresh();
            assertFalse(loader.isCurrent());
            return true;
          });
      real.awaitOn("nothing had changed", loader::isCurrent);
      assertEquals(1, catalogs.size());

      real.sql(0, "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql VOLATILE AS 'SELECT $1'");
      real.on(
          () -> {
            loader.refresh();
            return true;
          });
      real.awaitOn("the change is read", loader::isCurrent);
      assertEquals(2, catalogs.size());
      assertTrue(catalogs.getLast().isVolatile("f"));
      loader.close();
    }
  }

  @Test
  void refreshedDuringAReading_isReadOnceMore() throws Exception {
    try (var real = RealServers.start(0)) {
      CatalogLoader loader = loader(real);
      real.on(
          () -> {
            for (int i = 0; i < 500; i++) {
              loader.refresh();
            }
            return true;
          });
      real.awaitOn("current", loader::isCurrent);
      assertEquals(2, real.on(loader::loads));
      loader.close();
    }
  }

  @Test
  void changedByOthers_isReadOnSchedule_andNoConnectionStays() throws Exception {
    try (var real = RealServers.start(0)) {
      real.servers.apply(Facts.catalogRefreshMillis(real.settings, 200));
      CatalogLoader loader = loader(real);
      loader.start();
      real.awaitOn("current", loader::isCurrent);
      real.sql(0, "CREATE UNLOGGED TABLE u (n int)");
      real.await("seen", () -> catalogs.size() == 2);
      assertTrue(catalogs.getLast().primaryOnly("u") != null);
      loader.close();
      real.await(
          "only the watch is connected",
          () ->
              real.text(
                      0,
                      "SELECT count(*)::text FROM pg_stat_activity WHERE application_name = '"
                          + ControlConnection.APPLICATION_NAME
                          + "'")
                  .equals("1"));
    }
  }

  @Test
  void primaryAway_isReadWhenItIsBack() throws Exception {
    try (var real = RealServers.start(0)) {
      real.postgres.get(0).stop();
      real.awaitOn("away", () -> real.servers.primary() == null);
      CatalogLoader loader = loader(real);
      loader.start();
      real.postgres.get(0).start();
      real.awaitOn("current", loader::isCurrent);
      assertEquals(1, catalogs.size());
      loader.close();
    }
  }
}
