package io.nearside.agent.inject.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** An authority's life, and the Secret that the replicas share it by. */
final class RotationStepTest {
  private static final Duration LIFE = Duration.ofHours(30);
  private static final ObjectName NAME = new ObjectName("nearside-system", "ca");
  private static final Keytool KEYTOOL = new Keytool();

  private static final AuthoritySecret ONE = made(LIFE);
  private static final CertificateAuthority LATER = made(LIFE.multipliedBy(2)).current();

  private static AuthoritySecret made(Duration lifetime) {
    try {
      return new AuthoritySecret(KEYTOOL.newAuthority(lifetime), null, null);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static Instant end() {
    return ONE.current().certificate().getNotAfter().toInstant();
  }

  private static RotationStep step(AuthoritySecret secret, boolean known, Duration beforeTheEnd) {
    return RotationStep.of(secret, LIFE, known, end().minus(beforeTheEnd));
  }

  @Test
  void authority_untilAThirdIsLeft_isKept() {
    assertEquals(RotationStep.KEEP, step(ONE, false, LIFE));
    assertEquals(RotationStep.KEEP, step(ONE, false, Duration.ofHours(10)));
    assertEquals(RotationStep.PREPARE, step(ONE, false, Duration.ofHours(10).minusSeconds(1)));
  }

  @Test
  void next_untilItIsKnown_doesNotSign() {
    AuthoritySecret prepared = ONE.withNext(LATER);

    assertEquals(RotationStep.KEEP, step(prepared, false, Duration.ofHours(9)));
    assertEquals(RotationStep.PROMOTE, step(prepared, true, Duration.ofHours(9)));
    assertEquals(RotationStep.PROMOTE, step(prepared, false, Duration.ofSeconds(0)));
  }

  @Test
  void authority_thatExpiredAlone_isReplaced() {
    assertEquals(RotationStep.REPLACE, step(ONE, false, Duration.ofSeconds(0)));
    assertEquals(RotationStep.REPLACE, step(ONE, false, Duration.ofHours(-100)));
  }

  @Test
  void promoted_authority_leavesTheOldOneTrustedUntilItExpires() {
    AuthoritySecret promoted = ONE.withNext(LATER).promoted(LATER);
    String old = CertificateAuthority.pem(ONE.current().certificate());

    assertEquals(LATER, promoted.current());
    assertTrue(promoted.bundle(end().minusSeconds(1)).contains(old));
    assertFalse(promoted.bundle(end()).contains(old));
  }

  @Test
  void secret_writtenAndRead_isTheSame() throws GeneralSecurityException {
    AuthoritySecret whole = new AuthoritySecret(ONE.current(), LATER, LATER.certificate());

    JsonObject secret = new JsonObject(whole.toSecret(NAME, "7").encode());

    assertEquals(whole, AuthoritySecret.of(secret));
    assertEquals("7", secret.getJsonObject("metadata").getString("resourceVersion"));
    assertFalse(ONE.toSecret(NAME, "").getJsonObject("metadata").containsKey("resourceVersion"));
  }

  @Test
  void secret_thatIsBroken_isRefused() {
    UnaryOperator<JsonObject> wrongPassword = data -> data.put("ca.password", "eA==");
    UnaryOperator<JsonObject> noStore = data -> data.put("ca.p12", "eA==");
    UnaryOperator<JsonObject> noBase64 = data -> data.put("ca.p12", "?");
    UnaryOperator<JsonObject> aNumber = data -> data.put("ca.p12", 1);
    UnaryOperator<JsonObject> another = data -> new JsonObject().put("tls.key", "eA==");
    for (var broken : List.of(wrongPassword, noStore, noBase64, aNumber, another)) {
      JsonObject secret = ONE.toSecret(NAME, "");
      secret.put("data", broken.apply(secret.getJsonObject("data")));
      assertThrows(GeneralSecurityException.class, () -> AuthoritySecret.of(secret));
    }
  }

  @Test
  void certificate_ofAnAuthority_hasItsNamesAndItsLife() throws Exception {
    ServerIdentity identity =
        KEYTOOL.sign(ONE.current(), List.of("a.b.svc", "a.b"), Duration.ofMinutes(90));

    assertTrue(identity.isSignedBy(ONE.current().certificate()));
    assertFalse(identity.isSignedBy(LATER.certificate()));
    assertEquals(
        List.of("a.b.svc", "a.b"),
        identity.certificate().getSubjectAlternativeNames().stream()
            .map(name -> name.get(1))
            .toList());
    long left = identity.left(Instant.now()).toSeconds();
    assertTrue(left > 80 * 60 && left <= 90 * 60, left + " s left");
    identity.check();
    assertThrows(
        GeneralSecurityException.class,
        () -> new ServerIdentity(identity.key(), List.of(LATER.certificate())).check());
  }

  @Test
  void validity_inDays_leavesTheLifetimeFromNow() {
    assertEquals(
        List.of("-validity", "1", "-startdate", "-86370S"),
        Keytool.validity(Duration.ofSeconds(30)));
    assertEquals(
        List.of("-validity", "366", "-startdate", "-86400S"),
        Keytool.validity(Duration.ofDays(365)));
  }
}
