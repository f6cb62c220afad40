package io.nearside.tests.postgres.equivalence;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.nearside.tests.stack.PostgresMessage;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Makes messages comparable: what names a process, a transaction or an object that a run created
 * may differ between two servers, and what a login draws at random. Everything else is compared
 * byte for byte. Stateless.
 */
final class Normaliser {
  /** Objects that initdb did not make have oids from here on. */
  private static final int FIRST_USER_OID = 16_384;

  private static final int SHOWN_BYTES_MAX = 2_000;
  private static final Pattern PROCESS = Pattern.compile("(?i)\\b(process|pid) \\d+");
  private static final Pattern TRANSACTION = Pattern.compile("\\b(transaction|tuple) [0-9(),]+");
  private static final Pattern DIGITS = Pattern.compile("\\d+");

  private Normaliser() {}

  /** What a step received; the parameters that a login reports come in any order. */
  static List<String> apply(List<PostgresMessage> messages, Mask mask) {
    boolean login = messages.stream().anyMatch(m -> m.type() == 'R' && m.int32(0) == 0);
    List<String> shown = new ArrayList<>();
    List<String> parameters = new ArrayList<>();
    for (PostgresMessage message : messages) {
      if (login && message.type() == 'S') {
        parameters.add(show('S', message.body()));
      } else {
        if (message.type() == 'K' || message.type() == 'Z') {
          flush(parameters, shown);
        }
        shown.add(one(message, mask));
      }
    }
    flush(parameters, shown);
    return shown;
  }

  private static void flush(List<String> parameters, List<String> shown) {
    Collections.sort(parameters);
    shown.addAll(parameters);
    parameters.clear();
  }

  private static String one(PostgresMessage message, Mask mask) {
    byte[] body = message.body();
    return switch (message.type()) {
      // Nonces, salts and proofs are drawn anew by every login.
      case 'R' -> message.int32(0) == 0 ? show('R', body) : "R method " + message.int32(0);
      case 'K' -> "K with " + (body.length - 4) + " bytes of key";
      case 'A' -> show('A', Arrays.copyOfRange(body, 4, body.length));
      case 'E', 'N' -> error(message);
      case 'T' -> show('T', rowDescription(body));
      case 't' -> show('t', parameterDescription(body));
      case 'D' -> data(message, mask);
      default -> show(message.type(), body);
    };
  }

  private static String error(PostgresMessage message) {
    String text = new String(message.body(), ISO_8859_1);
    text = PROCESS.matcher(text).replaceAll("$1 N");
    text = TRANSACTION.matcher(text).replaceAll("$1 N");
    return show(message.type(), text.getBytes(ISO_8859_1));
  }

  private static byte[] rowDescription(byte[] original) {
    byte[] body = original.clone();
    ByteBuffer buffer = ByteBuffer.wrap(body);
    int columns = buffer.getShort();
    for (int i = 0; i < columns; i++) {
      while (buffer.get() != 0) {
        // the name
      }
      hideOid(buffer, buffer.position());
      hideOid(buffer, buffer.position() + 6);
      buffer.position(buffer.position() + 18);
    }
    return body;
  }

  private static byte[] parameterDescription(byte[] original) {
    byte[] body = original.clone();
    ByteBuffer buffer = ByteBuffer.wrap(body);
    for (int at = 2; at < body.length; at += 4) {
      hideOid(buffer, at);
    }
    return body;
  }

  private static void hideOid(ByteBuffer buffer, int at) {
    if (Integer.compareUnsigned(buffer.getInt(at), FIRST_USER_OID) >= 0) {
      buffer.putInt(at, FIRST_USER_OID);
    }
  }

  private static String data(PostgresMessage message, Mask mask) {
    return switch (mask) {
      case NONE -> show('D', message.body());
      case VALUES -> "D with " + ByteBuffer.wrap(message.body()).getShort() + " values";
      // The lengths in the row vary with the digits.
      case DIGITS ->
          "D "
              + DIGITS
                  .matcher(io.nearside.tests.stack.RawPostgres.row(message).toString())
                  .replaceAll("N");
    };
  }

  private static String show(char type, byte[] body) {
    if (body.length <= SHOWN_BYTES_MAX) {
      return type + " " + escape(body);
    }
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(body);
      return type
          + " "
          + escape(Arrays.copyOf(body, 100))
          + "... "
          + body.length
          + " bytes, SHA-256 "
          + HexFormat.of().formatHex(hash);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String escape(byte[] bytes) {
    var text = new StringBuilder();
    for (byte b : bytes) {
      int value = b & 0xff;
      if (value >= 0x20 && value < 0x7f && value != '\\') {
        text.append((char) value);
      } else {
        text.append('\\').append(HexFormat.of().toHexDigits(b));
      }
    }
    return text.toString();
  }
}
