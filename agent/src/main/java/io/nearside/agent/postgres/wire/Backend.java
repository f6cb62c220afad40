package io.nearside.agent.postgres.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages of a server (PostgreSQL manual, "Message Formats", those marked B): type bytes, builders
 * of whole messages, readers over one whole message in {@code bytes[from, to)}, header included.
 * Errors as in {@link Frontend}.
 */
@SuppressWarnings("MutablePublicArray") // whole messages, only ever written to a socket
public final class Backend {
  public static final byte AUTHENTICATION = 'R';
  public static final byte PARAMETER_STATUS = 'S';
  public static final byte BACKEND_KEY_DATA = 'K';
  public static final byte READY_FOR_QUERY = 'Z';
  public static final byte ERROR = 'E';
  public static final byte NOTICE = 'N';
  public static final byte NOTIFICATION = 'A';
  public static final byte COMMAND_COMPLETE = 'C';
  public static final byte EMPTY_QUERY = 'I';
  public static final byte ROW_DESCRIPTION = 'T';
  public static final byte DATA_ROW = 'D';
  public static final byte PARSE_COMPLETE = '1';
  public static final byte BIND_COMPLETE = '2';
  public static final byte CLOSE_COMPLETE = '3';
  public static final byte NO_DATA = 'n';
  public static final byte PORTAL_SUSPENDED = 's';
  public static final byte PARAMETER_DESCRIPTION = 't';
  public static final byte COPY_IN = 'G';
  public static final byte COPY_OUT = 'H';
  public static final byte COPY_BOTH = 'W';
  public static final byte COPY_DATA = 'd';
  public static final byte COPY_DONE = 'c';
  public static final byte FUNCTION_RESULT = 'V';
  public static final byte NEGOTIATE_PROTOCOL = 'v';

  // What an Authentication message asks for.
  public static final int AUTHENTICATION_OK = 0;
  public static final int AUTHENTICATION_CLEARTEXT = 3;
  public static final int AUTHENTICATION_MD5 = 5;
  public static final int AUTHENTICATION_SASL = 10;
  public static final int AUTHENTICATION_SASL_CONTINUE = 11;
  public static final int AUTHENTICATION_SASL_FINAL = 12;

  // What ReadyForQuery says of the transaction.
  public static final byte IDLE = 'I';
  public static final byte IN_TRANSACTION = 'T';
  public static final byte FAILED_TRANSACTION = 'E';

  public static final byte[] PARSE_COMPLETE_MESSAGE = MessageWriter.of(PARSE_COMPLETE, 0).finish();
  public static final byte[] BIND_COMPLETE_MESSAGE = MessageWriter.of(BIND_COMPLETE, 0).finish();
  public static final byte[] CLOSE_COMPLETE_MESSAGE = MessageWriter.of(CLOSE_COMPLETE, 0).finish();
  public static final byte[] EMPTY_QUERY_MESSAGE = MessageWriter.of(EMPTY_QUERY, 0).finish();
  public static final byte[] NO_DATA_MESSAGE = MessageWriter.of(NO_DATA, 0).finish();

  private Backend() {}

  public static byte[] authenticationOk() {
    return authentication(AUTHENTICATION_OK, new byte[0]);
  }

  public static byte[] authenticationCleartext() {
    return authentication(AUTHENTICATION_CLEARTEXT, new byte[0]);
  }

  /**
   * AuthenticationSASL.
   *
   * @param mechanisms names, the preferred first; none is empty
   */
  public static byte[] authenticationSasl(List<String> mechanisms) {
    var writer = MessageWriter.of(AUTHENTICATION, 64).int32(AUTHENTICATION_SASL);
    for (String mechanism : mechanisms) {
      if (mechanism.isEmpty()) {
        throw new IllegalArgumentException("SASL mechanism without a name");
      }
      writer.string(mechanism);
    }
    return writer.int8(0).finish();
  }

  public static byte[] saslContinue(byte[] data) {
    return authentication(AUTHENTICATION_SASL_CONTINUE, data);
  }

