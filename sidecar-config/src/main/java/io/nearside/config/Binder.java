package io.nearside.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Binds one tree and one environment to the records, and goes on after each problem, so that all
 * are reported. A key that fails keeps its default for as long as the rest is looked at; rules that
 * rest on it are not judged. Used once, by one thread.
 */
final class Binder {
  private final YamlTree tree;
  private final String sourceName;
  private final Map<String, String> environment;
  private final Secrets secrets;
  private final List<Problem> problems;
  private final Map<String, ValueSource> sources = new HashMap<>();

  Binder(YamlTree tree, String sourceName, Map<String, String> environment) {
    this.tree = tree;
    this.sourceName = sourceName;
    this.environment = environment;
    this.secrets = new Secrets(environment);
    this.problems = new ArrayList<>(tree.problems());
  }

  /** What a key became: a value to go on with, and whether it is only a stand-in. */
  private record Bound(@Nullable Object value, boolean failed) {}

  /**
   * Binds everything.
   *
   * @throws ConfigException with all that is wrong
   */
  LoadedConfig bind() {
    Bound root = section(RecordType.ROOT, "", tree.root(), true);
    problems.addAll(Environment.unknown(environment, secrets.variables()));
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return new LoadedConfig((NearsideConfig) Objects.requireNonNull(root.value()), sources);
  }

  private Bound section(RecordType type, String path, @Nullable Object raw, boolean overridable) {
    Map<?, ?> given = Map.of();
    boolean failed = false;
    if (raw instanceof Map<?, ?> map) {
      given = map;
    } else if (raw != null) {
      fail(path.isEmpty() ? sourceName : path, Shown.of(raw), "expected a map of keys", path);
      failed = true;
    }
    failed |= unknownKeys(type, path, given);
    List<@Nullable Object> values = new ArrayList<>();
    Set<String> failedNames = new HashSet<>();
    for (RecordType.Field field : type.fields()) {
      String fieldPath = Key.child(path, field.name());
      Object fieldRaw = given.get(field.name());
      Bound bound =
          field.type() instanceof RecordType deeper
              ? section(deeper, fieldPath, fieldRaw, overridable)
              : leaf(field, fieldPath, fieldRaw, overridable);
      values.add(bound.value());
      if (bound.failed()) {
        failedNames.add(field.name());
      }
    }
    return construct(type, path, values, failedNames, failed);
  }

  private Bound construct(
      RecordType type,
      String path,
      List<@Nullable Object> values,
      Set<String> failedNames,
      boolean failed) {
    List<Object> present = new ArrayList<>();
    for (Object value : values) {
      if (value == null) {
        return new Bound(null, true);
      }
      present.add(value);
    }
    try {
      return new Bound(type.construct(present), failed || !failedNames.isEmpty());
    } catch (ConfigException refused) {
      for (Problem problem : refused.problems()) {
        String name = problem.path().split("[.\\[]", 2)[0];
        boolean judgeable =
            !failedNames.contains(name)
                && problem.involves().stream().noneMatch(failedNames::contains);
        if (judgeable) {
          String problemPath = Key.child(path, problem.path());
          problems.add(problem.at(problemPath, where(problemPath)));
        }
      }
      return new Bound(standIn(type), true);
    }
  }

  private boolean unknownKeys(RecordType type, String path, Map<?, ?> given) {
    List<String> names = type.fields().stream().map(RecordType.Field::name).toList();
    boolean found = false;
    for (Object key : given.keySet()) {
      String name = String.valueOf(key);
      if (!names.contains(name)) {
        String keyPath = Key.child(path, name);
        fail(keyPath, "unknown key", suggestion(name, path, names), keyPath);
        found = true;
      }
    }
    return found;
  }

  private static String suggestion(String name, String path, List<String> names) {
    String near = Nearest.of(name, names);
    if (near != null) {
      return "did you mean " + Key.child(path, near) + "?";
    }
    return Key.all().stream()
        .map(Key::path)
        .filter(other -> other.endsWith("." + name) && !path.contains("["))
        .findFirst()
        .map(other -> "did you mean " + other + "?")
        .orElse("expected one of " + String.join(", ", names));
  }

