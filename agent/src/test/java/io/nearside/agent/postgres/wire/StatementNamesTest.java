package io.nearside.agent.postgres.wire;

import static io.nearside.agent.postgres.wire.Latin.bytes;
import static io.nearside.agent.postgres.wire.Latin.raw;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StatementNamesTest {
  private static final byte[] NEW = bytes("nearside_7");

  private static List<byte[]> messages(String name) {
    byte[] n = bytes(name);
    return List.of(
        Frontend.parse(n, bytes("select $1"), 23, 0),
        Frontend.bind(bytes("portal"), n),
        Frontend.describeStatement(n),
        Frontend.closeStatement(n));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "s", "größe", "a name that is longer than the new one is"})
  void rename_everyTypeOfMessage_isWhatTheNewNameWouldHaveGiven(String name) {
    List<byte[]> expected = messages("nearside_7");
    for (int i = 0; i < expected.size(); i++) {
      byte[] m = messages(name).get(i);
      assertTrue(StatementNames.namesStatement(m, 0, m.length));
      assertArrayEquals(bytes(name), StatementNames.name(m, 0, m.length));
      assertArrayEquals(expected.get(i), StatementNames.rename(m, 0, m.length, NEW));
    }
  }

  @Test
  void renameHead_everyBeginningWithTheName_givesTheBeginningOfTheRenamed() {
    for (byte[] m : messages("s1")) {
      byte[] whole = StatementNames.rename(m, 0, m.length, NEW);
      int head = StatementNames.headLength(m, 0, m.length);
      for (int to = 0; to < head; to++) {
        int end = to;
        assertEquals(-1, StatementNames.headLength(m, 0, end));
        assertThrows(WireViolation.class, () -> StatementNames.renameHead(m, 0, end, NEW));
      }
      for (int to = head; to <= m.length; to++) {
        assertEquals(head, StatementNames.headLength(m, 0, to));
        byte[] renamed = StatementNames.renameHead(m, 0, to, NEW);
        assertArrayEquals(Arrays.copyOf(whole, whole.length - (m.length - to)), renamed);
      }
    }
  }

  @Test
  void renameHead_ofAMessageOfTheLimit_isAViolationWhenItGrows() {
    byte[] m = Frontend.parse(bytes("s"), bytes("select"));
    Int32.write(m, 1, MessageScanner.PROTOCOL_LENGTH_MAX);
    assertThrows(WireViolation.class, () -> StatementNames.renameHead(m, 0, m.length, NEW));
    assertEquals(
        MessageScanner.PROTOCOL_LENGTH_MAX - 1,
        Int32.read(StatementNames.renameHead(m, 0, m.length, new byte[0]), 1));
  }

  @Test
  void namesStatement_portalsAndOthers_doNot() {
    for (byte[] m :
        List.of(
            Frontend.describePortal(NEW),
            Frontend.closePortal(NEW),
            Frontend.execute(NEW, 0),
            Frontend.sync(),
            Frontend.query("select 1"))) {
      assertFalse(StatementNames.namesStatement(m, 0, m.length));
    }
  }

  @Test
  void portal_ofEveryTypeThatHasOne_isItsName() {
    for (byte[] m :
        List.of(
            Frontend.describePortal(NEW),
            Frontend.closePortal(NEW),
            Frontend.execute(NEW, 5),
            Frontend.bind(NEW, bytes("s")))) {
      assertArrayEquals(NEW, StatementNames.portal(m, 0, m.length));
    }
    byte[] parse = Frontend.parse(NEW, NEW);
    assertThrows(
        IllegalArgumentException.class, () -> StatementNames.portal(parse, 0, parse.length));
  }

  @Test
  void rename_toANameWithAZeroByte_isRefused() {
    byte[] m = Frontend.describeStatement(NEW);
    assertThrows(
        IllegalArgumentException.class,
        () -> StatementNames.rename(m, 0, m.length, raw("a\0Sinjected")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"P", "Pname", "B", "Bportal", "Bportal\0", "Bportal\0name", "D", "DS", "CSx"})
  void name_withoutItsEnd_isAViolationAndReadsNothingBehind(String text) {
    byte[] body = raw(text.substring(1));
    byte[] m = MessageWriter.of((byte) text.charAt(0), 0).raw(body).finish();
    byte[] behind = Arrays.copyOf(m, m.length + 50); // zero bytes that are not the message's
    for (byte[] bytes : List.of(m, behind)) {
      assertThrows(WireViolation.class, () -> StatementNames.name(bytes, 0, m.length));
      assertThrows(WireViolation.class, () -> StatementNames.rename(bytes, 0, m.length, NEW));
      assertThrows(WireViolation.class, () -> StatementNames.headLength(bytes, 0, m.length));
    }
    // More bytes that belong to others do not end the name either.
    assertThrows(WireViolation.class, () -> StatementNames.headLength(behind, 0, behind.length));
  }

  @Test
  void definition_equalWhenTextAndTypesAre() {
    StatementDefinition definition = definition(bytes("a"), bytes("select $1"), 23);
    assertEquals(definition, definition(bytes("b"), bytes("select $1"), 23));
    assertEquals(definition.hashCode(), definition(bytes("b"), bytes("select $1"), 23).hashCode());
    assertEquals(0, definition.compareTo(definition(bytes("b"), bytes("select $1"), 23)));
    assertNotEquals(definition, definition(bytes("a"), bytes("select $1"), 25));
    assertNotEquals(definition, definition(bytes("a"), bytes("select $1")));
    assertNotEquals(definition, definition(bytes("a"), bytes("select $2"), 23));
    assertNotEquals(0, definition.compareTo(definition(bytes("a"), bytes("select $2"), 23)));
  }

  @Test
  void definition_isACopy() {
    byte[] m = Frontend.parse(bytes("a"), bytes("select 1"), 23, 25);
    StatementDefinition definition = StatementNames.definition(m, 0, m.length);
    Arrays.fill(m, (byte) 'x');
    assertArrayEquals(bytes("select 1"), definition.text());
    assertArrayEquals(new int[] {23, 25}, definition.parameterTypes());
    assertArrayEquals(Frontend.parse(NEW, bytes("select 1"), 23, 25), definition.parse(NEW));
    assertFalse(definition.toString().contains("select"));
  }

  @Test
  void definition_ofManyTypes_countsUnsigned() {
    int[] types = new int[65535];
    Arrays.fill(types, 23);
    assertArrayEquals(types, definition(NEW, NEW, types).parameterTypes());
    assertThrows(IllegalArgumentException.class, () -> Frontend.parse(NEW, NEW, new int[65536]));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "n",
        "n\0q",
        "n\0q\0",
        "n\0q\0\0",
        "n\0q\0\0\1",
        "n\0q\0\0\1abc",
        "n\0q\0\0\1abcde",
        "n\0q\0\0\0x",
        "n\0q\0\u00ff\u00ffabcd"
      })
  void definition_ofAMalformedParse_isAViolation(String body) {
    byte[] m = MessageWriter.of(Frontend.PARSE, 0).raw(raw(body)).finish();
    assertThrows(WireViolation.class, () -> StatementNames.definition(m, 0, m.length));
  }

  private static StatementDefinition definition(byte[] name, byte[] text, int... types) {
    byte[] m = Frontend.parse(name, text, types);
    return StatementNames.definition(m, 0, m.length);
  }
}
