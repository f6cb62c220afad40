package io.nearside.agent.postgres.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.postgres.auth.AuthFailure.Reason;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ScramServerTest {
  private static final byte[] SALT = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
  private static final Verifier PENCIL = Verifier.fromPassword("pencil", SALT, 4096);
  private static final byte[] BINDING = new byte[] {1, 2, 3, 4};
  private static final byte[] OTHER_BINDING = new byte[] {1, 2, 3, 5};

  private final SecureRandom random = new SecureRandom();

  /** The exchange of RFC 7677, section 3: what ScramServer computes, over the example's texts. */
  @Test
  void exampleOfTheRfc_proofAndSignatureFit() {
    String nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    byte[] authMessage =
        ("n=user,r=rOprNGfwEbeRWgbNEkqO,r="
                + nonce
                + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r="
                + nonce)
            .getBytes(US_ASCII);
    byte[] proof = Base64.getDecoder().decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    byte[] clientKey = Crypto.xor(proof, Crypto.hmac(PENCIL.storedKey(), authMessage));
    assertTrue(PENCIL.proves(clientKey));
    assertEquals(
        "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
        Crypto.base64(Crypto.hmac(PENCIL.serverKey(), authMessage)));
  }

  @Test
  void rightPassword_provesBoth_andLeavesItsKeys() throws AuthFailure {
    var server = new ScramServer(PENCIL, null, random);
    ScramClient client = client("pencil", server.mechanisms(), null);
    assertEquals(ScramServer.PLAIN, client.mechanism());
    run(server, client);
    assertEquals(PENCIL.encode(), server.keys().verifier().encode());
    assertEquals(PENCIL.encode(), client.keys().verifier().encode());
  }

  @Test
  void recoveredKeys_logInAtAServerOfTheSameVerifier() throws AuthFailure {
    var first = new ScramServer(PENCIL, null, random);
    run(first, client("pencil", first.mechanisms(), null));
    var second = new ScramServer(PENCIL, null, random);
    run(second, ScramClient.of(first.keys(), second.mechanisms(), null, random));
    assertEquals(PENCIL.encode(), second.keys().verifier().encode());
  }

  @Test
  void recoveredKeys_atAnotherVerifier_saySo() throws AuthFailure {
    var first = new ScramServer(PENCIL, null, random);
    run(first, client("pencil", first.mechanisms(), null));
    var other = new ScramServer(Verifier.fromPassword("pencil", new byte[16], 4096), null, random);
    ScramClient client = ScramClient.of(first.keys(), other.mechanisms(), null, random);
    assertReason(Reason.VERIFIER_DIFFERS, () -> run(other, client));
  }

  @Test
  void onTls_bindsToTheChannel() throws AuthFailure {
    var server = new ScramServer(PENCIL, BINDING, random);
    ScramClient client = client("pencil", server.mechanisms(), BINDING);
    assertEquals(ScramServer.PLUS, client.mechanism());
    run(server, client);
    assertEquals(PENCIL.encode(), server.keys().verifier().encode());
  }

  @Test
  void onTls_clientThatCanNotBind_logsInWithout() throws AuthFailure {
    var server = new ScramServer(PENCIL, BINDING, random);
    ScramClient client = client("pencil", server.mechanisms(), null);
    assertEquals(ScramServer.PLAIN, client.mechanism());
    run(server, client);
    assertEquals(PENCIL.encode(), server.keys().verifier().encode());
  }

  @Test
  void anotherChannel_isRefused() throws AuthFailure {
    var server = new ScramServer(PENCIL, BINDING, random);
    ScramClient client = client("pencil", server.mechanisms(), OTHER_BINDING);
    assertReason(Reason.CHANNEL_BINDING, () -> run(server, client));
  }

  @Test
  void offerWithoutPlus_onItsWay_isSeen() throws AuthFailure {
    var server = new ScramServer(PENCIL, BINDING, random);
    ScramClient client = client("pencil", List.of(ScramServer.PLAIN), BINDING);
    assertEquals("y", new String(client.first(), US_ASCII).substring(0, 1));
    assertReason(Reason.CHANNEL_BINDING, () -> run(server, client));
  }

  @Test
  void clientThatCouldBind_serverThatCanNot_logsIn() throws AuthFailure {
    var server = new ScramServer(PENCIL, null, random);
    run(server, client("pencil", server.mechanisms(), BINDING));
    assertEquals(PENCIL.encode(), server.keys().verifier().encode());
  }

  @Test
  void wrongPassword_isRefused_andLeavesNoKeys() throws AuthFailure {
    var server = new ScramServer(PENCIL, null, random);
    ScramClient client = client("pencils", server.mechanisms(), null);
    assertReason(Reason.WRONG_SECRET, () -> run(server, client));
    assertThrows(IllegalStateException.class, server::keys);
  }

  @Test
  void unknownUser_looksLikeAWrongPassword() throws AuthFailure {
    var salts = new Salts("secret".getBytes(US_ASCII));
    Verifier known = UserSecret.of("anna", "pencil").verifier(salts);
    for (Verifier verifier : List.of(known, salts.mock("nobody"))) {
      var server = new ScramServer(verifier, null, random);
      ScramClient client = client("wrong", server.mechanisms(), null);
      byte[] challenge = server.first(client.mechanism(), client.first());
      assertTrue(
          new String(challenge, US_ASCII).matches("r=[^,]{48},s=[A-Za-z0-9+/]{22}==,i=4096"));
      byte[] proof = client.next(challenge);
      AuthFailure failure = assertThrows(AuthFailure.class, () -> server.last(proof));
      assertEquals(Reason.WRONG_SECRET, failure.reason());
      assertEquals("the proof does not fit the verifier", failure.getMessage());
    }
  }

  @Test
  void salts_areTheSameEveryTime_andOthersForOthers() throws AuthFailure {
    var salts = new Salts("secret".getBytes(US_ASCII));
    var again = new Salts("secret".getBytes(US_ASCII));
    assertEquals(salts.mock("nobody").encode(), again.mock("nobody").encode());
    assertNotEquals(salts.mock("nobody").encode(), salts.mock("nobody2").encode());
    assertArrayEquals(salts.of("anna"), again.of("anna"));
    assertEquals(
        salts.mock("anna").saltBase64(), UserSecret.of("anna", "x").verifier(again).saltBase64());
    assertFalse(Arrays.equals(salts.of("anna"), new Salts("other".getBytes(US_ASCII)).of("anna")));
  }

  @Test
  void proof_withAnyBitChanged_isRefused() throws AuthFailure {
    for (int bit = 0; bit < 256; bit++) {
      var server = new ScramServer(PENCIL, null, random);
      var keys = Objects.requireNonNull(PENCIL.keysOf("pencil"));
      ScramClient client = ScramClient.of(keys, server.mechanisms(), null, random);
      String last =
          new String(client.next(server.first(client.mechanism(), client.first())), US_ASCII);
      int proofAt = last.indexOf(",p=") + 3;
      byte[] proof = Base64.getDecoder().decode(last.substring(proofAt));
      proof[bit / 8] ^= (byte) (1 << (bit % 8));
      byte[] tampered = (last.substring(0, proofAt) + Crypto.base64(proof)).getBytes(US_ASCII);
      assertReason(Reason.WRONG_SECRET, () -> server.last(tampered));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "c=biws,r=NONCE,p=", // no proof
        "c=biws,r=NONCE,p=AAAA", // too short
        "c=biws,r=NONCE,p=!!!!", // not base64
        "c=biws,r=NONCEx,p=PROOF", // more than our nonce
        "c=biws,r=x,p=PROOF",
        "c=biws,p=PROOF",
        "r=NONCE,c=biws,p=PROOF",
        "c=biws,m=must,r=NONCE,p=PROOF",
        "biws",
        "",
        "c=biws,r=NONCE,p=PROOF\u0000"
      })
  void last_malformed_isRefused(String template) throws AuthFailure {
    var server = new ScramServer(PENCIL, null, random);
    String challenge =
        new String(server.first(ScramServer.PLAIN, "n,,n=,r=abc".getBytes(US_ASCII)), US_ASCII);
    String nonce = challenge.substring(2, challenge.indexOf(','));
    String message = template.replace("NONCE", nonce).replace("PROOF", Crypto.base64(new byte[32]));
    assertReason(Reason.MALFORMED, () -> server.last(message.getBytes(US_ASCII)));
  }

  @Test
  void last_otherBindingThanBefore_isRefused() throws AuthFailure {
    var server = new ScramServer(PENCIL, null, random);
    String challenge =
        new String(server.first(ScramServer.PLAIN, "n,,n=,r=abc".getBytes(US_ASCII)), US_ASCII);
    String nonce = challenge.substring(2, challenge.indexOf(','));
    String message = "c=eSws,r=" + nonce + ",p=" + Crypto.base64(new byte[32]);
    assertReason(Reason.CHANNEL_BINDING, () -> server.last(message.getBytes(US_ASCII)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "n",
        "n,",
        "n,,",
        "n,,n=",
        "n,,r=abc",
        "n,,n=user,r=",
        "n,,n=user",
        "n,a=admin,n=user,r=abc",
        "n,,m=must,n=user,r=abc",
        "x,,n=user,r=abc",
        ",,n=user,r=abc",
        "n,,n=user,x=y,r=abc",
        "n,,n=user,r=a\tc"
      })
  void first_malformed_isRefused(String message) {
    var server = new ScramServer(PENCIL, null, random);
    assertReason(
        Reason.MALFORMED, () -> server.first(ScramServer.PLAIN, message.getBytes(US_ASCII)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"nn,,n=,r=abc", "p=tls-unique,,n=,r=abc", "p=tls-server-end-point,,n=,r=abc"})
  void first_flagThatDoesNotFit_isRefused(String message) {
    var server = new ScramServer(PENCIL, BINDING, random);
    assertReason(
        Reason.CHANNEL_BINDING, () -> server.first(ScramServer.PLAIN, message.getBytes(US_ASCII)));
  }

  @Test
  void first_plusWithoutTls_isRefused() {
    var server = new ScramServer(PENCIL, null, random);
    assertEquals(List.of(ScramServer.PLAIN), server.mechanisms());
    byte[] message = "p=tls-server-end-point,,n=,r=abc".getBytes(US_ASCII);
    assertReason(Reason.MECHANISM, () -> server.first(ScramServer.PLUS, message));
  }

  @Test
  void messages_outOfTurn_areRefused() throws AuthFailure {
    byte[] first = "n,,n=,r=abc".getBytes(US_ASCII);
    var early = new ScramServer(PENCIL, null, random);
    assertReason(Reason.MALFORMED, () -> early.last(first));
    assertReason(Reason.MALFORMED, () -> early.first(ScramServer.PLAIN, first));

    var twice = new ScramServer(PENCIL, null, random);
    assertTrue(twice.first(ScramServer.PLAIN, first).length > 0);
    assertReason(Reason.MALFORMED, () -> twice.first(ScramServer.PLAIN, first));
  }

  @Test
  void userName_anyBytes_areSignedOverAsTheyCame() throws AuthFailure {
    var server = new ScramServer(PENCIL, null, random);
    byte[] first = "n,,n=\u00fcser,r=abc".getBytes(UTF_8);
    byte[] challenge = server.first(ScramServer.PLAIN, first);
    String nonce = new String(challenge, US_ASCII).split(",", -1)[0];
    byte[] bare = Arrays.copyOfRange(first, 3, first.length);
    String withoutProof = "c=biws," + nonce;
    var keys = Objects.requireNonNull(PENCIL.keysOf("pencil"));
    byte[] comma = {','};
    byte[] signature =
        Crypto.hmac(
            PENCIL.storedKey(), bare, comma, challenge, comma, withoutProof.getBytes(US_ASCII));
    String last = withoutProof + ",p=" + Crypto.base64(Crypto.xor(keys.clientKey(), signature));
    assertTrue(server.last(last.getBytes(US_ASCII)).length > 2);
  }

  private ScramClient client(String password, List<String> offered, byte @Nullable [] binding)
      throws AuthFailure {
    return ScramClient.of(new Credential.Password(password), offered, binding, random);
  }

  private static void run(ScramServer server, ScramClient client) throws AuthFailure {
    byte[] challenge = server.first(client.mechanism(), client.first());
    client.verify(server.last(client.next(challenge)));
  }

  static void assertReason(Reason reason, Executable step) {
    assertEquals(reason, assertThrows(AuthFailure.class, step).reason());
  }
}