  private Bound leaf(
      RecordType.Field field, String path, @Nullable Object raw, boolean overridable) {
    String variable = Key.variable(path);
    Setting setting = field.setting();
    try {
      if (overridable && field.type() instanceof SecretType) {
        String name = secrets.overrideName(variable);
        if (name != null) {
          sources.put(path, new ValueSource(ValueSource.Kind.ENV, name));
          return new Bound(secrets.override(variable), false);
        }
      } else if (overridable && environment.containsKey(variable)) {
        sources.put(path, new ValueSource(ValueSource.Kind.ENV, variable));
        String text = Objects.requireNonNull(environment.get(variable));
        return fromText(field.type(), setting, path, text);
      }
      if (raw != null) {
        if (overridable) {
          sources.put(path, new ValueSource(ValueSource.Kind.FILE, sourceName));
        }
        return fromYaml(field.type(), setting, path, raw);
      }
      if (setting.byDefault().equals(Setting.REQUIRED)) {
        throw new Mismatch("nothing", "expected a value");
      }
      if (overridable) {
        sources.put(path, ValueSource.BY_DEFAULT);
      }
      return fromText(field.type(), setting, path, setting.byDefault());
    } catch (Mismatch e) {
      fail(path, e.value(), e.expectation(), path);
      return new Bound(standIn(field.type(), setting), true);
    }
  }

  private Bound fromYaml(ValueType type, Setting setting, String path, Object raw) throws Mismatch {
    return switch (type) {
      case ScalarType scalar ->
          new Bound(Mismatch.unless(() -> scalar.fromYaml(raw, setting), scalar, raw), false);
      case ChoiceType choice ->
          new Bound(Mismatch.unless(() -> choice.read(raw, setting), choice, raw), false);
      case SecretType _ -> new Bound(secrets.read(raw), false);
      case ListType list -> list(list, setting, path, raw);
      case RecordType record -> section(record, path, raw, false);
    };
  }

  private Bound fromText(ValueType type, Setting setting, String path, String text)
      throws Mismatch {
    return switch (type) {
      case ScalarType scalar ->
          new Bound(Mismatch.unless(() -> scalar.fromText(text, setting), scalar, text), false);
      case ChoiceType choice ->
          new Bound(Mismatch.unless(() -> choice.read(text, setting), choice, text), false);
      case SecretType _ -> new Bound(Secret.of(text), false);
      case ListType list when list.element() instanceof RecordType ->
          list(list, setting, path, flow(text));
      case ListType list -> list(list, setting, path, words(text));
      case RecordType _ -> throw new IllegalStateException(path);
    };
  }

  /** A list of maps in an environment variable. */
  private static Object flow(String text) throws Mismatch {
    try {
      YamlTree parsed = YamlTree.parse(text, "");
      if (parsed.problems().isEmpty()) {
        return text.isBlank() ? List.of() : parsed.root();
      }
    } catch (ConfigException e) {
      throw new Mismatch("can not be read", "expected a YAML list: [{key: value}, ...]");
    }
    throw new Mismatch("a key given twice", "expected each key once");
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.split(",", -1)).map(String::strip).filter(w -> !w.isEmpty()).toList();
  }

  private Bound list(ListType type, Setting setting, String path, Object raw) throws Mismatch {
    if (!(raw instanceof List<?> given)) {
      throw new Mismatch(Shown.of(raw), "expected a list");
    }
    List<Object> elements = new ArrayList<>();
    boolean failed = false;
    int i = 0;
    for (Object element : given) {
      String elementPath = path + "[" + i++ + "]";
      try {
        if (element == null) {
          throw new Mismatch("nothing", "expected a value");
        }
        Bound bound = fromYaml(type.element(), setting, elementPath, element);
        failed |= bound.failed();
        if (bound.value() != null) {
          elements.add(bound.value());
        }
      } catch (Mismatch e) {
        fail(elementPath, e.value(), e.expectation(), elementPath);
        failed = true;
      }
    }
    return new Bound(List.copyOf(elements), failed);
  }

  /** The default of a key that failed; null where it has none. */
  private @Nullable Object standIn(ValueType type, Setting setting) {
    if (setting.byDefault().equals(Setting.REQUIRED)) {
      return null;
    }
    try {
      return fromText(type, setting, "", setting.byDefault()).value();
    } catch (Mismatch e) {
      throw new IllegalStateException("a default that does not hold: " + setting.byDefault(), e);
    }
  }

  /** The section with nothing set; null where that is not possible. */
  private @Nullable Record standIn(RecordType type) {
    List<Object> values = new ArrayList<>();
    for (RecordType.Field field : type.fields()) {
      Object value =
          field.type() instanceof RecordType deeper
              ? standIn(deeper)
              : standIn(field.type(), field.setting());
      if (value == null) {
        return null;
      }
      values.add(value);
    }
    return type.construct(values);
  }

  private void fail(String path, String value, String expectation, String wherePath) {
    problems.add(new Problem(path, value, expectation, where(wherePath), List.of()));
  }

  /** The variable or the line that a path's value came from; empty for a default. */
  private String where(String path) {
    ValueSource source = sources.get(path.replaceAll("\\[.*", ""));
    if (source != null && source.kind() == ValueSource.Kind.ENV) {
      return "from " + source.name();
    }
    Integer line = tree.lines().get(path);
    return line == null ? "" : YamlTree.line(line, sourceName);
  }
}
