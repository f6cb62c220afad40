package io.nearside.agent.admin;

import io.nearside.agent.cache.warm.WarmProgress;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /cache/warm}: how warming stands, and warming on demand. */
final class WarmRoutes {
  private static final Logger log = LoggerFactory.getLogger(WarmRoutes.class);
  private static final Set<String> FIELDS = Set.of("patterns", "keys");
  private static final int NAMES_MAX = 1_000;
  private static final int NAME_CHARS_MAX = 1_024;

  private final CacheOperations cache;

  WarmRoutes(CacheOperations cache) {
    this.cache = cache;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/cache/warm", "How warming stands.", this::progress),
        Endpoint.post(
                "/cache/warm",
                "Reads what is named, or what is hot in the fleet, into the near-cache.",
                this::warm)
            .withBody());
  }

  private void progress(RoutingContext request) {
    Answers.json(request, 200, json(cache.warming()));
  }

  private void warm(RoutingContext request) {
    JsonObject body = body(request);
    List<String> patterns = names(body, "patterns");
    List<String> keys = names(body, "keys");
    if (!cache.warm(patterns, keys)) {
      Answers.error(
          request,
          409,
          "warming is off: redis.warm.enabled, nothing may be cached, or the sidecar has no user of"
              + " its own at the upstream");
      return;
    }
    log.info("warming by=admin patterns={} keys={}", patterns.size(), keys.size());
    Answers.json(
        request,
        200,
        new JsonObject()
            .put("begun", true)
            .put("patterns", patterns.size())
            .put("keys", keys.size())
            .put(
                "what",
                patterns.isEmpty() && keys.isEmpty()
                    ? "what is hot in the fleet, and what the configuration names"
                    : "what was named"));
  }

  private static JsonObject body(RoutingContext request) {
    Buffer buffer = request.body().buffer();
    try {
      JsonObject body = buffer == null ? new JsonObject() : new JsonObject(buffer);
      for (String field : body.fieldNames()) {
        if (!FIELDS.contains(field)) {
          throw new BadRequestException(field + ": not known (expected patterns or keys)");
        }
      }
      return body;
    } catch (DecodeException | ClassCastException e) {
      throw new BadRequestException("the body is not a JSON object");
    }
  }

  private static List<String> names(JsonObject body, String field) {
    Object value = body.getValue(field);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof JsonArray array) || array.size() > NAMES_MAX) {
      throw new BadRequestException(field + ": expected a list of at most " + NAMES_MAX);
    }
    List<String> names = new ArrayList<>();
    for (Object name : array) {
      if (!(name instanceof String text) || text.isBlank() || text.length() > NAME_CHARS_MAX) {
        throw new BadRequestException(
            field + ": expected texts of 1 to " + NAME_CHARS_MAX + " characters");
      }
      names.add(text);
    }
    return names;
  }

  private static JsonObject json(WarmProgress progress) {
    return new JsonObject()
        .put("phase", progress.phase().label())
        .put("started", progress.started())
        .put("source", progress.source())
        .put("waiting", progress.waiting())
        .put("later", progress.later())
        .put("joiners", progress.joiners())
        .put("remembered", progress.remembered())
        .put("runs", progress.runs())
        .put("asked", progress.asked())
        .put("skipped", progress.skipped())
        .put("read", progress.read())
        .put("stored", progress.stored())
        .put("failed", progress.failed())
        .put("malformed", progress.malformed())
        .put("fileFailures", progress.fileFailures())
        .put("lastRunMillisAgo", progress.lastRunMillisAgo())
        .put("lastRunMillis", progress.lastRunMillis());
  }
}
