package io.nearside.agent.postgres.auth;

import com.ongres.scram.common.exception.ScramException;
import com.ongres.scram.common.exception.ScramInvalidServerSignatureException;
import com.ongres.scram.common.exception.ScramServerErrorException;
import io.nearside.agent.postgres.auth.AuthFailure.Reason;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The client's half of one SCRAM-SHA-256 exchange with a server, over the scram-client library. The
 * user is the one of the start-up packet; PostgreSQL ignores the name inside of SCRAM.
 *
 * <p>The library wants the keys before it knows the salt. So a client with the same nonce is built
 * twice: once to speak first, and again with the keys, which can then be kept ({@link #keys}) for
 * the next connection: hashing a password costs milliseconds of an event loop.
 *
 * <p>For one login, on one event loop.
 */
public final class ScramClient {
  private static final int NONCE_BYTES = 18;
  private static final byte[] NO_KEY = new byte[Crypto.HASH_BYTES];
  // The library wants one; as libpq, ours says nothing in it that the server would read.
  private static final String USER_IGNORED = "*";

  private final Credential credential;
  private final List<String> mechanisms;
  private final byte @Nullable [] binding;
  private final String nonce;
  private final com.ongres.scram.client.ScramClient speaker;
  private final String first;
  private com.ongres.scram.client.@Nullable ScramClient prover;
  private Credential.@Nullable ScramKeys keys;

  private ScramClient(
      Credential credential,
      List<String> mechanisms,
      byte @Nullable [] binding,
      SecureRandom random) {
    this.credential = credential;
    this.mechanisms = mechanisms;
    this.binding = binding;
    byte[] bytes = new byte[NONCE_BYTES];
    random.nextBytes(bytes);
    this.nonce = Crypto.base64(bytes);
    this.speaker = build(NO_KEY, NO_KEY);
    this.first = speaker.clientFirstMessage().toString();
  }

  /**
   * The client for one login.
   *
   * @param mechanismsOffered as AuthenticationSASL lists them
   * @param serverCertificateBinding {@link ChannelBinding#of} the server's certificate, null
   *     without TLS or where it has none
   * @throws AuthFailure nothing is offered that can be spoken
   */
  public static ScramClient of(
      Credential credential,
      List<String> mechanismsOffered,
      byte @Nullable [] serverCertificateBinding,
      SecureRandom random)
      throws AuthFailure {
    if (credential instanceof Credential.Password(String text) && text.isEmpty()) {
      throw new AuthFailure(Reason.STORED_SECRET, "the server asks for a password, none is known");
    }
    // PLUS can not be spoken without a binding; the library then also says so rightly ('n').
    List<String> spoken =
        mechanismsOffered.stream()
            .filter(
                name ->
                    name.equals(ScramServer.PLAIN)
                        || (name.equals(ScramServer.PLUS) && serverCertificateBinding != null))
            .toList();
    if (spoken.isEmpty()) {
      throw new AuthFailure(
          Reason.MECHANISM, "the server offers no SASL mechanism that can be spoken");
    }
    return new ScramClient(credential, spoken, serverCertificateBinding, random);
  }

  private com.ongres.scram.client.ScramClient build(byte[] clientKey, byte[] serverKey) {
    var builder =
        com.ongres.scram.client.ScramClient.builder()
            .advertisedMechanisms(mechanisms)
            .username(USER_IGNORED)
            .clientAndServerKey(clientKey, serverKey)
            .nonceSupplier(() -> nonce);
    if (binding != null) {
      builder = builder.channelBinding(ChannelBinding.TYPE, binding);
    }
    return builder.build();
  }

  /** The mechanism for SASLInitialResponse. */
  public String mechanism() {
    return speaker.getScramMechanism().getName();
  }

  /** The data for SASLInitialResponse. */
  public byte[] first() {
    return first.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * The answer to AuthenticationSASLContinue. Costs milliseconds with a {@link
   * Credential.Password}.
   *
   * @return the data for SASLResponse
   */
  public byte[] next(byte[] serverFirst) throws AuthFailure {
    if (prover != null) {
      throw new AuthFailure(Reason.MALFORMED, "the server challenges twice");
    }
    String challenge = new String(serverFirst, StandardCharsets.ISO_8859_1);
    try {
      var parsed = speaker.serverFirstMessage(challenge);
      byte[] salt = Crypto.fromBase64(parsed.getSalt());
      int iterations = parsed.getIterationCount();
      if (salt == null || iterations > Verifier.ITERATIONS_MAX) {
        throw new AuthFailure(
            Reason.MALFORMED, "the server's salt is no base64, or its iterations are beyond limit");
      }
      keys = keys(salt, iterations);
      prover = build(keys.clientKey(), keys.serverKey());
      var _ = prover.clientFirstMessage();
      var _ = prover.serverFirstMessage(challenge);
      return prover.clientFinalMessage().toString().getBytes(StandardCharsets.US_ASCII);
    } catch (ScramException | IllegalArgumentException e) {
      throw new AuthFailure(Reason.MALFORMED, "the server's first SCRAM message is malformed");
    }
  }

  private Credential.ScramKeys keys(byte[] salt, int iterations) throws AuthFailure {
    return switch (credential) {
      case Credential.Password(String text) -> Credential.ScramKeys.of(text, salt, iterations);
      case Credential.ScramKeys known -> {
        if (!known.madeWith(salt, iterations)) {
          throw new AuthFailure(
              Reason.VERIFIER_DIFFERS,
              "the server holds another verifier (salt, iterations) than the client logged in by");
        }
        yield known;
      }
    };
  }

  /** Checks AuthenticationSASLFinal: that the server knows the user's secret as well. */
  public void verify(byte[] serverFinal) throws AuthFailure {
    if (prover == null) {
      throw new AuthFailure(Reason.MALFORMED, "the server ends SCRAM before it began");
    }
    try {
      var _ = prover.serverFinalMessage(new String(serverFinal, StandardCharsets.ISO_8859_1));
    } catch (ScramServerErrorException e) {
      throw new AuthFailure(Reason.WRONG_SECRET, "the server says: " + e.getMessage());
    } catch (ScramInvalidServerSignatureException e) {
      throw new AuthFailure(
          Reason.SERVER_UNPROVEN, "the server does not know the secret of its user");
    } catch (ScramException | IllegalArgumentException e) {
      throw new AuthFailure(Reason.MALFORMED, "the server's last SCRAM message is malformed");
    }
  }

  /**
   * The keys of this login, for the next one at the same server; only worth keeping once {@link
   * #verify} and the login succeeded.
   */
  public Credential.ScramKeys keys() {
    if (keys == null) {
      throw new IllegalStateException("not challenged yet");
    }
    return keys;
  }
}
