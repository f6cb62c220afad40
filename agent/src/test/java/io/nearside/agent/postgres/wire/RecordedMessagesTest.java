package io.nearside.agent.postgres.wire;

import static io.nearside.agent.postgres.wire.Latin.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What servers and clients really sent, read and written again: the same bytes. */
final class RecordedMessagesTest {
  @Test
  void serverMessages_readAndWritten_areTheSame() {
    var seen = new TreeMap<Character, Integer>();
    for (Conversation conversation : Conversation.all()) {
      for (byte[] message : Delimited.messages(conversation.server())) {
        byte[] again = again(message);
        if (again.length > 0) {
          assertArrayEquals(message, again, conversation.name());
          seen.merge((char) message[0], 1, Integer::sum);
        }
      }
    }
    assertEquals("[1, 2, 3, C, E, I, K, N, R, S, Z, n, v]", seen.keySet().toString());
  }

  private static byte[] again(byte[] m) {
    int to = m.length;
    return switch (m[0]) {
      case Backend.PARSE_COMPLETE -> Backend.PARSE_COMPLETE_MESSAGE;
      case Backend.BIND_COMPLETE -> Backend.BIND_COMPLETE_MESSAGE;
      case Backend.CLOSE_COMPLETE -> Backend.CLOSE_COMPLETE_MESSAGE;
      case Backend.EMPTY_QUERY -> Backend.EMPTY_QUERY_MESSAGE;
      case Backend.NO_DATA -> Backend.NO_DATA_MESSAGE;
      case Backend.COMMAND_COMPLETE -> Backend.commandComplete(Backend.commandTag(m, 0, to));
      case Backend.ERROR -> Backend.error(ErrorFields.parse(m, 0, to));
      case Backend.NOTICE -> Backend.notice(ErrorFields.parse(m, 0, to));
      case Backend.BACKEND_KEY_DATA -> {
        BackendKey key = Backend.backendKey(m, 0, to);
        yield Backend.backendKeyData(key.processId(), key.key());
      }
      case Backend.PARAMETER_STATUS -> {
        NameValue parameter = Backend.parameterStatus(m, 0, to);
        yield Backend.parameterStatus(parameter.name(), parameter.value());
      }
      case Backend.READY_FOR_QUERY -> Backend.readyForQuery(Backend.transactionStatus(m, 0, to));
      case Backend.NEGOTIATE_PROTOCOL ->
          Backend.negotiateProtocolVersion(
              Backend.negotiatedMinor(m, 0, to), Backend.negotiatedUnrecognized(m, 0, to));
      case Backend.AUTHENTICATION ->
          switch (Backend.authenticationCode(m, 0, to)) {
            case Backend.AUTHENTICATION_OK -> Backend.authenticationOk();
            case Backend.AUTHENTICATION_SASL ->
                Backend.authenticationSasl(Backend.saslMechanisms(m, 0, to));
            case Backend.AUTHENTICATION_SASL_CONTINUE ->
                Backend.saslContinue(Backend.authenticationBody(m, 0, to));
            case Backend.AUTHENTICATION_SASL_FINAL ->
                Backend.saslFinal(Backend.authenticationBody(m, 0, to));
            default -> throw new AssertionError("not recorded");
          };
      default -> new byte[0];
    };
  }

