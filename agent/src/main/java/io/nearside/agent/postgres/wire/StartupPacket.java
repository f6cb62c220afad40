package io.nearside.agent.postgres.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client sends before its first message: length and code, no type byte (PostgreSQL manual,
 * "Message Formats": StartupMessage, SSLRequest, GSSENCRequest, CancelRequest). Limits and
 * violations are those of the server's ProcessStartupPacket.
 */
public sealed interface StartupPacket {
  /** The protocol's version as a code, major in the upper half. */
  int PROTOCOL_3_0 = 3 << 16;

  /** Longer cancel keys; PostgreSQL 18. There was never a 3.1. */
  int PROTOCOL_3_2 = 3 << 16 | 2;

  int CANCEL_CODE = 1234 << 16 | 5678;
  int SSL_CODE = 1234 << 16 | 5679;
  int GSS_CODE = 1234 << 16 | 5680;

  /** First byte of a TLS handshake: direct TLS, no SSLRequest before it. Never a packet's first. */
  byte TLS_HANDSHAKE = 0x16;

  /** The server's limit for what follows the length field. */
  int BODY_BYTES_MAX = 10_000;

  /**
   * A client wants a session.
   *
   * @param parameters by name, in the client's order; of a name given twice the last value counts,
   *     as on the server. Empty when {@code major} is not 3: the layout is then unknown
   */
  record Startup(int major, int minor, Map<String, String> parameters) implements StartupPacket {
    public Startup {
      parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }
  }

  record SslRequest() implements StartupPacket {}

  record GssRequest() implements StartupPacket {}

  record Cancel(BackendKey backendKey) implements StartupPacket {
    public Cancel(int processId, byte[] key) {
      this(new BackendKey(processId, key));
    }

    public int processId() {
      return backendKey.processId();
    }

    public byte[] key() {
      return backendKey.key();
    }
  }

  /**
   * Length of the packet that begins at {@code from}, its length field included, 8..10,004 bytes;
   * -1 when fewer than the 4 bytes of that field are there.
   *
   * @throws WireViolation if the length is outside the server's bounds
   */
  static int packetLength(byte[] bytes, int from, int to) {
    if (to - from < 4) {
      return -1;
    }
    int length = Int32.read(bytes, from);
    if (length < 8 || length > 4 + BODY_BYTES_MAX) {
      throw new WireViolation("invalid length of startup packet");
    }
    return length;
  }

  /**
   * Reads the packet that begins at {@code from}; it takes {@link #packetLength} bytes, what lies
   * behind is not looked at.
   *
   * @return null when more bytes are needed
   * @throws WireViolation if it is no packet that the server would take, or holds a name or value
   *     that is not UTF-8 (the server takes those; no two different users may look the same to us)
   */
  static @Nullable StartupPacket parse(byte[] bytes, int from, int to) {
    int length = packetLength(bytes, from, to);
    if (length < 0 || length > to - from) {
      return null;
    }
    int code = Int32.read(bytes, from + 4);
    var body = MessageReader.ofBody(bytes, from + 8, from + length);
    return switch (code) {
      case CANCEL_CODE -> cancel(body);
      // The server does not look behind these codes either.
      case SSL_CODE -> new SslRequest();
      case GSS_CODE -> new GssRequest();
      default -> {
        int major = code >>> 16;
        yield new Startup(major, code & 0xffff, major == 3 ? parameters(body) : Map.of());
      }
    };
  }

  private static Cancel cancel(MessageReader body) {
    if (body.left() < 4) {
      throw new WireViolation("invalid length of cancel request packet");
    }
    return new Cancel(body.int32(), body.rest());
  }

  private static Map<String, String> parameters(MessageReader body) {
    var parameters = new LinkedHashMap<String, String>();
    try {
      for (String name = utf8(body.string()); !name.isEmpty(); name = utf8(body.string())) {
        parameters.put(name, utf8(body.string()));
      }
      body.end();
    } catch (WireViolation e) { // a string without its end
      throw new WireViolation("invalid startup packet layout: expected terminator as last byte");
    } catch (CharacterCodingException e) {
      throw new WireViolation("startup packet is not UTF-8");
    }
    return parameters;
  }

  private static String utf8(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }
}
