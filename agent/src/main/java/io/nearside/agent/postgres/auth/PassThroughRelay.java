package io.nearside.agent.postgres.auth;

import io.nearside.agent.postgres.auth.AuthFailure.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Relays one login between a client and a fresh server connection: the sidecar knows no secret, the
 * server decides. Bodies of messages go in and out (without type and length); the caller frames
 * them, and relays what is not authentication ('E', 'N', 'v') itself.
 *
 * <pre>
 *   SERVER --10 SASL--> FIRST --p--> SASL --11--> CHALLENGED --p--> SASL --12--> SASL
 *   SERVER --3 or 5---> PASSWORD --p--> SERVER          any of SERVER, SASL --0--> OVER
 * </pre>
 *
 * <p>SCRAM-SHA-256-PLUS is taken out of the offer: the two sides are ends of different TLS
 * channels, no proof could bind both. A client on TLS that could bind then says so (gs2 flag {@code
 * y}), and a server that did offer PLUS takes that for an attack and refuses; the flag is part of
 * the client's proof and can not be changed on its way. So that combination (TLS on both sides,
 * channel binding not disabled at the client) is refused here, with that reason: there, let the
 * client connect without TLS or with {@code channel_binding=disable}.
 *
 * <p>On one event loop; no socket.
 */
public final class PassThroughRelay {
  private static final int OK = 0;
  private static final int CLEARTEXT = 3;
  private static final int MD5 = 5;
  private static final int SASL = 10;
  private static final int SASL_CONTINUE = 11;
  private static final int SASL_FINAL = 12;

  private static final int MD5_SALT_BYTES = 4;

  /** What comes next, and from whom. */
  private enum Phase {
    SERVER,
    FIRST,
    SASL,
    CHALLENGED,
    PASSWORD,
    OVER,
    FAILED
  }

  private final boolean cleartextAllowed;
  private final boolean md5Allowed;
  private Phase phase = Phase.SERVER;
  private boolean plusRemoved;
  private boolean finalSeen;

  public PassThroughRelay(boolean cleartextAllowed, boolean md5Allowed) {
    this.cleartextAllowed = cleartextAllowed;
    this.md5Allowed = md5Allowed;
  }

  /** Whether a 'p' of the client is what comes next; else it is an 'R' of the server. */
  public boolean awaitsClient() {
    return phase == Phase.FIRST || phase == Phase.CHALLENGED || phase == Phase.PASSWORD;
  }

  /** Whether the server said AuthenticationOk. */
  public boolean isOver() {
    return phase == Phase.OVER;
  }

  /**
   * The body of an 'R' of the server.
   *
   * @return the body of the 'R' for the client
   */
  public byte[] fromServer(byte[] body) throws AuthFailure {
    Phase was = enter(!awaitsClient() && phase != Phase.OVER, "the server speaks out of turn");
    if (body.length < 4) {
      throw malformed("an authentication message without its code");
    }
    int code = ByteBuffer.wrap(body).getInt();
    return switch (code) {
      case OK -> {
        if (was == Phase.SASL && !finalSeen) {
          throw new AuthFailure(Reason.SERVER_UNPROVEN, "the server ends SCRAM before its proof");
        }
        phase = Phase.OVER;
        yield body;
      }
      case CLEARTEXT -> password(was, cleartextAllowed, 4, body);
      case MD5 -> password(was, md5Allowed, 4 + MD5_SALT_BYTES, body);
      case SASL -> {
        if (was != Phase.SERVER) {
          throw malformed("an authentication request out of turn");
        }
        byte[] offer = withoutPlus(body);
        phase = Phase.FIRST;
        yield offer;
      }
      case SASL_CONTINUE -> sasl(was, Phase.CHALLENGED, body);
      case SASL_FINAL -> {
        byte[] outcome = sasl(was, Phase.SASL, body);
        finalSeen = true;
        yield outcome;
      }
      default ->
          throw new AuthFailure(
              Reason.MECHANISM, "the server asks for authentication method " + code);
    };
  }