  @Test
  void clientMessages_readAndWritten_areTheSame() {
    var seen = new TreeMap<Character, Integer>();
    for (Conversation conversation : Conversation.all()) {
      List<byte[]> messages = Delimited.messages(conversation.client());
      for (byte[] m : messages) {
        int to = m.length;
        byte[] again =
            switch (m[0]) {
              case Frontend.QUERY -> Frontend.query(Frontend.queryText(m, 0, to));
              case Frontend.PARSE -> {
                StatementDefinition definition = StatementNames.definition(m, 0, to);
                byte[] name = StatementNames.name(m, 0, to);
                assertArrayEquals(m, definition.parse(name));
                yield Frontend.parse(name, definition.text(), definition.parameterTypes());
              }
              case Frontend.EXECUTE ->
                  Frontend.execute(
                      StatementNames.portal(m, 0, to), Frontend.executeRowsMax(m, 0, to));
              case Frontend.SYNC -> Frontend.sync();
              case Frontend.FLUSH -> Frontend.flush();
              case Frontend.TERMINATE -> Frontend.terminate();
              case Frontend.DESCRIBE -> {
                byte[] name = StatementNames.name(m, 0, to);
                yield m[5] == 'x'
                    ? m
                    : StatementNames.namesStatement(m, 0, to)
                        ? Frontend.describeStatement(name)
                        : Frontend.describePortal(name);
              }
              case Frontend.CLOSE -> {
                byte[] name = StatementNames.name(m, 0, to);
                yield StatementNames.namesStatement(m, 0, to)
                    ? Frontend.closeStatement(name)
                    : Frontend.closePortal(name);
              }
              case Frontend.BIND -> {
                byte[] name = StatementNames.name(m, 0, to);
                byte[] renamed = StatementNames.rename(m, 0, to, bytes("nearside_12345"));
                assertEquals(to + 14 - name.length, renamed.length);
                yield StatementNames.rename(renamed, 0, renamed.length, name);
              }
              default -> new byte[0];
            };
        if (again.length > 0) {
          assertArrayEquals(m, again, conversation.name());
          seen.merge((char) m[0], 1, Integer::sum);
        }
      }
    }
    assertEquals("[B, C, D, E, H, P, Q, S, X]", seen.keySet().toString());
  }

  @Test
  void saslMessages_ofARealLogin_areTheSame() {
    for (Conversation conversation : named("scram")) {
      List<byte[]> messages = Delimited.messages(conversation.client());
      byte[] first = messages.get(0);
      byte[] second = messages.get(1);
      String mechanism = Frontend.saslMechanism(first, 0, first.length);
      byte[] data = Frontend.saslInitialData(first, 0, first.length);
      assertEquals("SCRAM-SHA-256", mechanism);
      assertTrue(data != null && data.length > 0);
      assertArrayEquals(first, Frontend.saslInitialResponse(mechanism, data));
      assertArrayEquals(second, Frontend.saslResponse(Frontend.saslData(second, 0, second.length)));
    }
  }

  @Test
  void startupPackets_readAndWritten_areTheSame() {
    for (Conversation conversation : Conversation.all()) {
      byte[] packet = conversation.startup();
      var startup = (StartupPacket.Startup) StartupPacket.parse(packet, 0, packet.length);
      assertTrue(startup != null);
      int protocol = startup.major() << 16 | startup.minor();
      assertArrayEquals(packet, Frontend.startup(protocol, startup.parameters()));
    }
  }

  @Test
  void cancelKeys_areLongOnlyInProtocol32() {
    var lengths = new TreeMap<String, Integer>();
    for (String name : List.of("simple", "protocol-3.2")) {
      for (Conversation conversation : named(name)) {
        for (byte[] m : Delimited.messages(conversation.server())) {
          if (m[0] == Backend.BACKEND_KEY_DATA) {
            int length = Backend.backendKey(m, 0, m.length).key().length;
            lengths.put(conversation.name(), length);
          }
        }
      }
    }
    assertEquals(
        Map.of(
            "simple 15.18", 4, "simple 18.6", 4, "protocol-3.2 15.18", 4, "protocol-3.2 18.6", 32),
        lengths);
  }

  @Test
  void negotiation_saysWhatEachServerSpeaks() {
    var minors = new TreeMap<String, Integer>();
    for (Conversation conversation : named("negotiated")) {
      byte[] m = Delimited.messages(conversation.server()).getFirst();
      assertEquals(
          List.of("_pq_.future", "_pq_.other"), Backend.negotiatedUnrecognized(m, 0, m.length));
      minors.put(conversation.name(), Backend.negotiatedMinor(m, 0, m.length));
    }
    assertEquals(Map.of("negotiated 15.18", 0, "negotiated 18.6", 2), minors);
  }

