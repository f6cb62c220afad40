package io.nearside.agent.postgres.wire;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages of a client (PostgreSQL manual, "Message Formats", those marked F): type bytes, builders
 * of whole messages, readers over one whole message in {@code bytes[from, to)}, header included.
 *
 * <p>Builders throw {@link IllegalArgumentException} for what the protocol can not carry (a zero
 * byte in a string, a count out of range). Readers throw {@link WireViolation} for what is not
 * well-formed and never read outside their range. Names are bytes, for they are in the client's
 * encoding; strings of ours are UTF-8. Names and text of prepared statements: {@link
 * StatementNames}.
 */
public final class Frontend {
  public static final byte QUERY = 'Q';
  public static final byte PARSE = 'P';
  public static final byte BIND = 'B';
  public static final byte EXECUTE = 'E';
  public static final byte DESCRIBE = 'D';
  public static final byte CLOSE = 'C';
  public static final byte SYNC = 'S';
  public static final byte FLUSH = 'H';
  public static final byte FUNCTION_CALL = 'F';
  public static final byte COPY_DATA = 'd';
  public static final byte COPY_DONE = 'c';
  public static final byte COPY_FAIL = 'f';

  /** Also SASLInitialResponse, SASLResponse and GSSResponse: what was asked for tells. */
  public static final byte PASSWORD = 'p';

  public static final byte TERMINATE = 'X';

  /** What a Describe or Close is about. */
  static final byte STATEMENT_KIND = 'S';

  static final byte PORTAL_KIND = 'P';

  private Frontend() {}

  public static byte[] query(String text) {
    return query(text.getBytes(StandardCharsets.UTF_8));
  }

  public static byte[] query(byte[] text) {
    return MessageWriter.of(QUERY, text.length + 1).string(text).finish();
  }

  /**
   * A Parse.
   *
   * @param parameterTypes type oids; 0 or absent: the server infers
   */
  public static byte[] parse(byte[] name, byte[] text, int... parameterTypes) {
    int size = name.length + text.length + 4 + 4 * parameterTypes.length;
    var writer = MessageWriter.of(PARSE, size).string(name).string(text);
    writer.int16(parameterTypes.length);
    for (int type : parameterTypes) {
      writer.int32(type);
    }
    return writer.finish();
  }

  /** A Bind without parameters; results come as text. */
  public static byte[] bind(byte[] portal, byte[] statement) {
    return MessageWriter.of(BIND, portal.length + statement.length + 8)
        .string(portal)
        .string(statement)
        .int16(0)
        .int16(0)
        .int16(0)
        .finish();
  }

  /**
   * An Execute.
   *
   * @param rowsMax after which the portal is suspended; 0: no limit
   */
  public static byte[] execute(byte[] portal, int rowsMax) {
    return MessageWriter.of(EXECUTE, portal.length + 5).string(portal).int32(rowsMax).finish();
  }

  public static byte[] describeStatement(byte[] name) {
    return named(DESCRIBE, STATEMENT_KIND, name);
  }

  public static byte[] describePortal(byte[] name) {
    return named(DESCRIBE, PORTAL_KIND, name);
  }

  public static byte[] closeStatement(byte[] name) {
    return named(CLOSE, STATEMENT_KIND, name);
  }

  public static byte[] closePortal(byte[] name) {
    return named(CLOSE, PORTAL_KIND, name);
  }

  private static byte[] named(byte type, byte kind, byte[] name) {
    return MessageWriter.of(type, name.length + 2).int8(kind).string(name).finish();
  }

  public static byte[] sync() {
    return MessageWriter.of(SYNC, 0).finish();
  }

  public static byte[] flush() {
    return MessageWriter.of(FLUSH, 0).finish();
  }

  public static byte[] terminate() {
    return MessageWriter.of(TERMINATE, 0).finish();
  }

  /** PasswordMessage: a cleartext or hashed password, the zero byte is added. */
  public static byte[] password(byte[] password) {
    return MessageWriter.of(PASSWORD, password.length + 1).string(password).finish();
  }

  public static byte[] saslInitialResponse(String mechanism, byte[] data) {
    return MessageWriter.of(PASSWORD, mechanism.length() + 5 + data.length)
        .string(mechanism)
        .int32(data.length)
        .raw(data)
        .finish();
  }

  public static byte[] saslResponse(byte[] data) {
    return MessageWriter.of(PASSWORD, data.length).raw(data).finish();
  }

  public static byte[] copyFail(String reason) {
    return MessageWriter.of(COPY_FAIL, reason.length() + 1).string(reason).finish();
  }

  /** A packet of the start-up phase, see {@link StartupPacket}. */
  public static byte[] cancelRequest(int processId, byte[] key) {
    return MessageWriter.untyped(8 + key.length)
        .int32(StartupPacket.CANCEL_CODE)
        .int32(processId)
        .raw(key)
        .finish();
  }

  public static byte[] sslRequest() {
    return MessageWriter.untyped(4).int32(StartupPacket.SSL_CODE).finish();
  }

  public static byte[] gssRequest() {
    return MessageWriter.untyped(4).int32(StartupPacket.GSS_CODE).finish();
  }

  /**
   * A StartupMessage.
   *
   * @param protocol {@link StartupPacket#PROTOCOL_3_0} or {@link StartupPacket#PROTOCOL_3_2}
   * @param parameters in their order; names are not empty
   */
  public static byte[] startup(int protocol, Map<String, String> parameters) {
    var writer = MessageWriter.untyped(256).int32(protocol);
    parameters.forEach(
        (name, value) -> {
          if (name.isEmpty()) {
            // It would be read as the end of the list.
            throw new IllegalArgumentException("startup parameter without a name");
          }
          writer.string(name).string(value);
        });
    return writer.int8(0).finish();
  }

  /** The text of a Query, without its zero byte. */
  public static byte[] queryText(byte[] bytes, int from, int to) {
    var reader = MessageReader.of(QUERY, bytes, from, to);
    byte[] text = reader.string();
    reader.end();
    return text;
  }

  /** The row limit of an Execute; 0 and below: none. Its portal: {@link StatementNames#portal}. */
  public static int executeRowsMax(byte[] bytes, int from, int to) {
    var reader = MessageReader.of(EXECUTE, bytes, from, to);
    reader.skipString();
    int rowsMax = reader.int32();
    reader.end();
    return rowsMax;
  }

  /** The password of a PasswordMessage, without its zero byte. */
  public static byte[] passwordBytes(byte[] bytes, int from, int to) {
    var reader = MessageReader.of(PASSWORD, bytes, from, to);
    byte[] password = reader.string();
    reader.end();
    return password;
  }

  /** The mechanism that a SASLInitialResponse names. */
  public static String saslMechanism(byte[] bytes, int from, int to) {
    return MessageReader.of(PASSWORD, bytes, from, to).text();
  }

  /** The data of a SASLInitialResponse, or null where it has none. */
  public static byte @Nullable [] saslInitialData(byte[] bytes, int from, int to) {
    var reader = MessageReader.of(PASSWORD, bytes, from, to);
    reader.skipString();
    int length = reader.int32();
    byte[] data = length == -1 ? null : reader.raw(length);
    reader.end();
    return data;
  }

  /** The data of a SASLResponse. */
  public static byte[] saslData(byte[] bytes, int from, int to) {
    return MessageReader.of(PASSWORD, bytes, from, to).rest();
  }
}