  public static byte[] saslFinal(byte[] data) {
    return authentication(AUTHENTICATION_SASL_FINAL, data);
  }

  private static byte[] authentication(int code, byte[] data) {
    return MessageWriter.of(AUTHENTICATION, 4 + data.length).int32(code).raw(data).finish();
  }

  public static byte[] parameterStatus(String name, String value) {
    return MessageWriter.of(PARAMETER_STATUS, name.length() + value.length() + 2)
        .string(name)
        .string(value)
        .finish();
  }

  /**
   * What the client may cancel with.
   *
   * @param key 4 bytes for a client of protocol 3.0, 4 to 256 for 3.2
   */
  public static byte[] backendKeyData(int processId, byte[] key) {
    return MessageWriter.of(BACKEND_KEY_DATA, 4 + key.length).int32(processId).raw(key).finish();
  }

  /**
   * The end of a reply.
   *
   * @param status {@link #IDLE}, {@link #IN_TRANSACTION} or {@link #FAILED_TRANSACTION}
   */
  public static byte[] readyForQuery(byte status) {
    return MessageWriter.of(READY_FOR_QUERY, 1).int8(status).finish();
  }

  public static byte[] error(ErrorFields fields) {
    return fields.encode(ERROR);
  }

  public static byte[] notice(ErrorFields fields) {
    return fields.encode(NOTICE);
  }

  /**
   * What we speak instead of what was asked for.
   *
   * @param minor the newest minor version of protocol 3 that is served. (The manual calls the field
   *     the minor version; servers send and libpq reads the whole version, so do we.)
   * @param unrecognized names of {@code _pq_.} options that were not understood
   */
  public static byte[] negotiateProtocolVersion(int minor, List<String> unrecognized) {
    var writer = MessageWriter.of(NEGOTIATE_PROTOCOL, 32);
    writer.int32(StartupPacket.PROTOCOL_3_0 | minor).int32(unrecognized.size());
    unrecognized.forEach(writer::string);
    return writer.finish();
  }

  public static byte[] commandComplete(String tag) {
    return MessageWriter.of(COMMAND_COMPLETE, tag.length() + 1).string(tag).finish();
  }

  public static byte[] rowDescription(List<Column> columns) {
    var writer = MessageWriter.of(ROW_DESCRIPTION, 2 + 32 * columns.size());
    writer.int16(columns.size());
    for (Column column : columns) {
      writer.string(column.name()).int32(0).int16(0); // no table, no attribute
      writer.int32(column.typeOid()).int16(column.typeLength()).int32(-1).int16(0); // text
    }
    return writer.finish();
  }

  /**
   * A row of text.
   *
   * @param values in text format; null is NULL
   */
  public static byte[] dataRow(List<@Nullable String> values) {
    var writer = MessageWriter.of(DATA_ROW, 2 + 16 * values.size());
    writer.int16(values.size());
    for (String value : values) {
      if (value == null) {
        writer.int32(-1);
      } else {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        writer.int32(bytes.length).raw(bytes);
      }
    }
    return writer.finish();
  }

  /** What an Authentication message asks for: {@link #AUTHENTICATION_OK} and so on. */
  public static int authenticationCode(byte[] bytes, int from, int to) {
    return MessageReader.of(AUTHENTICATION, bytes, from, to).int32();
  }

  /** What follows the code of an Authentication message: salt, SASL data. */
  public static byte[] authenticationBody(byte[] bytes, int from, int to) {
    var reader = MessageReader.of(AUTHENTICATION, bytes, from, to);
    reader.int32();
    return reader.rest();
  }

  /** The mechanisms that AuthenticationSASL offers, in the server's order of preference. */
  public static List<String> saslMechanisms(byte[] bytes, int from, int to) {
    var reader = MessageReader.of(AUTHENTICATION, bytes, from, to);
    reader.int32();
    var mechanisms = new ArrayList<String>();
    for (String name = reader.text(); !name.isEmpty(); name = reader.text()) {
      mechanisms.add(name);
    }
    reader.end();
    return mechanisms;
  }

