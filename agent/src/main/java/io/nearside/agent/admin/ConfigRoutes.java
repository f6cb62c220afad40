package io.nearside.agent.admin;

import io.nearside.config.EffectiveConfig;
import io.nearside.config.ReloadDiff;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /config}: what is in force, and its reload. */
final class ConfigRoutes {
  private static final Logger log = LoggerFactory.getLogger(ConfigRoutes.class);
  private static final String YAML = "application/yaml; charset=utf-8";

  private final ConfigOperations config;

  ConfigRoutes(ConfigOperations config) {
    this.config = config;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
            "/config",
            "The configuration in force, without secrets, with the source of each value.",
            request ->
                Answers.send(request, 200, YAML, EffectiveConfig.render(config.effective()))),
        Endpoint.post(
            "/config/reload",
            "Reads the configuration again; says what changed and what needs a restart.",
            this::reload));
  }

  private void reload(RoutingContext request) {
    Answers.when(request, request.vertx().executeBlocking(config::reload), ConfigRoutes::json);
  }

  private static JsonObject json(ReloadDiff diff) {
    log.info(
        "configuration reloaded by=admin live={} restart={}",
        diff.live().size(),
        diff.restart().size());
    return new JsonObject()
        .put("changed", changes(diff.live()))
        .put("needsRestart", changes(diff.restart()));
  }

  private static JsonArray changes(List<ReloadDiff.Change> changes) {
    var list = new JsonArray();
    for (ReloadDiff.Change change : changes) {
      list.add(
          new JsonObject()
              .put("path", change.path())
              .put("before", change.before())
              .put("after", change.after()));
    }
    return list;
  }
}
