package io.nearside.config;

import java.util.Arrays;
import java.util.List;

/** One of a few words. */
record ChoiceType(List<Choice> choices) implements ValueType {

  static ChoiceType of(Class<?> enumType) {
    return new ChoiceType(
        Arrays.stream(enumType.getEnumConstants()).map(constant -> (Choice) constant).toList());
  }

  List<String> labels() {
    return choices.stream().map(Choice::label).toList();
  }

  /**
   * Finds the choice; YAML 1.1 reads a plain {@code on} or {@code off} as a boolean, which is
   * undone here.
   *
   * @throws IllegalArgumentException with the expectation as its message
   */
  Choice read(Object raw, Setting setting) {
    Object word = raw instanceof Boolean on ? (on ? "on" : "off") : raw;
    for (Choice choice : choices) {
      if (choice.label().equals(word)) {
        return choice;
      }
    }
    String expected = "expected " + (choices.size() == 1 ? "" : "one of ");
    expected += String.join(", ", labels());
    if (Arrays.asList(setting.later()).contains(word)) {
      expected = "a later capability; " + expected;
    }
    throw new IllegalArgumentException(expected);
  }
}
