package io.nearside.agent.postgres.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nearside.agent.net.BlockingPeer;
import io.nearside.agent.net.TestKey;
import io.nearside.agent.net.TlsClient;
import io.nearside.agent.net.TlsClient.Verify;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logins at Debian's PostgreSQL 15. */
final class RealServerTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static final Credential PENCIL = new Credential.Password("pencil");

  @TempDir static Path folder;
  private static @Nullable DebianPostgres started;
  private static @Nullable TestKey key;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(DebianPostgres.isInstalled(), "PostgreSQL 15 is not installed");
    key = TestKey.in(folder, "server", "RSA", "SHA384withRSA", "ip:127.0.0.1");
    started =
        DebianPostgres.start(
            key, "host all mona all md5\nhost all all 127.0.0.1/32 scram-sha-256\n");
    Verifier ours = Verifier.fromPassword("ours", new byte[] {1, 2, 3, 4, 5, 6, 7}, 5000);
    started.sql(
        "CREATE ROLE anna LOGIN PASSWORD 'pencil';"
            + " CREATE ROLE uli LOGIN PASSWORD 'p\u00e4ss\u2168\u00a0x';"
            + (" CREATE ROLE carl LOGIN PASSWORD '" + ours.encode() + "';")
            + " SET password_encryption = md5; CREATE ROLE mona LOGIN PASSWORD 'pencil'");
  }

  @AfterAll
  static void stop() throws Exception {
    BlockingPeer.await(VERTX.close());
    if (started != null) {
      started.close();
    }
  }

  private static DebianPostgres server() {
    return Objects.requireNonNull(started);
  }

  @ParameterizedTest
  @CsvSource({
    "anna, pencil, ok",
    "anna, pencils, 28P01",
    "nobody, pencil, 28P01",
    "carl, ours, ok", // a verifier that we made
    "uli, p\u00e4ss\u2168\u00a0x, ok", // prepared on both sides
    "uli, p\u00e4ssIX x, ok",
    "uli, p\u00e4ss, 28P01",
    "mona, pencil, ok", // md5
    "mona, pencils, 28P01"
  })
  void password(String user, String password, String outcome) throws Exception {
    ServerLogin login = ServerLogin.connect(VERTX, server().port());
    assertEquals(outcome, login.logIn(user, new Credential.Password(password), null));
  }

  @Test
  void keysOfALogin_areGoodForTheNext() throws Exception {
    ServerLogin first = ServerLogin.connect(VERTX, server().port());
    assertEquals("ok", first.logIn("anna", PENCIL, null));
    assertEquals(stored("anna"), first.scram().keys().verifier().encode());
    ServerLogin next = ServerLogin.connect(VERTX, server().port());
    assertEquals("ok", next.logIn("anna", first.scram().keys(), null));
  }

  /** What the sidecar does that knows no password: the server's verifier, and a client's proof. */
  @Test
  void keysThatAClientProved_logInAtTheServer() throws Exception {
    Verifier verifier =
        AuthQuery.secretOf("anna", "anna", stored("anna")).verifier(new Salts(new byte[] {1}));
    var ours = new ScramServer(verifier, null, new SecureRandom());
    ScramClient client = ScramClient.of(PENCIL, ours.mechanisms(), null, new SecureRandom());
    byte[] challenge = ours.first(client.mechanism(), client.first());
    client.verify(ours.last(client.next(challenge)));
    ServerLogin login = ServerLogin.connect(VERTX, server().port());
    assertEquals("ok", login.logIn("anna", ours.keys(), null));
  }

  @Test
  void keysOfAnotherVerifier_failBeforeAnythingIsProved() throws Exception {
    var keys = Credential.ScramKeys.of("pencil", new byte[] {1, 2, 3}, 4096);
    ServerLogin login = ServerLogin.connect(VERTX, server().port());
    ScramServerTest.assertReason(
        AuthFailure.Reason.VERIFIER_DIFFERS, () -> login.logIn("anna", keys, null));
  }

  @Test
  void onTls_bindsToTheServersCertificate() throws Exception {
    ServerLogin login = ServerLogin.connect(VERTX, server().port()).upgrade(tls());
    byte[] binding = Objects.requireNonNull(login.binding());
    assertEquals(48, binding.length); // SHA-384, as the certificate is signed
    assertEquals("ok", login.logIn("anna", PENCIL, binding));
    assertEquals(ScramServer.PLUS, login.scram().mechanism());
  }

  @Test
  void onTls_boundToAnotherCertificate_isRefusedByTheServer() throws Exception {
    ServerLogin login = ServerLogin.connect(VERTX, server().port()).upgrade(tls());
    byte[] binding = Objects.requireNonNull(login.binding()).clone();
    binding[0]++;
    // PostgreSQL 15 says invalid_authorization_specification.
    assertEquals("28000", login.logIn("anna", PENCIL, binding));
  }

  @Test
  void onTls_withoutBinding_logsIn() throws Exception {
    ServerLogin login = ServerLogin.connect(VERTX, server().port()).upgrade(tls());
    assertNotNull(login.binding());
    assertEquals("ok", login.logIn("anna", PENCIL, null));
    assertEquals(ScramServer.PLAIN, login.scram().mechanism());
  }

  @Test
  void defaultAuthQuery_isValid_andAnswersTheVerifier() throws Exception {
    String query = AuthQuery.DEFAULT.replace("$1", "'anna'");
    assertEquals("anna|" + stored("anna"), server().sql(query));
  }

  private static String stored(String user) throws Exception {
    return server().sql("SELECT rolpassword FROM pg_authid WHERE rolname = '" + user + "'");
  }

  private static TlsClient tls() throws Exception {
    String caFile = Objects.requireNonNull(key).certFile();
    return TlsClient.of(Verify.HOST, caFile, "", "", "postgresql", 10_000);
  }
}
