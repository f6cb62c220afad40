package io.nearside.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A table between two marks of a document, generated from the code: a test compares it, and with
 * {@code -Dnearside.update=true} rewrites it first.
 */
public final class GeneratedTable {
  private GeneratedTable() {}

  /**
   * Fails where the document says something else.
   *
   * @param document its name below {@code docs}
   * @param begin the mark before it, with its line's end
   * @param end the mark behind it
   * @param test by whose run it is rewritten
   */
  public static void assertIn(
      String document, String begin, String end, Class<?> test, String table) throws IOException {
    Path file = Path.of(System.getProperty("basedir", "."), "..", "docs", document);
    String text = Files.readString(file);
    int from = text.indexOf(begin);
    int to = text.indexOf(end);
    assertTrue(from >= 0 && to > from, "no marks in " + file);
    from += begin.length();
    if (Boolean.getBoolean("nearside.update")) {
      text = text.substring(0, from) + table + text.substring(to);
      Files.writeString(file, text);
      to = text.indexOf(end);
    }
    assertEquals(
        table,
        text.substring(from, to),
        file
            + " is out of date: mvn -pl agent -am test -Dtest="
            + test.getSimpleName()
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dnearside.update=true");
  }
}
