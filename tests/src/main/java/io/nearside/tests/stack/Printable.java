package io.nearside.tests.stack;

/** Protocol bytes as one readable line for failure messages. Stateless, thread-safe. */
public final class Printable {
  private static final int CHARACTERS_MAX = 400;

  private Printable() {}

  /** The bytes with everything outside printable ASCII escaped, shortened in the middle. */
  public static String of(byte[] bytes) {
    if (bytes.length <= CHARACTERS_MAX) {
      return escape(bytes, 0, bytes.length);
    }
    int half = CHARACTERS_MAX / 2;
    return escape(bytes, 0, half)
        + " ...("
        + bytes.length
        + " bytes)... "
        + escape(bytes, bytes.length - half, bytes.length);
  }

  private static String escape(byte[] bytes, int from, int to) {
    var text = new StringBuilder(to - from);
    for (int i = from; i < to; i++) {
      int b = bytes[i] & 0xff;
      switch (b) {
        case '\r' -> text.append("\\r");
        case '\n' -> text.append("\\n");
        case '\\' -> text.append("\\\\");
        default -> {
          if (b >= 0x20 && b < 0x7f) {
            text.append((char) b);
          } else {
            text.append(String.format("\\x%02x", b));
          }
        }
      }
    }
    return text.toString();
  }
}
