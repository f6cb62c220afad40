package io.nearside.agent.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The OpenAPI document says what the listener does: routes, and the shape of every answer. */
final class OpenApiTest {
  private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch");

  private final AdminFixture admin = new AdminFixture();
  private final JsonObject document = document();

  @AfterEach
  void close() {
    admin.close();
  }

  private JsonObject document() {
    var yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
    Map<String, Object> tree = yaml.load(admin.get("/openapi.yaml").body());
    return new JsonObject(tree);
  }

  private static Set<String> operations(JsonObject document) {
    Set<String> found = new TreeSet<>();
    for (Map.Entry<String, Object> path : document.getJsonObject("paths")) {
      for (String method : ((JsonObject) path.getValue()).fieldNames()) {
        if (METHODS.contains(method)) {
          found.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
        }
      }
    }
    return found;
  }

  @Test
  void document_operations_areTheRoutes() {
    Set<String> routes = new TreeSet<>();
    JsonArray endpoints = admin.json("/").getJsonArray("endpoints");
    for (int i = 0; i < endpoints.size(); i++) {
      JsonObject endpoint = endpoints.getJsonObject(i);
      routes.add(endpoint.getString("method") + " " + endpoint.getString("path"));
    }
    assertEquals(routes, operations(document));
  }

  @Test
  void document_everyOperation_isAnswered() {
    for (String operation : operations(document)) {
      String[] parts = operation.split(" ", 2);
      String path = path(parts[1]);
      if (path.equals("/cluster/events")) {
        continue; // does not end; see EventStreamsTest
      }
      int status = admin.send(parts[0], path, body(path)).statusCode();
      JsonObject responses =
          document
              .getJsonObject("paths")
              .getJsonObject(parts[1])
              .getJsonObject(parts[0].toLowerCase(Locale.ROOT))
              .getJsonObject("responses");
      assertTrue(responses.containsKey(Integer.toString(status)), operation + " gave " + status);
      assertEquals(200, status, operation);
    }
  }

  private static String path(String template) {
    String path =
        template.replace("{key}", "user:1").replace("{database}", "app").replace("{user}", "me");
    return path.equals("/postgres/route") ? path + "?sql=SELECT+1&database=app" : path;
  }

  private static String body(String path) {
    return path.endsWith("/resize")
        ? "{\"max\":5}"
        : path.startsWith("/postgres/")
            ? "{\"database\":\"app\"}"
            : path.equals("/cache/warm") ? "{}" : "{\"all\":true}";
  }

  @Test
  void document_changes_askForTheToken() {
    for (String operation : operations(document)) {
      String[] parts = operation.split(" ", 2);
      boolean secured =
          document
              .getJsonObject("paths")
              .getJsonObject(parts[1])
              .getJsonObject(parts[0].toLowerCase(Locale.ROOT))
              .containsKey("security");
      assertEquals(!parts[0].equals("GET"), secured, operation);
    }
  }