  /**
   * Name and value as UTF-8. The server reports values in the client's encoding; where that is not
   * UTF-8 the value may hold U+FFFD, and {@link #parameterStatusValue} has its true bytes.
   */
  public static NameValue parameterStatus(byte[] bytes, int from, int to) {
    var reader = MessageReader.of(PARAMETER_STATUS, bytes, from, to);
    var parameter = new NameValue(reader.text(), reader.text());
    reader.end();
    return parameter;
  }

  /** The bytes of a reported value, in the client's encoding. */
  public static byte[] parameterStatusValue(byte[] bytes, int from, int to) {
    var reader = MessageReader.of(PARAMETER_STATUS, bytes, from, to);
    reader.skipString();
    byte[] value = reader.string();
    reader.end();
    return value;
  }

  public static BackendKey backendKey(byte[] bytes, int from, int to) {
    var reader = MessageReader.of(BACKEND_KEY_DATA, bytes, from, to);
    return new BackendKey(reader.int32(), reader.rest());
  }

  /** {@link #IDLE}, {@link #IN_TRANSACTION} or {@link #FAILED_TRANSACTION}. */
  public static byte transactionStatus(byte[] bytes, int from, int to) {
    var reader = MessageReader.of(READY_FOR_QUERY, bytes, from, to);
    byte status = reader.int8();
    reader.end();
    if (status != IDLE && status != IN_TRANSACTION && status != FAILED_TRANSACTION) {
      // Taken for idle, it would set a connection free that is not.
      throw new WireViolation("unknown transaction status 0x" + Integer.toHexString(status & 0xff));
    }
    return status;
  }

  /** The newest minor version that a NegotiateProtocolVersion leaves us. */
  public static int negotiatedMinor(byte[] bytes, int from, int to) {
    return MessageReader.of(NEGOTIATE_PROTOCOL, bytes, from, to).int32() & 0xffff;
  }

  /** The names of {@code _pq_.} options that the server did not understand. */
  public static List<String> negotiatedUnrecognized(byte[] bytes, int from, int to) {
    var reader = MessageReader.of(NEGOTIATE_PROTOCOL, bytes, from, to);
    reader.int32();
    var names = new ArrayList<String>();
    for (int left = reader.int32(); left > 0; left--) { // a false count ends at the message's end
      names.add(reader.text());
    }
    reader.end();
    return names;
  }

  /** The first column of a DataRow as text; null for SQL's null, or where there is no column. */
  public static @Nullable String firstColumn(byte[] bytes, int from, int to) {
    var reader = MessageReader.of(DATA_ROW, bytes, from, to);
    if (reader.uint16() == 0) {
      return null;
    }
    int length = reader.int32();
    return length < 0 ? null : new String(reader.raw(length), StandardCharsets.UTF_8);
  }

  public static String commandTag(byte[] bytes, int from, int to) {
    var reader = MessageReader.of(COMMAND_COMPLETE, bytes, from, to);
    String tag = reader.text();
    reader.end();
    return tag;
  }

  /** Rows of a command tag: the number it ends with ({@code INSERT 0 5}: 5), or 0. */
  public static long rows(String tag) {
    byte[] bytes = tag.getBytes(StandardCharsets.UTF_8);
    return rowsBefore(bytes, 0, bytes.length);
  }

  /** Rows of a whole CommandComplete, without making its tag. */
  public static long rows(byte[] bytes, int from, int to) {
    var reader = MessageReader.of(COMMAND_COMPLETE, bytes, from, to);
    int start = reader.position();
    int end = reader.skipString();
    reader.end();
    return rowsBefore(bytes, start, end);
  }

  private static long rowsBefore(byte[] bytes, int from, int end) {
    int start = end;
    while (start > from && bytes[start - 1] >= '0' && bytes[start - 1] <= '9') {
      start--;
    }
    if (start == from || bytes[start - 1] != ' ' || end - start > 18) {
      return 0;
    }
    long rows = 0;
    for (int i = start; i < end; i++) {
      rows = rows * 10 + (bytes[i] - '0');
    }
    return rows;
  }
}
