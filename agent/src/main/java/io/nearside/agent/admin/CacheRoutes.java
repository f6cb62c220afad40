package io.nearside.agent.admin;

import io.nearside.agent.cache.CacheStatistics;
import io.nearside.agent.cache.KeyDescription;
import io.nearside.config.CachePolicy;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /cache}: statistics, the explanation of a key, invalidation. */
final class CacheRoutes {
  private static final Logger log = LoggerFactory.getLogger(CacheRoutes.class);
  private static final int GLOB_CHARS_MAX = 512;
  private static final int DATABASE_MAX = 65_535;
  private static final Set<String> INVALIDATE_FIELDS = Set.of("glob", "all", "fleet");

  private final CacheOperations cache;

  CacheRoutes(CacheOperations cache) {
    this.cache = cache;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/cache", "The near-cache in numbers.", this::statistics),
        Endpoint.get(
            "/cache/keys/{key}", "Why a key is, or is not, served from memory.", this::explain),
        Endpoint.delete(
            "/cache/keys/{key}", "Drops a key, fleet-wide if asked.", this::invalidateKey),
        Endpoint.post(
                "/cache/invalidate",
                "Drops keys by glob, or all, fleet-wide if asked.",
                this::invalidate)
            .withBody());
  }

  private void statistics(RoutingContext request) {
    Answers.when(request, cache.overview(), CacheRoutes::json);
  }

  private static JsonObject json(CacheOverview overview) {
    CacheStatistics cache = overview.cache();
    var refused = new JsonObject();
    cache.refusedFills().forEach((reason, count) -> refused.put(reason.label(), count));
    return new JsonObject()
        .put("enabled", overview.enabled())
        .put("fenceOpen", overview.fenceOpen())
        .put("entries", cache.entries())
        .put("bytes", cache.bytes())
        .put("bytesMax", cache.bytesMax())
        .put("epoch", cache.epoch())
        .put("hits", overview.hits())
        .put("misses", overview.misses())
        .put("joined", overview.joined())
        .put("around", overview.around())
        .put("fills", cache.fills())
        .put("refusedFills", refused)
        .put("evictions", cache.evictions())
        .put("invalidations", cache.invalidations());
  }

  private void explain(RoutingContext request) {
    byte[] key = key(request);
    int database = database(request);
    KeyExplanation explanation = cache.explain(database, key);
    KeyDescription held = explanation.key();
    var replies = new JsonArray();
    for (KeyDescription.HeldReply reply : held.replies()) {
      replies.add(
          new JsonObject()
              .put("command", reply.command())
              .put("scope", reply.scope())
              .put("replyBytes", reply.replyBytes())
              .put("ageMillis", reply.ageMillis())
              .put("expiresInMillis", reply.expiresInMillis()));
    }
    Answers.json(
        request,
        200,
        named(key, database)
            .put("held", held.held())
            .put("served", explanation.served())
            .put("whyNot", new JsonArray(explanation.whyNot()))
            .put("heldForMillis", explanation.heldForMillis())
            .put("replies", replies)
            .put("writeInFlight", held.writeInFlight())
            .put("policy", policy(explanation.policy()))
            .put("fenceOpen", explanation.fence().open())
            .put("epoch", explanation.epoch())
            .put("lastInvalidated", lastInvalidated(held)));
  }

  private static JsonObject named(byte[] key, int database) {
    return new JsonObject()
        .put("key", Printable.of(key))
        .put("keyBase64", Base64.getEncoder().encodeToString(key))
        .put("database", database);
  }

  private static @Nullable JsonObject policy(@Nullable CachePolicy policy) {
    return policy == null
        ? null
        : new JsonObject()
            .put("match", policy.match())
            .put("cache", policy.cache())
            .put("ttlMaxMillis", policy.ttlMaxMillis())
            .put("consistency", policy.consistency().label())
            .put("negative", policy.negative());
  }

  private static @Nullable JsonObject lastInvalidated(KeyDescription key) {
    return key.lastInvalidatedBy() == null
        ? null
        : new JsonObject()
            .put("by", key.lastInvalidatedBy())
            .put("millisAgo", key.lastInvalidatedMillisAgo());
  }

  private void invalidateKey(RoutingContext request) {
    byte[] key = key(request);
    int database = database(request);
    boolean fleet = flag(request, "fleet");
    boolean held = cache.invalidateKey(database, key, fleet);
    log.info("cache key invalidated by=admin fleet={}", fleet);
    Answers.json(
        request,
        200,
        named(key, database)
            .put("wasHeld", held)
            .put("fleet", fleet)
            .put("peers", fleet ? "told to drop the key" : "not told"));
  }

  private void invalidate(RoutingContext request) {
    JsonObject body = body(request);
    boolean fleet = flag(body, "fleet");
    String glob = glob(body);
    if (glob == null) {
      long epoch = cache.invalidateAll(fleet);
      log.info("cache invalidated by=admin all=true fleet={}", fleet);
      Answers.json(
          request,
          200,
          new JsonObject()
              .put("all", true)
              .put("epoch", epoch)
              .put("fleet", fleet)
              .put("peers", fleet ? "told to drop everything" : "not told"));
      return;
    }
    Answers.when(
        request,
        request.vertx().executeBlocking(() -> cache.invalidateMatching(glob, fleet)),
        count -> {
          log.info("cache invalidated by=admin keys={} fleet={}", count, fleet);
          return new JsonObject()
              .put("glob", glob)
              .put("invalidated", count)
              .put("fleet", fleet)
              .put(
                  "peers",
                  fleet
                      ? "told to drop everything: the bus carries keys and epochs, not globs"
                      : "not told");
        });
  }

  private static @Nullable String glob(JsonObject body) {
    boolean all = flag(body, "all");
    Object glob = body.getValue("glob");
    if (all == (glob != null)) {
      throw new BadRequestException("expected either \"glob\": \"...\" or \"all\": true");
    }
    if (all) {
      return null;
    }
    if (!(glob instanceof String text) || text.isEmpty() || text.length() > GLOB_CHARS_MAX) {
      throw new BadRequestException(
          "glob: expected a text of 1 to " + GLOB_CHARS_MAX + " characters");
    }
    return text;
  }

  private static JsonObject body(RoutingContext request) {
    Buffer buffer = request.body().buffer();
    try {
      JsonObject body = buffer == null ? new JsonObject() : new JsonObject(buffer);
      for (String field : body.fieldNames()) {
        if (!INVALIDATE_FIELDS.contains(field)) {
          throw new BadRequestException(field + ": not known (expected glob, all or fleet)");
        }
      }
      return body;
    } catch (DecodeException | ClassCastException e) {
      throw new BadRequestException("the body is not a JSON object");
    }
  }

  private static boolean flag(JsonObject body, String field) {
    return switch (body.getValue(field)) {
      case null -> false;
      case Boolean value -> value;
      default -> throw new BadRequestException(field + ": expected true or false");
    };
  }

  private static byte[] key(RoutingContext request) {
    return KeyPath.key(request.request().path(), flag(request, "base64"));
  }

  private static int database(RoutingContext request) {
    String text = request.request().getParam("db", "0");
    if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > DATABASE_MAX) {
      throw new BadRequestException("db: expected 0.." + DATABASE_MAX);
    }
    return Integer.parseInt(text);
  }

  private static boolean flag(RoutingContext request, String name) {
    return switch (request.request().getParam(name, "false")) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new BadRequestException(name + ": expected true or false");
    };
  }
}
