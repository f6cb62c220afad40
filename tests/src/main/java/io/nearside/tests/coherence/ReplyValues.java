package io.nearside.tests.coherence;

import io.nearside.tests.stack.Printable;
import io.nearside.tests.stack.ReplyScanner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** RESP2 and RESP3 replies of the few forms that the workload asks for. Stateless. */
public final class ReplyValues {
  private ReplyValues() {}

  /** An error reply: what it means for the command's effect is the caller's business. */
  public static final class ErrorReply extends IOException {
    ErrorReply(String text) {
      super(text);
    }
  }

  /**
   * A string, or null for nil.
   *
   * @throws ErrorReply for an error
   * @throws IOException for a reply of another form: it is not the reply to this command
   */
  public static @Nullable String string(byte[] reply) throws IOException {
    return switch ((char) (reply[0] & 0xff)) {
      case '_' -> null;
      case '-', '!' -> throw new ErrorReply(line(reply));
      case '+', ':' -> line(reply);
      case '$' -> reply[1] == '-' ? null : bulk(reply);
      default -> throw new IOException("a string was due: " + Printable.of(reply));
    };
  }

  private static String bulk(byte[] reply) {
    int start = 3;
    while (reply[start - 1] != '\n') {
      start++;
    }
    return new String(reply, start, reply.length - start - 2, StandardCharsets.ISO_8859_1);
  }

  /** The strings of an array or map. */
  public static List<@Nullable String> strings(byte[] reply) throws IOException {
    if (reply[0] == '-' || reply[0] == '!') {
      throw new ErrorReply(line(reply));
    }
    if ("*%~".indexOf(reply[0]) < 0) {
      throw new IOException("an array was due: " + Printable.of(reply));
    }
    List<@Nullable String> strings = new ArrayList<>();
    for (byte[] element : ReplyScanner.elements(reply)) {
      strings.add(string(element));
    }
    return strings;
  }

  private static String line(byte[] reply) {
    int end = 1;
    while (reply[end] != '\r') {
      end++;
    }
    return new String(reply, 1, end - 1, StandardCharsets.ISO_8859_1);
  }
}
