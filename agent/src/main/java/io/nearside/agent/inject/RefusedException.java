package io.nearside.agent.inject;

import java.util.List;
import java.util.stream.Collectors;

/** A pod that asks for the sidecar in a way that can not be followed. */
final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private static final int PROBLEMS_MAX = 16;

  RefusedException(String message) {
    super(message, null, false, false);
  }

  /** All that is wrong at once, as far as somebody would read it. */
  RefusedException(List<String> problems) {
    this(
        problems.stream().limit(PROBLEMS_MAX).collect(Collectors.joining("; "))
            + (problems.size() > PROBLEMS_MAX
                ? "; and " + (problems.size() - PROBLEMS_MAX) + " more"
                : ""));
  }
}
