package io.nearside.agent.postgres;

/** Values in SQL text of our own. */
final class SqlText {
  private SqlText() {}

  /** A string literal that reads the same whatever standard_conforming_strings is. */
  static String literal(String value) {
    StringBuilder out = new StringBuilder(value.length() + 8);
    boolean escapes = value.indexOf('\\') >= 0;
    out.append(escapes ? " E'" : "'");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\'' || c == '\\') {
        out.append(c);
      }
      out.append(c);
    }
    return out.append('\'').toString();
  }

  static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
