package io.nearside.agent.inject;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Collects the operations of a JSON Patch (RFC 6902) and does each at once to a copy of the pod, so
 * that both always say the same. Only {@code add} is needed: nothing of a pod is taken away.
 */
final class PodPatch {
  /** The end of a list, as in a JSON Pointer. */
  static final String END = "-";

  private final JsonObject pod;
  private final JsonArray operations = new JsonArray();

  /** The pod itself stays as it is. */
  PodPatch(JsonObject pod) {
    this.pod = pod.copy();
  }

  JsonObject pod() {
    return pod;
  }

  JsonArray operations() {
    return operations;
  }

  /** Sets a key of the object at the path of names, which is made where it is missing. */
  void put(String key, Object value, String... path) {
    if (at((Object[]) path) instanceof JsonObject) {
      add(value, append(path, key));
    } else {
      int last = path.length - 1;
      put(path[last], new JsonObject().put(key, value), Arrays.copyOf(path, last));
    }
  }

  /** Puts a value before the first of the list at the path, which is made where it is missing. */
  void first(Object value, Object... path) {
    insert(0, value, path);
  }

  /** Puts a value behind the last of the list at the path, which is made where it is missing. */
  void last(Object value, Object... path) {
    insert(END, value, path);
  }

  private void insert(Object position, Object value, Object... path) {
    if (at(path) instanceof JsonArray array && !array.isEmpty()) {
      add(value, append(path, position));
    } else {
      add(new JsonArray().add(value), path);
    }
  }

  private void add(Object value, Object... path) {
    operations.add(
        new JsonObject().put("op", "add").put("path", pointer(path)).put("value", copy(value)));
    Object parent = at(Arrays.copyOf(path, path.length - 1));
    Object token = path[path.length - 1];
    if (parent instanceof JsonObject object) {
      object.put((String) token, value);
    } else if (parent instanceof JsonArray array) {
      array.add(token.equals(END) ? array.size() : (int) token, value);
    } else {
      throw new IllegalStateException("nothing at the parent of " + pointer(path));
    }
  }

  private static Object copy(Object value) {
    return switch (value) {
      case JsonObject object -> object.copy();
      case JsonArray array -> array.copy();
      default -> value;
    };
  }

  private @Nullable Object at(Object... path) {
    Object value = pod;
    for (Object token : path) {
      value =
          switch (value) {
            case JsonObject object -> object.getValue((String) token);
            case JsonArray array -> array.getValue((int) token);
            case null, default -> null;
          };
    }
    return value;
  }

  private static Object[] append(Object[] path, Object token) {
    Object[] longer = Arrays.copyOf(path, path.length + 1, Object[].class);
    longer[path.length] = token;
    return longer;
  }

  /** RFC 6901: {@code ~} and {@code /} of a name are escaped. */
  static String pointer(Object... path) {
    return List.of(path).stream()
        .map(token -> "/" + token.toString().replace("~", "~0").replace("/", "~1"))
        .collect(Collectors.joining());
  }
}
