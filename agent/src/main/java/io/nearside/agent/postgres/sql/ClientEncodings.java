package io.nearside.agent.postgres.sql;

import java.util.Locale;
import java.util.Set;

/** Which of the encodings that a client may speak keep ASCII bytes to themselves. */
public final class ClientEncodings {
  // "Character Set Support": the encodings that are not allowed on the server, because the second
  // byte of one of their characters can look like a quote or a backslash.
  private static final Set<String> UNSAFE =
      Set.of(
          "big5",
          "win950",
          "windows950",
          "gbk",
          "win936",
          "windows936",
          "gb18030",
          "johab",
          "sjis",
          "shiftjis",
          "mskanji",
          "win932",
          "windows932",
          "shiftjis2004",
          "uhc",
          "win949",
          "windows949");

  private ClientEncodings() {}

  /**
   * Whether a text in this encoding can be read byte by byte: if not, {@link Analysis#OPAQUE} is
   * all that may be said of it. The name is as in {@code client_encoding}; letter case and
   * punctuation do not count, as in PostgreSQL.
   */
  public static boolean isAsciiSafe(String name) {
    StringBuilder plain = new StringBuilder();
    for (char c : name.toLowerCase(Locale.ROOT).toCharArray()) {
      if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
        plain.append(c);
      }
    }
    return !UNSAFE.contains(plain.toString());
  }
}
