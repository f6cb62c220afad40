package io.nearside.agent.postgres.wire;

import static io.nearside.agent.postgres.wire.Latin.bytes;
import static io.nearside.agent.postgres.wire.Latin.raw;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages that no recording has; byte by byte as the manual lays them out. */
final class BuildersTest {
  @Test
  void rowDescription_hasSevenFieldsForAColumn() {
    byte[] m =
        Backend.rowDescription(List.of(new Column("a", Column.INT4), new Column("ö", Column.TEXT)));
    String expected =
        "T\0\0\0\57\0\2"
            + "a\0\0\0\0\0\0\0\0\0\0\27\0\4\u00ff\u00ff\u00ff\u00ff\0\0"
            + "\u00c3\u00b6\0\0\0\0\0\0\0\0\0\0\31\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\0\0";
    assertEquals(expected, latin(m));
    assertEquals(m.length - 1, Int32.read(m, 1));
  }

  @Test
  void dataRow_distinguishesNullFromEmpty() {
    byte[] m = Backend.dataRow(Arrays.asList("ö", null, ""));
    assertArrayEquals(raw("D\0\0\0\24\0\3\0\0\0\2\u00c3\u00b6\u00ff\u00ff\u00ff\u00ff\0\0\0\0"), m);
    assertThrows(
        IllegalArgumentException.class, () -> Backend.dataRow(Collections.nCopies(65536, "")));
  }

  @Test
  void bind_withoutParameters_hasThreeEmptyLists() {
    assertArrayEquals(raw("B\0\0\0\16p\0s\0\0\0\0\0\0\0"), Frontend.bind(bytes("p"), bytes("s")));
  }

  @Test
  void authentication_messagesAreAsTheManualSays() {
    assertArrayEquals(raw("R\0\0\0\10\0\0\0\0"), Backend.authenticationOk());
    assertArrayEquals(raw("R\0\0\0\10\0\0\0\3"), Backend.authenticationCleartext());
    assertThrows(
        IllegalArgumentException.class, () -> Backend.authenticationSasl(List.of("A", "")));
    assertThrows(IllegalArgumentException.class, () -> Backend.authenticationSasl(List.of("A\0B")));
  }

  @Test
  void password_readAndWritten_isTheSame() {
    byte[] m = Frontend.password(bytes("geheim"));
    assertArrayEquals(raw("p\0\0\0\13geheim\0"), m);
    assertArrayEquals(bytes("geheim"), Frontend.passwordBytes(m, 0, m.length));
  }

  @Test
  void saslInitialData_absentOrMalformed_isToldApart() {
    byte[] absent = sasl("X\0\u00ff\u00ff\u00ff\u00ff");
    assertNull(Frontend.saslInitialData(absent, 0, absent.length));
    for (String body :
        List.of(
            "X\0\u00ff\u00ff\u00ff\u00fe",
            "X\0\0\0\0\1",
            "X\0\0\0\0\1ab",
            "X\0\177\u00ff\u00ff\u00ffab",
            "X",
            "X\0\0\0")) {
      byte[] m = sasl(body);
      assertThrows(WireViolation.class, () -> Frontend.saslInitialData(m, 0, m.length));
    }
  }

  @Test
  void copyFail_andQuery_endWithAZeroByte() {
    assertArrayEquals(raw("f\0\0\0\12stop!\0"), Frontend.copyFail("stop!"));
    assertArrayEquals(raw("Q\0\0\0\5\0"), Frontend.query(""));
  }

  @Test
  void strings_withAZeroByte_areRefused() {
    byte[] bad = raw("a\0b");
    assertThrows(IllegalArgumentException.class, () -> Frontend.query(bad));
    assertThrows(IllegalArgumentException.class, () -> Frontend.password(bad));
    assertThrows(IllegalArgumentException.class, () -> Frontend.closePortal(bad));
    assertThrows(IllegalArgumentException.class, () -> Backend.commandComplete("a\0b"));
    assertThrows(IllegalArgumentException.class, () -> Backend.parameterStatus("a", "\0"));
  }

  @Test
  void queryText_withSomethingBehindIt_isAViolation() {
    byte[] m = MessageWriter.of(Frontend.QUERY, 0).raw(raw("select 1\0x")).finish();
    assertThrows(WireViolation.class, () -> Frontend.queryText(m, 0, m.length));
  }

  @Test
  void readers_lengthFieldAndRangeDisagree_isAViolation() {
    byte[] m = Frontend.query("select 1");
    assertThrows(WireViolation.class, () -> Frontend.queryText(m, 0, m.length - 1));
    assertThrows(WireViolation.class, () -> Frontend.queryText(m, 1, m.length));
    assertThrows(WireViolation.class, () -> Frontend.queryText(m, 0, m.length + 1));
    assertThrows(WireViolation.class, () -> Frontend.queryText(m, m.length, m.length));
  }

  @ParameterizedTest
  @CsvSource({
    "SELECT 3, 3",
    "INSERT 0 5, 5",
    "COPY 0, 0",
    "CREATE TABLE, 0",
    "'', 0",
    "7, 0",
    "SELECT, 0",
    "X7, 0",
    "SELECT 999999999999999999, 999999999999999999",
    "SELECT 9999999999999999999, 0"
  })
  void rows_ofATag_areItsLastNumber(String tag, long rows) {
    assertEquals(rows, Backend.rows(tag));
    byte[] m = Backend.commandComplete(tag);
    assertEquals(rows, Backend.rows(m, 0, m.length));
  }

  @Test
  void backendKey_comparesAndHidesItsSecret() {
    var key = new BackendKey(7, bytes("secret"));
    assertEquals(key, new BackendKey(7, bytes("secret")));
    assertEquals(key.hashCode(), new BackendKey(7, bytes("secret")).hashCode());
    assertNotEquals(key, new BackendKey(7, bytes("secreT")));
    assertNotEquals(key, new BackendKey(8, bytes("secret")));
    assertEquals("BackendKey[processId=7]", key.toString());
    key.key()[0] = 'X';
    assertArrayEquals(bytes("secret"), key.key());
  }

  private static byte[] sasl(String body) {
    return MessageWriter.of(Frontend.PASSWORD, 0).raw(raw(body)).finish();
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
