package io.nearside.tests.postgres.equivalence;

import java.util.List;

/**
 * A named run of steps that starts in an empty database.
 *
 * @param sessionOnly whether it needs what only a server session of its own gives: state that no
 *     proxy can see (set inside functions), or that shows the server session itself
 */
record Script(String name, boolean sessionOnly, String user, List<Step> steps) {
  Script {
    steps = List.copyOf(steps);
  }
}
