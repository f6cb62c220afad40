package io.nearside.agent.inject;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/** YAML files of Kubernetes as JSON, and JSON as YAML; JSON is read as well. */
final class YamlDocuments {
  private static final int CODE_POINTS_MAX = 8 << 20;

  private YamlDocuments() {}

  /**
   * The documents that are maps; empty ones are left out.
   *
   * @throws IllegalArgumentException when it is not YAML, or a document is something else
   */
  static List<JsonObject> read(String text) {
    var options = new LoaderOptions();
    options.setCodePointLimit(CODE_POINTS_MAX);
    options.setAllowDuplicateKeys(false);
    List<JsonObject> documents = new ArrayList<>();
    try {
      for (Object document : yaml(options).loadAll(text)) {
        switch (document) {
          case null -> {}
          case Map<?, ?> map -> documents.add(object(map));
          default -> throw new IllegalArgumentException("expected YAML documents that are maps");
        }
      }
    } catch (YAMLException e) {
      throw new IllegalArgumentException("not YAML: " + e.getMessage(), e);
    }
    return documents;
  }

  /** A document. */
  static String write(JsonObject document) {
    var options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    options.setWidth(Integer.MAX_VALUE);
    options.setIndicatorIndent(2);
    options.setIndentWithIndicator(true);
    return new Yaml(options).dump(plain(document));
  }

  private static Yaml yaml(LoaderOptions options) {
    var dumper = new DumperOptions();
    return new Yaml(
        new SafeConstructor(options), new Representer(dumper), dumper, options, new NoTimes());
  }

  /** As Kubernetes reads YAML: a time is a text. */
  private static final class NoTimes extends Resolver {
    @Override
    public void addImplicitResolver(Tag tag, Pattern pattern, String first, int limit) {
      if (!tag.equals(Tag.TIMESTAMP)) {
        super.addImplicitResolver(tag, pattern, first, limit);
      }
    }
  }

  private static JsonObject object(Map<?, ?> map) {
    var object = new JsonObject();
    map.forEach((key, value) -> object.put(String.valueOf(key), json(value)));
    return object;
  }

  private static @Nullable Object json(@Nullable Object value) {
    return switch (value) {
      case Map<?, ?> map -> object(map);
      case List<?> list -> {
        var array = new JsonArray();
        list.forEach(element -> array.add(json(element)));
        yield array;
      }
      case null, default -> value;
    };
  }

  private static @Nullable Object plain(@Nullable Object value) {
    return switch (value) {
      case JsonObject object -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        object.fieldNames().forEach(name -> map.put(name, plain(object.getValue(name))));
        yield map;
      }
      case JsonArray array -> {
        List<@Nullable Object> list = new ArrayList<>();
        array.forEach(element -> list.add(plain(element)));
        yield list;
      }
      case null, default -> value;
    };
  }
}
