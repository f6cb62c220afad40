package io.nearside.agent.postgres.wire;

import static io.nearside.agent.postgres.wire.Latin.bytes;
import static io.nearside.agent.postgres.wire.Latin.raw;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ErrorFieldsTest {
  @Test
  void of_withDetailAndHint_isWrittenInTheServersOrder() {
    ErrorFields error =
        ErrorFields.fatal(SqlState.TOO_MANY_CONNECTIONS, "no connection")
            .withDetail("pool größe")
            .withHint("wait");
    byte[] m = Backend.error(error);
    assertArrayEquals(
        bytes("SFATAL\0VFATAL\0C53300\0Mno connection\0Dpool größe\0Hwait\0\0"), body(m));
    assertEquals(error, ErrorFields.parse(m, 0, m.length));
    assertEquals("pool größe", error.get('D'));
    assertNull(error.get('F'));
    assertTrue(error.is(SqlState.TOO_MANY_CONNECTIONS));
    assertFalse(error.is(SqlState.SYNTAX_ERROR));
    assertEquals(Backend.NOTICE, Backend.notice(error)[0]);
  }

  @Test
  void withMessage_replacesInPlace() {
    ErrorFields error = ErrorFields.error(SqlState.SYNTAX_ERROR, "a").withHint("h");
    byte[] m = Backend.error(error.withMessage("b").withHint("i"));
    assertArrayEquals(bytes("SERROR\0VERROR\0C42601\0Mb\0Hi\0\0"), body(m));
  }

  @Test
  void parse_unknownFieldsTwiceAndAnyBytes_areKept() {
    byte[] m = error("SERREUR\0C26000\0Mgr\u00f6\u00dfe \u0081\u00ff\0Mtwice\0\u00e9new\0\0");
    ErrorFields error = ErrorFields.parse(m, 0, m.length);
    assertArrayEquals(m, Backend.error(error));
    assertEquals("ERREUR", error.severity());
    assertFalse(error.isFatal());
    assertEquals(5, error.fields().size());
  }

  @Test
  void severity_notLocalised_isPreferred() {
    byte[] m = error("SFATAAL\0VPANIC\0\0");
    ErrorFields error = ErrorFields.parse(m, 0, m.length);
    assertEquals("PANIC", error.severity());
    assertTrue(error.isFatal());
    assertEquals("", error.sqlState());
    assertEquals("", error.message());
  }

  @Test
  void replaceInMessage_otherEncoding_changesOnlyTheName() {
    byte[] m = error("C26000\0Mpr\u00e9par\u00e9 \"nearside_1\" \u00ff\0D\"nearside_1\"\0\0");
    byte[] expected = error("C26000\0Mpr\u00e9par\u00e9 \"s1\" \u00ff\0D\"nearside_1\"\0\0");
    ErrorFields error = ErrorFields.parse(m, 0, m.length);
    byte[] what = bytes("\"nearside_1\"");
    assertArrayEquals(expected, Backend.error(error.replaceInMessage(what, bytes("\"s1\""))));
    assertEquals(error, error.replaceInMessage(bytes("nearside_2"), bytes("s2")));
    assertThrows(IllegalArgumentException.class, () -> error.replaceInMessage(new byte[0], what));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "S", "SERROR", "SERROR\0", "SERROR\0M", "SERROR\0\0x", "\0\0"})
  void parse_fieldsThatDoNotFillTheMessage_areAViolation(String body) {
    byte[] m = error(body);
    assertThrows(WireViolation.class, () -> ErrorFields.parse(m, 0, m.length));
  }

  @Test
  void of_textWithAZeroByte_isRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> ErrorFields.error(SqlState.SYNTAX_ERROR, "a\0Cinjected"));
    assertThrows(
        IllegalArgumentException.class, () -> new ErrorFields.Field('M', "\u20ac").value());
    assertThrows(
        IllegalArgumentException.class,
        () -> new ErrorFields(List.of(new ErrorFields.Field('\0', "x"))));
  }

  @Test
  void sqlStates_areFiveCharactersAndDifferent() {
    var codes = new HashSet<String>();
    for (SqlState state : SqlState.values()) {
      assertTrue(state.code().matches("[0-9A-Z]{5}"), state.code());
      assertTrue(codes.add(state.code()), state.code());
    }
  }

  private static byte[] error(String body) {
    return MessageWriter.of(Backend.ERROR, 0).raw(raw(body)).finish();
  }

  private static byte[] body(byte[] message) {
    return Arrays.copyOfRange(message, 5, message.length);
  }
}
