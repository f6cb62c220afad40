package io.nearside.tests.bench;

import java.util.Locale;

/** What is compared from day to day. The names are part of the JSON that {@code --json} writes. */
interface Figure {
  /** The constant's name. */
  String name();

  /** What it says, in a line. */
  String meaning();

  /** Where it is to lie. */
  Goal goal();

  /** The name in JSON and on the command line. */
  default String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