  @Test
  void error_ofARealServer_isUnderstood() {
    byte[] stream = named("refused").getFirst().server();
    List<byte[]> messages = Delimited.messages(stream);
    ErrorFields error = ErrorFields.parse(messages.getLast(), 0, messages.getLast().length);
    assertEquals("FATAL", error.severity());
    assertTrue(error.isFatal());
    assertTrue(error.is(SqlState.INVALID_AUTHORIZATION));
    assertEquals("role \"nobody_here\" does not exist", error.message());
    assertEquals("InitializeSessionUserId", error.get('R'));
  }

  @Test
  void rename_inTheMiddleOfOtherBytes_staysInItsRange() {
    for (Conversation conversation : named("extended")) {
      byte[] stream = conversation.client();
      int at = 0;
      for (byte[] m : Delimited.messages(stream)) {
        if (StatementNames.namesStatement(m, 0, m.length)) {
          int to = at + m.length;
          byte[] name = bytes("größe");
          byte[] renamed = StatementNames.rename(stream, at, to, name);
          assertArrayEquals(StatementNames.rename(m, 0, m.length, name), renamed);
          assertArrayEquals(name, StatementNames.name(renamed, 0, renamed.length));
        }
        at += m.length;
      }
      assertEquals(stream.length, at);
    }
  }

  private static List<Conversation> named(String name) {
    List<Conversation> found =
        Conversation.all().stream().filter(c -> c.name().startsWith(name + " ")).toList();
    assertEquals(2, found.size(), name);
    return found;
  }

  @Test
  void commandTags_haveTheirRows() {
    var rows = new TreeMap<String, Long>();
    for (byte[] m : Delimited.messages(named("simple").getFirst().server())) {
      if (m[0] == Backend.COMMAND_COMPLETE) {
        String tag = Backend.commandTag(m, 0, m.length);
        assertEquals(Backend.rows(tag), Backend.rows(m, 0, m.length));
        rows.put(tag, Backend.rows(tag));
      }
    }
    assertEquals(5, rows.get("INSERT 0 5"));
    assertEquals(1, rows.get("SELECT 1"));
    assertEquals(2, rows.get("UPDATE 2"));
    assertEquals(0, rows.get("BEGIN"));
    assertEquals(0, rows.get("LISTEN"));
  }

  @Test
  void parameterStatusValue_isTheBytesThatWereSent() {
    byte[] name = bytes("application_name");
    byte[] latin = {'g', 'r', (byte) 0xf6, (byte) 0xdf, 'e'};
    byte[] m = MessageWriter.of(Backend.PARAMETER_STATUS, 0).string(name).string(latin).finish();
    assertArrayEquals(latin, Backend.parameterStatusValue(m, 0, m.length));
    assertEquals("gr\ufffd\ufffde", Backend.parameterStatus(m, 0, m.length).value());
    byte[] utf8 = Backend.parameterStatus("search_path", "größe");
    assertArrayEquals(
        "größe".getBytes(StandardCharsets.UTF_8),
        Backend.parameterStatusValue(utf8, 0, utf8.length));
    assertEquals(
        new NameValue("search_path", "größe"), Backend.parameterStatus(utf8, 0, utf8.length));
  }

  @Test
  void readers_ofAnotherType_refuse() {
    byte[] ready = Backend.readyForQuery(Backend.IDLE);
    byte[] changed = Arrays.copyOf(ready, ready.length);
    changed[5] = 'X';
    assertThrows(WireViolation.class, () -> Backend.commandTag(ready, 0, ready.length));
    assertThrows(WireViolation.class, () -> Backend.transactionStatus(changed, 0, changed.length));
  }
}
