package io.nearside.agent;

import io.nearside.config.ConfigException;
import io.nearside.config.ReloadDiff;
import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.json.JsonObject;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reloads the configuration on SIGHUP and when its file changes, which Vert.x Config watches. Safe
 * from any thread.
 */
final class Reload {
  private static final Logger log = LoggerFactory.getLogger(Reload.class);
  private static final long SCAN_MILLIS = 2000;

  private final Agent agent;

  Reload(Agent agent) {
    this.agent = agent;
  }

  /** Reads the configuration again; a wrong one is reported and the running one stays. */
  void now(String why) {
    try {
      ReloadDiff diff = agent.reload();
      diff.restart()
          .forEach(change -> log.warn("needs a restart why={} change=\"{}\"", why, change));
    } catch (ConfigException e) {
      log.error(
          "configuration not reloaded, the running one stays why={}\n{}", why, e.getMessage());
    }
  }

  /**
   * sun.misc.Signal is the only way that a JVM hears of SIGHUP, and the compiler warns of its very
   * name.
   */
  void onHangUp() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object reload =
          Proxy.newProxyInstance(
              Reload.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                now("SIGHUP");
                return null;
              });
      var _ =
          signal
              .getMethod("handle", signal, handler)
              .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), reload);
    } catch (ReflectiveOperationException e) {
      log.warn("SIGHUP does not reload on this Java", e);
    }
  }

  void whenFileChanges(Path file) {
    var store =
        new ConfigStoreOptions()
            .setType("file")
            .setFormat("raw")
            .setConfig(
                new JsonObject()
                    .put("path", file.toAbsolutePath().toString())
                    .put("raw.key", "text"));
    ConfigRetriever retriever =
        ConfigRetriever.create(
            agent.vertx(), new ConfigRetrieverOptions().addStore(store).setScanPeriod(SCAN_MILLIS));
    retriever.getConfig().onFailure(e -> log.warn("can not watch file={}", file, e));
    retriever.listen(change -> new Thread(() -> now("file changed"), "nearside-reload").start());
  }
}
