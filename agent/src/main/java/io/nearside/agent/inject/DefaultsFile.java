package io.nearside.agent.inject;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The injector's file of defaults: a YAML map of annotations' names without {@code nearside.io/}
 * and their values. What is wrong with the values {@link InjectorSettings} says.
 */
public final class DefaultsFile {
  private DefaultsFile() {}

  /**
   * Reads a file; an empty one has no defaults.
   *
   * @throws IllegalArgumentException when it is not such a map
   */
  public static Map<String, String> read(Path file) throws IOException {
    List<JsonObject> documents = YamlDocuments.read(Files.readString(file));
    if (documents.size() > 1) {
      throw new IllegalArgumentException(file + ": expected one document");
    }
    Map<String, String> defaults = new LinkedHashMap<>();
    for (JsonObject document : documents) {
      for (String name : document.fieldNames()) {
        Object value = document.getValue(name);
        if (value == null || value instanceof JsonObject || value instanceof JsonArray) {
          throw new IllegalArgumentException(file + ": " + name + ": expected a text");
        }
        defaults.put(name, value.toString());
      }
    }
    return defaults;
  }
}