  @Test
  void answers_everyJson_isAsDescribed() {
    admin.cache.fill(0, "user:1");
    admin.event(
        new io.nearside.cluster.ClusterEvent(
            io.nearside.cluster.ClusterEvent.Type.JOIN, java.time.Instant.EPOCH, "n", ""));
    admin.nextConfig = "log: {level: WARN}\n";
    Map<String, String> schemas =
        Map.ofEntries(
            Map.entry("GET /", "Index"),
            Map.entry("GET /health", "Health"),
            Map.entry("GET /readyz", "Health"),
            Map.entry("GET /cluster", "Cluster"),
            Map.entry("GET /cluster/consistency", "Consistency"),
            Map.entry("GET /cache", "Cache"),
            Map.entry("GET /cache/keys/user:1", "Explanation"),
            Map.entry("GET /cache/keys/none", "Explanation"),
            Map.entry("DELETE /cache/keys/user:2", "KeyInvalidated"),
            Map.entry("POST /cache/invalidate", "Invalidated"),
            Map.entry("GET /cache/warm", "Warming"),
            Map.entry("POST /cache/warm", "WarmBegun"),
            Map.entry("POST /config/reload", "Reloaded"),
            Map.entry("POST /drain", "Draining"),
            Map.entry("POST /shutdown", "Draining"),
            Map.entry("GET /postgres/pools", "PostgresPools"),
            Map.entry("GET /postgres/servers", "PostgresServers"),
            Map.entry("GET /postgres/queries", "PostgresQueries"),
            Map.entry("GET /postgres/pins", "PostgresPins"),
            Map.entry("GET /postgres/route?sql=SELECT", "PostgresRoute"),
            Map.entry("POST /postgres/pools/app/me/resize", "PostgresResized"),
            Map.entry("POST /postgres/pause", "PostgresChanged"),
            Map.entry("POST /postgres/resume", "PostgresChanged"),
            Map.entry("POST /postgres/reconnect", "PostgresChanged"),
            Map.entry("POST /postgres/drain", "PostgresDrained"),
            Map.entry("GET /nothing", "Error"));
    List<String> faults = new ArrayList<>();
    schemas.forEach(
        (operation, schema) -> {
          String[] parts = operation.split(" ", 2);
          String body = admin.send(parts[0], parts[1], shapeBody(parts[1])).body();
          compare(new JsonObject(body), schema(schema), operation, faults);
        });
    assertEquals(List.of(), faults);
  }

  private static String shapeBody(String path) {
    return path.startsWith("/postgres/") || path.equals("/cache/warm")
        ? body(path)
        : "{\"glob\":\"*\"}";
  }

  private JsonObject schema(String name) {
    return document.getJsonObject("components").getJsonObject("schemas").getJsonObject(name);
  }

  /** As much of JSON Schema as the document uses; a field that it does not describe is a fault. */
  private void compare(Object value, JsonObject schema, String where, List<String> faults) {
    String reference = schema.getString("$ref");
    if (reference != null) {
      compare(value, schema(reference.substring(reference.lastIndexOf('/') + 1)), where, faults);
      return;
    }
    if (!types(schema).contains(type(value))) {
      faults.add(where + ": " + type(value) + " instead of " + types(schema));
      return;
    }
    if (schema.containsKey("enum") && !schema.getJsonArray("enum").contains(value)) {
      faults.add(where + ": " + value + " is none of " + schema.getJsonArray("enum"));
    }
    if (value instanceof JsonArray array) {
      for (int i = 0; i < array.size(); i++) {
        compare(array.getValue(i), schema.getJsonObject("items"), where + "[" + i + "]", faults);
      }
    }
    if (value instanceof JsonObject object) {
      compareFields(object, schema, where, faults);
    }
  }

  private void compareFields(
      JsonObject object, JsonObject schema, String where, List<String> faults) {
    for (Object required : schema.getJsonArray("required", new JsonArray())) {
      if (!object.containsKey((String) required)) {
        faults.add(where + ": no " + required);
      }
    }
    JsonObject properties = schema.getJsonObject("properties", new JsonObject());
    for (Map.Entry<String, Object> field : object) {
      String inside = where + "." + field.getKey();
      JsonObject described =
          properties.getJsonObject(
              field.getKey(), schema.getJsonObject("additionalProperties", null));
      if (described == null) {
        faults.add(inside + ": not described");
      } else {
        compare(field.getValue(), described, inside, faults);
      }
    }
  }

  private static Collection<?> types(JsonObject schema) {
    Object type = Objects.requireNonNull(schema.getValue("type"), schema.encode());
    Collection<?> types = type instanceof JsonArray many ? many.getList() : List.of(type);
    return types.contains("number") ? List.of("number", "integer") : types;
  }

  private static String type(@org.jspecify.annotations.Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case String _ -> "string";
      case Boolean _ -> "boolean";
      case Integer _ -> "integer";
      case Long _ -> "integer";
      case Number _ -> "number";
      case JsonArray _ -> "array";
      case JsonObject _ -> "object";
      default -> value.getClass().getName();
    };
  }
}
