package io.nearside.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that can not be used, with everything that is wrong with it at once. */
public final class ConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /** At least one problem; their texts become the message, one a line. */
  public ConfigException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** In the order of the tree; never empty; no secrets. */
  public List<Problem> problems() {
    return problems;
  }
}
