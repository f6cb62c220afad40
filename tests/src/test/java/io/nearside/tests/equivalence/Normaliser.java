package io.nearside.tests.equivalence;

import io.nearside.tests.stack.ReplyScanner;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What two servers may rightly answer differently. Everything else, and every error, is compared
 * exactly.
 */
enum Normaliser {
  /** Byte for byte. */
  EXACT,
  /** An aggregate whose order the server's random hash seed decides. */
  UNORDERED,
  /** The same, two by two: fields with their values. */
  PAIRS,
  /** A cursor and an aggregate in any order, where a SCAN is complete with one call. */
  SCAN,
  /** Every run of digits: clock times, client ids, stream ids made by the server. */
  DIGITS,
  /** A remaining time to live: any positive number; -1 and -2 are exact. */
  TTL,
  /** The client's id in the reply of HELLO. */
  HELLO,
  /** Only the reply's type: what names connections, addresses or memory. */
  SHAPE;

  private static final Pattern HELLO_ID = Pattern.compile("(\\$2\r\nid\r\n:)\\d+");

  static Normaliser named(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }

  /** A reply with what may differ made equal. */
  byte[] apply(byte[] reply) {
    char type = (char) reply[0];
    if (type == '-' || type == '_') {
      return reply;
    }
    return switch (this) {
      case EXACT -> reply;
      case UNORDERED -> isAggregate(type) ? sorted(reply, 1) : reply;
      case PAIRS -> isAggregate(type) ? sorted(reply, 2) : reply;
      case SCAN -> isAggregate(type) ? scan(reply) : reply;
      case DIGITS -> latin1(latin1(reply).replaceAll("\\d+", "N"));
      case TTL -> latin1(latin1(reply).replaceAll("^:\\d+", ":N"));
      case HELLO -> latin1(HELLO_ID.matcher(latin1(reply)).replaceAll("$1N"));
      case SHAPE -> new byte[] {reply[0]};
    };
  }

  private static boolean isAggregate(char type) {
    return "*~%>".indexOf(type) >= 0;
  }

  private static byte[] scan(byte[] reply) {
    List<byte[]> parts = ReplyScanner.elements(reply);
    var out = new ByteArrayOutputStream();
    out.writeBytes(parts.getFirst());
    out.writeBytes(sorted(parts.getLast(), 1));
    return out.toByteArray();
  }

  private static byte[] sorted(byte[] reply, int groupSize) {
    List<byte[]> elements = ReplyScanner.elements(reply);
    List<String> groups = new ArrayList<>();
    for (int i = 0; i < elements.size(); i += groupSize) {
      var group = new StringBuilder();
      for (int j = i; j < Math.min(i + groupSize, elements.size()); j++) {
        group.append(latin1(elements.get(j)));
      }
      groups.add(group.toString());
    }
    Collections.sort(groups);
    return latin1((char) reply[0] + "" + elements.size() + "\r\n" + String.join("", groups));
  }

  private static String latin1(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
