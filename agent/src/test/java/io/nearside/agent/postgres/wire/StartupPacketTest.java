package io.nearside.agent.postgres.wire;

import static io.nearside.agent.postgres.wire.Latin.raw;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.nearside.agent.postgres.wire.StartupPacket.Cancel;
import io.nearside.agent.postgres.wire.StartupPacket.GssRequest;
import io.nearside.agent.postgres.wire.StartupPacket.SslRequest;
import io.nearside.agent.postgres.wire.StartupPacket.Startup;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StartupPacketTest {
  @Test
  void parse_startup_keepsTheOrderOfItsParameters() {
    var parameters = new LinkedHashMap<String, String>();
    parameters.put("user", "alice");
    parameters.put("database", "größe");
    parameters.put("options", "");
    parameters.put("application_name", "psql");
    byte[] packet = Frontend.startup(StartupPacket.PROTOCOL_3_2, parameters);
    var startup = assertInstanceOf(Startup.class, parse(packet));
    assertEquals(new Startup(3, 2, parameters), startup);
    assertEquals(List.copyOf(parameters.keySet()), List.copyOf(startup.parameters().keySet()));
  }

  @Test
  void parse_everyBeginning_wantsMore() {
    byte[] packet = Frontend.startup(StartupPacket.PROTOCOL_3_0, Map.of("user", "alice"));
    for (int to = 0; to < packet.length; to++) {
      assertNull(StartupPacket.parse(packet, 0, to));
      assertEquals(to < 4 ? -1 : packet.length, StartupPacket.packetLength(packet, 0, to));
    }
  }

  @Test
  void parse_bytesBehindThePacket_areNotLookedAt() {
    byte[] packet = Frontend.startup(StartupPacket.PROTOCOL_3_0, Map.of("user", "alice"));
    byte[] behind = Arrays.copyOf(packet, packet.length + 9);
    assertEquals(parse(packet), parse(behind));
    byte[] before = new byte[packet.length + 3];
    System.arraycopy(packet, 0, before, 3, packet.length);
    assertEquals(parse(packet), StartupPacket.parse(before, 3, before.length));
  }

  @Test
  void parse_requests_areToldByTheirCodes() {
    assertEquals(new SslRequest(), parse(Frontend.sslRequest()));
    assertEquals(new GssRequest(), parse(Frontend.gssRequest()));
    assertArrayEquals(raw("\0\0\0\10\4\u00d2\26\57"), Frontend.sslRequest());
    assertArrayEquals(raw("\0\0\0\10\4\u00d2\26\60"), Frontend.gssRequest());
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 32, 256})
  void parse_cancelWithAKeyInBounds_isTaken(int length) {
    byte[] key = new byte[length];
    Arrays.fill(key, (byte) 0xa5);
    byte[] packet = Frontend.cancelRequest(-42, key);
    var cancel = assertInstanceOf(Cancel.class, parse(packet));
    assertEquals(new Cancel(-42, key), cancel);
    assertEquals(-42, cancel.processId());
    assertArrayEquals(key, cancel.key());
    assertEquals("Cancel[backendKey=BackendKey[processId=-42]]", cancel.toString());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 257})
  void parse_cancelWithAKeyOutOfBounds_isAViolation(int length) {
    byte[] packet = Frontend.cancelRequest(42, new byte[length]);
    assertThrows(WireViolation.class, () -> parse(packet));
  }

  @Test
  void parse_cancelWithoutAProcess_isAViolation() {
    byte[] packet = MessageWriter.untyped(0).int32(StartupPacket.CANCEL_CODE).int16(1).finish();
    assertThrows(WireViolation.class, () -> parse(packet));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 7, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 10_005, 0x47455420})
  void packetLength_outOfTheServersBounds_isAViolationAtFourBytes(int length) {
    byte[] bytes = new byte[4];
    Int32.write(bytes, 0, length);
    assertThrows(WireViolation.class, () -> StartupPacket.packetLength(bytes, 0, 4));
    assertThrows(WireViolation.class, () -> StartupPacket.parse(bytes, 0, 4));
  }

  @Test
  void parse_packetOfTheServersLimit_isTaken() {
    // 4 version, "user" and its value with their zeros, the terminator.
    String value = "x".repeat(StartupPacket.BODY_BYTES_MAX - 4 - 5 - 1 - 1);
    byte[] packet = Frontend.startup(StartupPacket.PROTOCOL_3_0, Map.of("user", value));
    assertEquals(10_004, packet.length);
    assertEquals(new Startup(3, 0, Map.of("user", value)), parse(packet));
    byte[] longer = Frontend.startup(StartupPacket.PROTOCOL_3_0, Map.of("user", value + "x"));
    assertThrows(WireViolation.class, () -> parse(longer));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "user",
        "user\0",
        "user\0alice",
        "user\0alice\0",
        "user\0alice\0\0x",
        "\0\0",
        "\0user\0",
        "user\0alice\0database\0\0",
        "user\0\u00f6\0\0",
        "\u00c0\u0080\0x\0\0"
      })
  void parse_malformedParameters_isAViolation(String body) {
    byte[] packet =
        MessageWriter.untyped(0).int32(StartupPacket.PROTOCOL_3_0).raw(raw(body)).finish();
    assertThrows(WireViolation.class, () -> parse(packet));
  }

  @Test
  void parse_parameterTwice_theLastCounts() {
    byte[] packet =
        MessageWriter.untyped(0)
            .int32(StartupPacket.PROTOCOL_3_0)
            .raw(raw("user\0alice\0user\0bob\0\0"))
            .finish();
    assertEquals(new Startup(3, 0, Map.of("user", "bob")), parse(packet));
  }

  @Test
  void parse_noParameters_isAnEmptyList() {
    byte[] packet = Frontend.startup(StartupPacket.PROTOCOL_3_0, Map.of());
    assertEquals(new Startup(3, 0, Map.of()), parse(packet));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 0, 1234, 0xffff})
  void parse_otherMajorVersions_areGivenWithoutParameters(int major) {
    byte[] packet = MessageWriter.untyped(0).int32(major << 16 | 7).raw(raw("whatever")).finish();
    assertEquals(new Startup(major, 7, Map.of()), parse(packet));
  }

  @Test
  void startup_whatCanNotBeSaid_isRefused() {
    for (Map<String, String> parameters :
        List.of(Map.of("", "x"), Map.of("a\0b", "x"), Map.of("a", "x\0user\0postgres"))) {
      assertThrows(
          IllegalArgumentException.class,
          () -> Frontend.startup(StartupPacket.PROTOCOL_3_0, new TreeMap<>(parameters)));
    }
  }

  private static @Nullable StartupPacket parse(byte[] packet) {
    return StartupPacket.parse(packet, 0, packet.length);
  }
}
