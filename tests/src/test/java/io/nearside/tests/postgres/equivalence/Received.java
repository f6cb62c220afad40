package io.nearside.tests.postgres.equivalence;

import java.util.List;

/** What was received in one step, made comparable. */
record Received(String line, String connection, List<String> messages) {
  Received {
    messages = List.copyOf(messages);
  }
}
