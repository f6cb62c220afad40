package io.nearside.agent.postgres.auth;

import io.nearside.agent.postgres.auth.AuthFailure.Reason;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The server's half of one SCRAM-SHA-256 exchange (RFC 5802, 7677; tls-server-end-point of RFC
 * 5929), as PostgreSQL's auth-scram.c plays it: the user name in it is ignored (the start-up packet
 * named the user), an authorization identity is refused.
 *
 * <pre>
 *   offered --first()--> challenged --last()--> proven
 *      any failure: over
 * </pre>
 *
 * <p>For one login, on one event loop. A user that is not known gets {@link Salts#mock}: the
 * exchange is then the same to the last message, and ends as with a wrong password.
 */
public final class ScramServer {
  /** The mechanism without, and with channel binding. */
  public static final String PLAIN = "SCRAM-SHA-256";

  public static final String PLUS = "SCRAM-SHA-256-PLUS";

  private static final String BINDING_FLAG = "p=tls-server-end-point";
  private static final int NONCE_BYTES = 18;

  private enum Phase {
    OFFERED,
    CHALLENGED,
    PROVEN,
    OVER
  }

  private final Verifier verifier;
  private final byte @Nullable [] channelBinding;
  private final SecureRandom random;

  private Phase phase = Phase.OFFERED;
  private String expectedBinding = "";
  private String nonce = "";
  private String firstMessages = "";
  private Credential.@Nullable ScramKeys keys;

  /**
   * A login of one client.
   *
   * @param channelBinding {@link ChannelBinding#of} the sidecar's own certificate where the client
   *     is on TLS; null where it is not, or the certificate has none
   */
  public ScramServer(Verifier verifier, byte @Nullable [] channelBinding, SecureRandom random) {
    this.verifier = verifier;
    this.channelBinding = channelBinding;
    this.random = random;
  }

  /** What to offer, the best first. */
  public List<String> mechanisms() {
    return channelBinding == null ? List.of(PLAIN) : List.of(PLUS, PLAIN);
  }

  /**
   * The client's SASLInitialResponse.
   *
   * @return the data of AuthenticationSASLContinue
   */
  public byte[] first(String mechanism, byte[] clientFirst) throws AuthFailure {
    enter(Phase.OFFERED);
    boolean plus = mechanism.equals(PLUS) && channelBinding != null;
    if (!plus && !mechanism.equals(PLAIN)) {
      throw new AuthFailure(Reason.MECHANISM, "a SASL mechanism that was not offered");
    }
    String message = text(clientFirst);
    int bare = bareAt(message);
    String gs2 = message.substring(0, bare);
    checkFlag(gs2, plus);
    expectedBinding = expectedBinding(gs2, plus);

    String clientBare = message.substring(bare);
    int nonceAt = clientBare.indexOf(",r=");
    if (!clientBare.startsWith("n=") || nonceAt < 0 || nonceAt != clientBare.indexOf(',')) {
      throw malformed("client-first-message: expected n= and r=");
    }
    int end = clientBare.indexOf(',', nonceAt + 1);
    String clientNonce = clientBare.substring(nonceAt + 3, end < 0 ? clientBare.length() : end);
    if (clientNonce.isEmpty()) {
      throw malformed("client-first-message: empty nonce");
    }
    byte[] own = new byte[NONCE_BYTES];
    random.nextBytes(own);
    nonce = clientNonce + Crypto.base64(own);
    String serverFirst =
        "r=" + nonce + ",s=" + verifier.saltBase64() + ",i=" + verifier.iterations();
    firstMessages = clientBare + ',' + serverFirst;
    phase = Phase.CHALLENGED;
    return serverFirst.getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * The client's SASLResponse.
   *
   * @return the data of AuthenticationSASLFinal; AuthenticationOk may follow at once
   */
  public byte[] last(byte[] clientFinal) throws AuthFailure {
    enter(Phase.CHALLENGED);
    String message = text(clientFinal);
    int proofAt = message.lastIndexOf(",p=");
    int nonceAt = message.indexOf(",r=");
    if (!message.startsWith("c=") || nonceAt < 0 || proofAt <= nonceAt) {
      throw malformed("client-final-message: expected c=, r= and p=");
    }
    if (nonceAt != message.indexOf(',')) {
      throw malformed("client-final-message: expected r= after c=");
    }
    String withoutProof = message.substring(0, proofAt);
    byte[] proof = Crypto.fromBase64(message.substring(proofAt + 3));
    if (proof == null || proof.length != Crypto.HASH_BYTES) {
      throw malformed("client-final-message: the proof is not 32 bytes of base64");
    }
    if (!same(withoutProof.substring(2, nonceAt), expectedBinding)) {
      throw new AuthFailure(
          Reason.CHANNEL_BINDING, "the client is bound to another channel, or said so before");
    }
    int extensions = withoutProof.indexOf(',', nonceAt + 1);
    String echoed =
        withoutProof.substring(nonceAt + 3, extensions < 0 ? withoutProof.length() : extensions);
    if (!same(echoed, nonce)) {
      throw malformed("client-final-message: another nonce");
    }
    byte[] authMessage = (firstMessages + ',' + withoutProof).getBytes(StandardCharsets.ISO_8859_1);
    byte[] clientKey = Crypto.xor(proof, Crypto.hmac(verifier.storedKey(), authMessage));
    byte[] signature = Crypto.hmac(verifier.serverKey(), authMessage);
    if (!verifier.proves(clientKey)) {
      throw new AuthFailure(Reason.WRONG_SECRET, "the proof does not fit the verifier");
    }
    keys = verifier.keys(clientKey);
    phase = Phase.PROVEN;
    return ("v=" + Crypto.base64(signature)).getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * After success: the keys that the client proved, with which the sidecar can log in at servers
   * that hold the same verifier.
   */
  public Credential.ScramKeys keys() {
    if (keys == null) {
      throw new IllegalStateException("nothing was proven");
    }
    return keys;
  }

  // Whatever fails on the way, this exchange takes no more messages.
  private void enter(Phase expected) throws AuthFailure {
    Phase was = phase;
    phase = Phase.OVER;
    if (was != expected) {
      throw malformed("a message out of turn");
    }
  }

  /** Where client-first-message-bare begins: behind the flag and the empty authzid. */
  private static int bareAt(String message) throws AuthFailure {
    int flagEnd = message.indexOf(',');
    int bare = flagEnd < 0 ? -1 : message.indexOf(',', flagEnd + 1) + 1;
    if (bare <= 0) {
      throw malformed("client-first-message: no gs2 header");
    }
    if (bare != flagEnd + 2) {
      throw malformed("client-first-message: an authorization identity is not supported");
    }
    return bare;
  }

  private void checkFlag(String gs2, boolean plus) throws AuthFailure {
    boolean fits =
        switch (gs2.charAt(0)) {
          case 'n' -> gs2.equals("n,,") && !plus;
          // "I could bind, you can not": only true where PLUS was not offered. Else somebody took
          // it out of the offer on its way.
          case 'y' -> gs2.equals("y,,") && !plus && channelBinding == null;
          case 'p' -> gs2.equals(BINDING_FLAG + ",,") && plus;
          default -> throw malformed("client-first-message: unknown gs2 flag");
        };
    if (!fits) {
      throw new AuthFailure(
          Reason.CHANNEL_BINDING, "the gs2 flag does not fit what was offered and chosen");
    }
  }

  private String expectedBinding(String gs2, boolean plus) {
    byte[] header = gs2.getBytes(StandardCharsets.ISO_8859_1);
    if (!plus || channelBinding == null) {
      return Crypto.base64(header);
    }
    byte[] bytes = Arrays.copyOf(header, header.length + channelBinding.length);
    System.arraycopy(channelBinding, 0, bytes, header.length, channelBinding.length);
    return Crypto.base64(bytes);
  }

  private static boolean same(String a, String b) {
    return MessageDigest.isEqual(
        a.getBytes(StandardCharsets.ISO_8859_1), b.getBytes(StandardCharsets.US_ASCII));
  }

  // One char per byte: a user name in UTF-8 is not looked at, but signed over as it came.
  private static String text(byte[] bytes) throws AuthFailure {
    for (byte b : bytes) {
      if ((b >= 0 && b < 0x20) || b == 0x7f) {
        throw malformed("a control character");
      }
    }
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static AuthFailure malformed(String message) {
    return new AuthFailure(Reason.MALFORMED, message);
  }
}
