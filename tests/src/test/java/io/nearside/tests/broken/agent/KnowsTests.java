package io.nearside.tests.broken.agent;

/** An agent that knows its tests, and prints. */
public record KnowsTests(io.nearside.tests.broken.tests.Demo a) {
  void print() {
    System.out.println(this);
  }
}