  private byte[] sasl(Phase was, Phase next, byte[] body) throws AuthFailure {
    if (was != Phase.SASL || finalSeen) {
      throw malformed("a SASL message out of turn");
    }
    phase = next;
    return body;
  }

  private byte[] password(Phase was, boolean allowed, int length, byte[] body) throws AuthFailure {
    if (was != Phase.SERVER || body.length != length) {
      throw malformed("a password request out of turn, or of a wrong length");
    }
    if (!allowed) {
      throw new AuthFailure(
          Reason.NOT_ALLOWED,
          "the server asks for " + (length == 4 ? "a cleartext" : "an md5") + " password");
    }
    phase = Phase.PASSWORD;
    return body;
  }

  /**
   * The body of a 'p' of the client.
   *
   * @return the body of the 'p' for the server
   */
  public byte[] fromClient(byte[] body) throws AuthFailure {
    Phase was = enter(awaitsClient(), "the client speaks out of turn");
    if (was == Phase.FIRST) {
      checkFirst(body);
    }
    phase = was == Phase.PASSWORD ? Phase.SERVER : Phase.SASL;
    return body;
  }

  // Whatever fails on the way, this exchange takes no more messages.
  private Phase enter(boolean inTurn, String otherwise) throws AuthFailure {
    Phase was = phase;
    phase = Phase.FAILED;
    if (!inTurn || was == Phase.FAILED) {
      throw malformed(otherwise);
    }
    return was;
  }

  private byte[] withoutPlus(byte[] body) throws AuthFailure {
    List<String> offered = mechanisms(body);
    plusRemoved = offered.contains(ScramServer.PLUS);
    if (!offered.contains(ScramServer.PLAIN)) {
      throw new AuthFailure(
          Reason.MECHANISM, "the server offers no SASL mechanism that can be relayed");
    }
    var offer = new ByteArrayOutputStream(body.length);
    offer.write(body, 0, 4);
    offer.writeBytes(ScramServer.PLAIN.getBytes(StandardCharsets.US_ASCII));
    offer.write(0);
    offer.write(0);
    return offer.toByteArray();
  }

  /**
   * The mechanisms that an AuthenticationSASL offers.
   *
   * @param body of the 'R', its code included
   */
  public static List<String> mechanisms(byte[] body) throws AuthFailure {
    var names = new ArrayList<String>();
    int at = 4;
    while (true) {
      int end = zeroAt(body, at);
      if (end < 0) {
        throw malformed("an offer of mechanisms without its end");
      }
      if (end == at) {
        return names;
      }
      names.add(new String(body, at, end - at, StandardCharsets.US_ASCII));
      at = end + 1;
    }
  }

  private void checkFirst(byte[] body) throws AuthFailure {
    int end = zeroAt(body, 0);
    if (end < 0 || body.length < end + 5) {
      throw malformed("a SASLInitialResponse without mechanism and length");
    }
    if (!new String(body, 0, end, StandardCharsets.US_ASCII).equals(ScramServer.PLAIN)) {
      throw new AuthFailure(Reason.MECHANISM, "a SASL mechanism that was not offered");
    }
    int length = ByteBuffer.wrap(body).getInt(end + 1);
    if (length != body.length - end - 5 || length < 1) {
      throw malformed("a SASLInitialResponse of another length than it says");
    }
    if (plusRemoved && body[end + 5] == 'y') {
      throw new AuthFailure(
          Reason.CHANNEL_BINDING,
          "the client could bind to its TLS channel and so could the server, but not through a"
              + " relay: set channel_binding=disable at the client");
    }
  }

  private static int zeroAt(byte[] body, int from) {
    for (int i = from; i < body.length; i++) {
      if (body[i] == 0) {
        return i;
      }
    }
    return -1;
  }

  private static AuthFailure malformed(String message) {
    return new AuthFailure(Reason.MALFORMED, message);
  }
}
