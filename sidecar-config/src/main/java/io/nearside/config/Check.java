package io.nearside.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the compact constructors validate with: first each component against its own {@link
 * Setting}, then the rules between components; all failures are thrown together.
 */
final class Check {
  private final List<Problem> problems = new ArrayList<>();

  private Check() {}

  /** Checks the components' values, given in the record's order, against their settings. */
  static Check of(Class<? extends Record> type, Object... values) {
    RecordComponent[] components = type.getRecordComponents();
    if (components.length != values.length) {
      throw new IllegalStateException(type + " checks " + values.length + " components");
    }
    Check check = new Check();
    for (int i = 0; i < values.length; i++) {
      Setting setting = components[i].getAnnotation(Setting.class);
      if (setting == null) {
        throw new IllegalStateException(type + "." + components[i].getName() + ": no @Setting");
      }
      check.component(components[i].getName(), setting, values[i]);
    }
    return check;
  }

  /**
   * A rule between components; not judged where one of them is already out of its own limits.
   *
   * @param name the component to blame
   * @param involves the other components whose values the rule rests on
   */
  Check require(boolean holds, String name, Object value, String expectation, String... involves) {
    boolean judgeable = !failed(name) && Arrays.stream(involves).noneMatch(this::failed);
    if (!holds && judgeable) {
      problems.add(new Problem(name, String.valueOf(value), expectation, "", List.of(involves)));
    }
    return this;
  }

  private boolean failed(String name) {
    return problems.stream().anyMatch(problem -> problem.path().equals(name));
  }

  /** Throws what was found, if anything was. */
  void done() {
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
  }

  private void component(String name, Setting setting, Object value) {
    switch (value) {
      case Number number -> range(name, number.longValue(), number, setting);
      case ByteSize size -> range(name, size.bytes(), size, setting);
      case String text -> text(name, text, setting);
      case List<?> list -> list(name, list, setting);
      default -> {}
    }
  }

  private void range(String name, long number, Object shown, Setting setting) {
    if (number < setting.min() || number > setting.max()) {
      boolean size = shown instanceof ByteSize;
      problems.add(new Problem(name, shown.toString(), "expected " + Limits.text(setting, size)));
    }
  }

  private void text(String name, String text, Setting setting) {
    if (!setting.pattern().isEmpty() && !text.matches(setting.pattern())) {
      problems.add(
          new Problem(name, text.isEmpty() ? "\"\"" : text, "expected " + setting.expected()));
    }
  }

  private void list(String name, List<?> list, Setting setting) {
    if (list.size() < setting.min() || list.size() > setting.max()) {
      problems.add(
          new Problem(
              name,
              list.size() + " elements",
              "expected " + Limits.text(setting, false) + " elements"));
    }
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i) instanceof String text) {
        text(name + "[" + i + "]", text, setting);
      }
    }
  }
}
