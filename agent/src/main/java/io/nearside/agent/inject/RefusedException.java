package io.nearside.agent.inject;

import java.util.List;

/** A pod that asks for the sidecar in a way that can not be followed. */
final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RefusedException(String message) {
    super(message, null, false, false);
  }

  /** All that is wrong at once. */
  RefusedException(List<String> problems) {
    this(String.join("; ", problems));
  }
}
