package io.nearside.tests.postgres.equivalence;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Assertions;

/** Runs a script against two endpoints and fails at the first message that differs. */
final class Comparison {
  private static final int BEFORE = 3;

  private final Endpoint expected;
  private final Endpoint actual;

  Comparison(Endpoint expected, Endpoint actual) {
    this.expected = expected;
    this.actual = actual;
  }

  void run(Script script, long seed) throws IOException {
    List<Received> wanted = ScriptRunner.run(expected, script, seed);
    List<Received> got = ScriptRunner.run(actual, script, seed);
    for (int i = 0; i < wanted.size(); i++) {
      compare(script, wanted.get(i), got.get(i));
    }
    Assertions.assertEquals(wanted.size(), got.size(), script.name());
  }

  private void compare(Script script, Received wanted, Received got) {
    List<String> a = wanted.messages();
    List<String> b = got.messages();
    int at = 0;
    while (at < a.size() && at < b.size() && a.get(at).equals(b.get(at))) {
      at++;
    }
    if (at == a.size() && at == b.size()) {
      return;
    }
    var text = new StringBuilder(script.name());
    text.append("\n  ").append(wanted.connection()).append(": ").append(wanted.line());
    text.append("\n  message ").append(at + 1).append(" differs");
    a.subList(Math.max(0, at - BEFORE), at).forEach(m -> text.append("\n    both    ").append(m));
    show(text, expected.name(), a, at);
    show(text, actual.name(), b, at);
    Assertions.fail(text.toString());
  }

  private static void show(StringBuilder text, String name, List<String> messages, int from) {
    if (from == messages.size()) {
      text.append("\n    ").append(name).append(": nothing more");
    }
    messages.stream()
        .skip(from)
        .limit(BEFORE)
        .forEach(m -> text.append("\n    ").append(name).append(": ").append(m));
  }
}
