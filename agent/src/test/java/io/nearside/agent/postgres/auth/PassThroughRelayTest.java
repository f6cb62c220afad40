package io.nearside.agent.postgres.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.postgres.auth.AuthFailure.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

final class PassThroughRelayTest {
  private static final byte[] OK = code(0);
  private static final byte[] OFFER = offer(ScramServer.PLUS, ScramServer.PLAIN);

  private final PassThroughRelay relay = new PassThroughRelay(false, false);
  private final SecureRandom random = new SecureRandom();

  @Test
  void scram_isRelayed_withoutPlus() throws AuthFailure {
    Verifier verifier = Verifier.fromPassword("pencil", new byte[] {1, 2}, 4096);
    var server = new ScramServer(verifier, new byte[] {1}, random);
    List<String> offered = PassThroughRelay.mechanisms(relay.fromServer(OFFER));
    assertEquals(List.of(ScramServer.PLAIN), offered);
    assertTrue(relay.awaitsClient());
    ScramClient client = ScramClient.of(new Credential.Password("pencil"), offered, null, random);
    byte[] first = initial(client.mechanism(), client.first());
    assertArrayEquals(first, relay.fromClient(first));
    assertFalse(relay.awaitsClient());
    byte[] challenge = server.first(client.mechanism(), client.first());
    assertArrayEquals(code(11, challenge), relay.fromServer(code(11, challenge)));
    byte[] proof = client.next(challenge);
    assertArrayEquals(proof, relay.fromClient(proof));
    byte[] outcome = server.last(proof);
    assertArrayEquals(code(12, outcome), relay.fromServer(code(12, outcome)));
    client.verify(outcome);
    assertFalse(relay.isOver());
    assertArrayEquals(OK, relay.fromServer(OK));
    assertTrue(relay.isOver());
  }

  @Test
  void trust_isRelayed() throws AuthFailure {
    assertArrayEquals(OK, relay.fromServer(OK));
    assertTrue(relay.isOver());
    assertReason(Reason.MALFORMED, () -> relay.fromServer(OK));
  }

  @Test
  void cleartextAndMd5_onlyWhereAllowed() throws AuthFailure {
    byte[] md5 = code(5, new byte[] {1, 2, 3, 4});
    byte[] cleartext = code(3);
    assertReason(Reason.NOT_ALLOWED, () -> new PassThroughRelay(false, true).fromServer(cleartext));
    assertReason(Reason.NOT_ALLOWED, () -> new PassThroughRelay(true, false).fromServer(md5));
    assertPassword(new PassThroughRelay(true, false), cleartext);
    assertPassword(new PassThroughRelay(false, true), md5);
  }

  private static void assertPassword(PassThroughRelay relay, byte[] request) throws AuthFailure {
    assertArrayEquals(request, relay.fromServer(request));
    assertTrue(relay.awaitsClient());
    byte[] password = "secret\0".getBytes(US_ASCII);
    assertArrayEquals(password, relay.fromClient(password));
    assertArrayEquals(OK, relay.fromServer(OK));
    assertTrue(relay.isOver());
  }

  @Test
  void clientThatCouldBind_atAServerThatCould_isRefusedWithThatReason() throws AuthFailure {
    assertTrue(relay.fromServer(OFFER).length > 0);
    byte[] first = initial(ScramServer.PLAIN, "y,,n=,r=abc".getBytes(US_ASCII));
    assertReason(Reason.CHANNEL_BINDING, () -> relay.fromClient(first));
  }

  @Test
  void clientThatCouldBind_atAServerThatCanNot_isRelayed() throws AuthFailure {
    assertTrue(relay.fromServer(offer(ScramServer.PLAIN)).length > 0);
    byte[] first = initial(ScramServer.PLAIN, "y,,n=,r=abc".getBytes(US_ASCII));
    assertArrayEquals(first, relay.fromClient(first));
  }

  @Test
  void otherMethods_areRefused() {
    for (int method : new int[] {2, 6, 7, 8, 9, 13, -1}) {
      assertReason(
          Reason.MECHANISM, () -> new PassThroughRelay(true, true).fromServer(code(method)));
    }
    assertReason(Reason.MECHANISM, () -> relay.fromServer(offer("OAUTHBEARER", ScramServer.PLUS)));
  }

  @Test
  void client_otherMechanism_isRefused() throws AuthFailure {
    assertTrue(relay.fromServer(OFFER).length > 0);
    byte[] first = initial(ScramServer.PLUS, "p=tls-server-end-point,,n=,r=a".getBytes(US_ASCII));
    assertReason(Reason.MECHANISM, () -> relay.fromClient(first));
  }

  @Test
  void client_anyTruncation_isRefused() throws AuthFailure {
    byte[] first = initial(ScramServer.PLAIN, "n,,n=,r=abc".getBytes(US_ASCII));
    for (int length = 0; length < first.length; length++) {
      var each = new PassThroughRelay(false, false);
      assertTrue(each.fromServer(OFFER).length > 0);
      byte[] truncated = Arrays.copyOf(first, length);
      assertReason(Reason.MALFORMED, () -> each.fromClient(truncated));
    }
  }

  @Test
  void server_anyTruncation_isRefused() {
    for (int length = 0; length < OFFER.length; length++) {
      byte[] truncated = Arrays.copyOf(OFFER, length);
      assertReason(
          Reason.MALFORMED, () -> new PassThroughRelay(false, false).fromServer(truncated));
    }
    assertReason(
        Reason.MALFORMED, () -> new PassThroughRelay(true, true).fromServer(code(5, new byte[3])));
  }

  @Test
  void messages_outOfTurn_areRefused_andAfterThemEverything() throws AuthFailure {
    assertReason(Reason.MALFORMED, () -> relay.fromClient(new byte[0]));
    assertReason(Reason.MALFORMED, () -> relay.fromServer(OK));

    var challengeFirst = new PassThroughRelay(false, false);
    assertReason(Reason.MALFORMED, () -> challengeFirst.fromServer(code(11)));

    var serverAgain = new PassThroughRelay(false, false);
    assertTrue(serverAgain.fromServer(OFFER).length > 0);
    assertReason(Reason.MALFORMED, () -> serverAgain.fromServer(OK));
  }

  /** A server that skips its own proof has not shown that it is the one. */
  @Test
  void okBeforeTheServersProof_isRefused() throws AuthFailure {
    assertTrue(relay.fromServer(OFFER).length > 0);
    byte[] first = initial(ScramServer.PLAIN, "n,,n=,r=abc".getBytes(US_ASCII));
    assertArrayEquals(first, relay.fromClient(first));
    assertReason(Reason.SERVER_UNPROVEN, () -> relay.fromServer(OK));
  }

  static byte[] initial(String mechanism, byte[] data) {
    return ByteBuffer.allocate(mechanism.length() + 5 + data.length)
        .put(mechanism.getBytes(US_ASCII))
        .put((byte) 0)
        .putInt(data.length)
        .put(data)
        .array();
  }

  private static byte[] code(int code, byte... data) {
    return ByteBuffer.allocate(4 + data.length).putInt(code).put(data).array();
  }

  private static byte[] offer(String... mechanisms) {
    var names = new ByteArrayOutputStream();
    for (String mechanism : mechanisms) {
      names.writeBytes(mechanism.getBytes(US_ASCII));
      names.write(0);
    }
    names.write(0);
    return code(10, names.toByteArray());
  }

  private static void assertReason(Reason reason, Executable step) {
    ScramServerTest.assertReason(reason, step);
  }
}
