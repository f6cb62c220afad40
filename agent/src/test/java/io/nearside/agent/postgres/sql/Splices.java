package io.nearside.agent.postgres.sql;

import java.util.Random;

/** Random texts of the pieces that make lexing hard. */
final class Splices {
  private static final String[] PIECES = {
    "'",
    "''",
    "\"",
    "\"\"",
    "\\",
    "\\'",
    "$",
    "$$",
    "$a$",
    "$a",
    "$1",
    "/*",
    "*/",
    "--",
    "\n",
    " ",
    "\t",
    "\r",
    "e'",
    "E'",
    "b'",
    "x'",
    "n'",
    "u&'",
    "U&\"",
    "u&",
    " uescape '!'",
    ";",
    ",",
    "(",
    ")",
    "[",
    "]",
    ".",
    "..",
    ":",
    "::",
    ":=",
    "=>",
    "+",
    "-",
    "*",
    "/",
    "<",
    ">",
    "=",
    "~",
    "!",
    "@",
    "#",
    "%",
    "^",
    "&",
    "|",
    "`",
    "?",
    "1",
    "1.5",
    ".5",
    "1e",
    "1e5",
    "0x1f",
    "1_0",
    "_",
    "a",
    "select",
    "as",
    "é",
    "漢",
    "\\0061",
    "\\+000061",
    "abc",
    "x",
    "0"
  };

  private Splices() {}

  static String next(Random random) {
    StringBuilder text = new StringBuilder();
    int pieces = 1 + random.nextInt(12);
    for (int i = 0; i < pieces; i++) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return text.toString();
  }
}
