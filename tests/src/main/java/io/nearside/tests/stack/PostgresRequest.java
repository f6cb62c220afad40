package io.nearside.tests.stack;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of what a PostgreSQL client sends (protocol 3, "Message Formats" in the manual).
 * Written for the tests alone, so that it shares no mistake with the agent's own codec. Stateless.
 */
public final class PostgresRequest {
  /** Protocol 3.0 in a startup packet. */
  public static final int VERSION_3_0 = 196_608;

  /** Protocol 3.2 in a startup packet. */
  public static final int VERSION_3_2 = 196_610;

  /** The code of an SSLRequest. */
  public static final int SSL_REQUEST = 80_877_103;

  /** The code of a GSSENCRequest. */
  public static final int GSS_REQUEST = 80_877_104;

  /** The code of a CancelRequest. */
  public static final int CANCEL_REQUEST = 80_877_102;

  private final ByteArrayOutputStream body = new ByteArrayOutputStream();

  private PostgresRequest() {}

  /** A startup packet. */
  public static byte[] startup(int version, Map<String, String> parameters) {
    var packet = new PostgresRequest().int32(version);
    parameters.forEach((name, value) -> packet.string(name).string(value));
    packet.body.write(0);
    return packet.untyped();
  }

  /** An SSLRequest or GSSENCRequest by its code. */
  public static byte[] encryption(int code) {
    return new PostgresRequest().int32(code).untyped();
  }

  /** A CancelRequest with the key of a BackendKeyData. */
  public static byte[] cancel(int processId, byte[] secret) {
    return new PostgresRequest().int32(CANCEL_REQUEST).int32(processId).bytes(secret).untyped();
  }

  /** Any message of a type with this body. */
  public static byte[] message(char type, byte[] body) {
    return new PostgresRequest().bytes(body).typed(type);
  }

  /** A simple Query. */
  public static byte[] query(String sql) {
    return new PostgresRequest().string(sql).typed('Q');
  }

  /** A Parse; types by their oids, 0 for one the server finds out. */
  public static byte[] parse(String statement, String sql, List<Integer> types) {
    var message = new PostgresRequest().string(statement).string(sql).int16(types.size());
    types.forEach(message::int32);
    return message.typed('P');
  }

  /** A Bind of text parameters with text results. */
  public static byte[] bind(String portal, String statement, List<@Nullable String> values) {
    return bind(
        portal,
        statement,
        List.of(),
        values.stream().map(v -> v == null ? null : utf8(v)).toList(),
        List.of());
  }

  /** A Bind; a null value is NULL, formats are 0 for text and 1 for binary. */
  public static byte[] bind(
      String portal,
      String statement,
      List<Integer> formats,
      List<byte @Nullable []> values,
      List<Integer> resultFormats) {
    var message = new PostgresRequest().string(portal).string(statement).int16(formats.size());
    formats.forEach(message::int16);
    message.int16(values.size());
    for (byte[] value : values) {
      if (value == null) {
        message.int32(-1);
      } else {
        message.int32(value.length).bytes(value);
      }
    }
    message.int16(resultFormats.size());
    resultFormats.forEach(message::int16);
    return message.typed('B');
  }

  /** A Describe of a statement ({@code S}) or portal ({@code P}). */
  public static byte[] describe(char kind, String name) {
    return new PostgresRequest().int8(kind).string(name).typed('D');
  }

  /** An Execute; 0 rows are all. */
  public static byte[] execute(String portal, int rowsMax) {
    return new PostgresRequest().string(portal).int32(rowsMax).typed('E');
  }

  /** A Close of a statement ({@code S}) or portal ({@code P}). */
  public static byte[] close(char kind, String name) {
    return new PostgresRequest().int8(kind).string(name).typed('C');
  }

  /** A Sync. */
  public static byte[] sync() {
    return new PostgresRequest().typed('S');
  }

  /** A Flush. */
  public static byte[] flush() {
    return new PostgresRequest().typed('H');
  }

  /** A CopyData. */
  public static byte[] copyData(byte[] data) {
    return new PostgresRequest().bytes(data).typed('d');
  }

  /** A CopyDone. */
  public static byte[] copyDone() {
    return new PostgresRequest().typed('c');
  }

  /** A CopyFail. */
  public static byte[] copyFail(String reason) {
    return new PostgresRequest().string(reason).typed('f');
  }

  /** A FunctionCall with text arguments and a text result. */
  public static byte[] functionCall(int oid, List<@Nullable String> arguments) {
    var message = new PostgresRequest().int32(oid).int16(0).int16(arguments.size());
    for (String argument : arguments) {
      if (argument == null) {
        message.int32(-1);
      } else {
        byte[] bytes = utf8(argument);
        message.int32(bytes.length).bytes(bytes);
      }
    }
    return message.int16(0).typed('F');
  }

  /** A PasswordMessage, or SASL response, with these bytes. */
  public static byte[] password(byte[] body) {
    return message('p', body);
  }

  /** A Terminate. */
  public static byte[] terminate() {
    return new PostgresRequest().typed('X');
  }

  private PostgresRequest int8(int value) {
    body.write(value);
    return this;
  }

  private PostgresRequest int16(int value) {
    return bytes(ByteBuffer.allocate(2).putShort((short) value).array());
  }

  private PostgresRequest int32(int value) {
    return bytes(ByteBuffer.allocate(4).putInt(value).array());
  }

  private PostgresRequest string(String value) {
    return bytes(utf8(value)).int8(0);
  }

  private PostgresRequest bytes(byte[] value) {
    body.writeBytes(value);
    return this;
  }

  private byte[] untyped() {
    return ByteBuffer.allocate(body.size() + 4)
        .putInt(body.size() + 4)
        .put(body.toByteArray())
        .array();
  }

  private byte[] typed(char type) {
    return ByteBuffer.allocate(body.size() + 5)
        .put((byte) type)
        .putInt(body.size() + 4)
        .put(body.toByteArray())
        .array();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
