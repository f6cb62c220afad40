package io.nearside.agent.admin;

import io.vertx.core.json.JsonObject;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /drain} and {@code /shutdown}: how a pod, or the app of a Job, ends the sidecar. */
final class LifecycleRoutes {
  private static final Logger log = LoggerFactory.getLogger(LifecycleRoutes.class);

  private final LifecycleOperations lifecycle;

  LifecycleRoutes(LifecycleOperations lifecycle) {
    this.lifecycle = lifecycle;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.post(
                "/drain",
                "Not ready from now on; clients are served until the process ends.",
                request -> {
                  if (!lifecycle.draining()) {
                    log.info("drain begins by=admin clients={}", lifecycle.clients());
                    lifecycle.drain();
                  }
                  Answers.json(request, 200, state());
                })
            .withAccess(Access.END),
        Endpoint.post(
                "/shutdown",
                "Ends the sidecar as SIGTERM does.",
                request -> {
                  log.info("shutdown by=admin clients={}", lifecycle.clients());
                  request.addEndHandler(sent -> lifecycle.shutdown());
                  Answers.json(request, 200, state().put("draining", true));
                })
            .withAccess(Access.END));
  }

  private JsonObject state() {
    return new JsonObject()
        .put("draining", lifecycle.draining())
        .put("clients", lifecycle.clients());
  }
}
