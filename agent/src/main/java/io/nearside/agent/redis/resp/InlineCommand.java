package io.nearside.agent.redis.resp;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An inline command (<a
 * href="https://redis.io/docs/latest/develop/reference/protocol-spec/#inline-commands">RESP, inline
 * commands</a>) as the canonical array of bulk strings. Words are split as Redis does: blanks
 * separate; in double quotes {@code \xHH \n \r \t \b \a} and any escaped character; in single
 * quotes only {@code \'}; a closing quote must end its word; a zero byte ends the line.
 */
public final class InlineCommand {
  private final byte[] line;
  private final int end;
  private int at;

  private InlineCommand(byte[] line, int from, int to) {
    this.line = line;
    this.at = from;
    this.end = to;
  }

  /**
   * The line {@code bytes[from, to)}, without its line feed, as a RESP array. The caller has
   * limited the line's length; the result is at most about eight times as long.
   *
   * @return null when the quotes are unbalanced (Redis: {@code ERR Protocol error: unbalanced
   *     quotes in request}, and the connection closes); empty for a blank line, which has no reply
   */
  public static byte @Nullable [] canonical(byte[] bytes, int from, int to) {
    List<byte[]> words = new InlineCommand(bytes, from, to).words();
    if (words == null) {
      return null;
    }
    if (words.isEmpty()) {
      return new byte[0];
    }
    var request = new ByteArrayOutputStream(16 + (to - from) * 2);
    writeHeader(request, '*', words.size());
    for (byte[] word : words) {
      writeHeader(request, '$', word.length);
      request.writeBytes(word);
      request.write('\r');
      request.write('\n');
    }
    return request.toByteArray();
  }

  private static void writeHeader(ByteArrayOutputStream request, char type, int number) {
    request.writeBytes(
        (type + Integer.toString(number) + "\r\n").getBytes(StandardCharsets.US_ASCII));
  }

  private @Nullable List<byte[]> words() {
    List<byte[]> words = new ArrayList<>();
    while (true) {
      while (isSpace(peek(0))) {
        at++;
      }
      if (peek(0) == 0) {
        return words;
      }
      byte[] word = word();
      if (word == null) {
        return null;
      }
      words.add(word);
    }
  }

  /** One word, or null for unbalanced quotes. */
  private byte @Nullable [] word() {
    var word = new ByteArrayOutputStream();
    while (true) {
      byte b = peek(0);
      switch (b) {
        case 0, ' ', '\n', '\r', '\t' -> {
          return word.toByteArray();
        }
        case '"' -> {
          return doubleQuoted(word) ? word.toByteArray() : null;
        }
        case '\'' -> {
          return singleQuoted(word) ? word.toByteArray() : null;
        }
        default -> {
          word.write(b);
          at++;
        }
      }
    }
  }

  private boolean doubleQuoted(ByteArrayOutputStream word) {
    at++;
    while (true) {
      byte b = peek(0);
      if (b == 0) {
        return false;
      }
      if (b == '"') {
        return closed();
      }
      if (b == '\\' && peek(1) == 'x' && hex(peek(2)) >= 0 && hex(peek(3)) >= 0) {
        word.write(hex(peek(2)) << 4 | hex(peek(3)));
        at += 4;
      } else if (b == '\\' && peek(1) != 0) {
        word.write(unescaped(peek(1)));
        at += 2;
      } else {
        word.write(b);
        at++;
      }
    }
  }

  private boolean singleQuoted(ByteArrayOutputStream word) {
    at++;
    while (true) {
      byte b = peek(0);
      if (b == 0) {
        return false;
      }
      if (b == '\'') {
        return closed();
      }
      if (b == '\\' && peek(1) == '\'') {
        word.write('\'');
        at += 2;
      } else {
        word.write(b);
        at++;
      }
    }
  }

  /** Steps over a closing quote; a blank or the end must follow. */
  private boolean closed() {
    at++;
    byte next = peek(0);
    return next == 0 || isSpace(next);
  }

  /** The byte at this distance, 0 at the end of the line and after it. */
  private byte peek(int distance) {
    int index = at + distance;
    return index < end ? line[index] : 0;
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || (b >= '\t' && b <= '\r');
  }

  private static int unescaped(byte b) {
    return switch (b) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'b' -> '\b';
      case 'a' -> 0x07;
      default -> b;
    };
  }

  private static int hex(byte b) {
    return b < 0 ? -1 : Character.digit(b, 16);
  }
}
