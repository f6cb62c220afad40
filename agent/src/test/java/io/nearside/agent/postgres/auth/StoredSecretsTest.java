package io.nearside.agent.postgres.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.postgres.auth.AuthFailure.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Verifiers, the userlist, the auth query and md5. */
final class StoredSecretsTest {
  private static final String MD5_OF_X = Md5.stored("anna", "x");

  private final Verifier verifier = Verifier.fromPassword("pencil", new byte[] {1, 2, 3}, 7);
  private final Salts salts = new Salts("s".getBytes(US_ASCII));

  @Test
  void verifier_encodeAndParse_isTheIdentity() {
    Verifier parsed = Objects.requireNonNull(Verifier.parse(verifier.encode()));
    assertEquals(verifier.encode(), parsed.encode());
    assertTrue(parsed.verify("pencil"));
    assertFalse(parsed.verify("pencils"));
    assertFalse(parsed.verify(""));
  }

  @ParameterizedTest
  @CsvSource({
    "\u2168, IX, true", // SASLprep: NFKC
    "I\u00adX, IX, true", // SASLprep: mapped to nothing
    "a\u0007b, a\u0007b, true", // prohibited: as it is
    "a\u0007\u2168, a\u0007IX, false"
  })
  void passwords_arePreparedAsPostgresDoes(String stored, String given, boolean same) {
    assertEquals(same, Verifier.fromPassword(stored, new byte[] {1}, 1).verify(given));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SCRAM-SHA-256",
        "SCRAM-SHA-256$",
        "SCRAM-SHA-256$4096:AQID",
        "SCRAM-SHA-256$4096:AQID$AAAA:AAAA",
        "SCRAM-SHA-256$0:AQID$KEY:KEY",
        "SCRAM-SHA-256$-1:AQID$KEY:KEY",
        "SCRAM-SHA-256$1000001:AQID$KEY:KEY",
        "SCRAM-SHA-256$99999999999:AQID$KEY:KEY",
        "SCRAM-SHA-256$4096:$KEY:KEY",
        "SCRAM-SHA-256$4096:??$KEY:KEY",
        "SCRAM-SHA-256$4096:AQID$KEY",
        "SCRAM-SHA-256$4096:AQID$KEY:KEYx",
        "SCRAM-SHA-1$4096:AQID$KEY:KEY"
      })
  void verifier_malformed_isNone(String text) {
    assertNull(Verifier.parse(text.replace("KEY", Crypto.base64(new byte[32]))));
  }

  @Test
  void iterations_atTheLimit_areTaken() {
    String keys = Crypto.base64(new byte[32]) + ":" + Crypto.base64(new byte[32]);
    assertNotNull(Verifier.parse("SCRAM-SHA-256$1000000:AQID$" + keys));
  }

  @Test
  void texts_showNoSecret() throws Exception {
    Userlist list = Userlist.parse("f", List.of("\"anna\" \"geheim\""));
    UserSecret secret = Objects.requireNonNull(list.lookup("anna"));
    String all =
        verifier
            + " "
            + list
            + secret
            + new Credential.Password("geheim")
            + verifier.keysOf("pencil");
    assertFalse(all.contains("geheim"), all);
    assertEquals(
        "Verifier[iterations=7, ***] Userlist[1 users]UserSecret[anna, ***]Password[***]"
            + "ScramKeys[***]",
        all);
  }

  @Test
  void userlist_readsWhatPgBouncerReads(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("userlist.txt");
    Files.writeString(
        file,
        """
        ; users of the app
        "anna" "plain"

          "b""ob"\t "with ""quotes"" ;" and more
        "carl" "%s"
        "dora" "%s" ; md5
        "emil" ""
        "\u00fcli" "p\u00e4ss"
        """
            .formatted(verifier.encode(), Md5.stored("dora", "x")));
    Userlist list = Userlist.load(file);
    assertEquals(6, list.size());
    assertEquals("with \"quotes\" ;", lookup(list, "b\"ob").password());
    assertEquals("p\u00e4ss", lookup(list, "\u00fcli").password());
  }

  @Test
  void userlist_entries_sayWhatIsStored() throws Exception {
    Userlist list =
        Userlist.parse(
            "f",
            List.of(
                "\"anna\" \"plain\"",
                "  \"b\"\"ob\"\t\"with \"\"quotes\"\" ;\" more",
                "\"carl\" \"" + verifier.encode() + "\"",
                "\"dora\" \"" + Md5.stored("dora", "x") + "\"",
                "\"emil\" \"\""));
    assertEquals("plain", lookup(list, "anna").password());
    assertTrue(lookup(list, "anna").matches("plain", false));
    assertFalse(lookup(list, "anna").matches("plai", true));
    assertTrue(lookup(list, "anna").verifier(salts).verify("plain"));
    assertEquals("with \"quotes\" ;", lookup(list, "b\"ob").password());
    assertNull(lookup(list, "carl").password());
    assertEquals(verifier.encode(), lookup(list, "carl").verifier(salts).encode());
    assertTrue(lookup(list, "carl").matches("pencil", false));
    assertFalse(lookup(list, "carl").matches("x", true));
    assertFalse(lookup(list, "dora").matches("x", false));
    assertTrue(lookup(list, "dora").matches("x", true));
    assertFalse(lookup(list, "dora").matches("y", true));
    assertEquals(salts.mock("dora").encode(), lookup(list, "dora").verifier(salts).encode());
    assertFalse(lookup(list, "emil").matches("", true));
    assertEquals(salts.mock("emil").encode(), lookup(list, "emil").verifier(salts).encode());
    assertNull(list.lookup("Anna"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "anna \"geheim\"",
        "\"anna\"",
        "\"anna\" geheim",
        "\"anna\" \"geheim",
        "\"anna",
        "\"\" \"geheim\"",
        "\"anna\" \"SCRAM-SHA-256$4096:geheim\"",
        "\"first\" \"geheim\""
      })
  void userlist_malformed_namesTheLine_neverTheSecret(String line) {
    var failure =
        assertThrows(
            IOException.class,
            () -> Userlist.parse("users.txt", List.of("\"first\" \"one\"", "", line)));
    String message = Objects.requireNonNull(failure.getMessage());
    assertTrue(message.startsWith("users.txt:3: "), message);
    assertFalse(message.contains("geheim"), message);
  }

  @Test
  void userlist_notUtf8_namesTheFile(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("u");
    Files.write(file, new byte[] {'"', (byte) 0xff, '"', ' ', '"', 'x', '"'});
    var failure = assertThrows(IOException.class, () -> Userlist.load(file));
    assertEquals(file + ": not UTF-8", failure.getMessage());
  }

  @Test
  void authQuery_rows() throws Exception {
    assertEquals("x", AuthQuery.secretOf("anna", "anna", "x").password());
    assertEquals(MD5_OF_X, AuthQuery.secretOf("anna", "anna", MD5_OF_X).md5());
    assertEquals(
        verifier.encode(),
        AuthQuery.secretOf("anna", "anna", verifier.encode()).verifier(salts).encode());
    assertFalse(AuthQuery.secretOf("anna", "anna", null).matches("", true));
    ScramServerTest.assertReason(
        Reason.STORED_SECRET, () -> AuthQuery.secretOf("anna", "bob", "x"));
    ScramServerTest.assertReason(Reason.STORED_SECRET, () -> AuthQuery.secretOf("anna", null, "x"));
    ScramServerTest.assertReason(
        Reason.STORED_SECRET, () -> AuthQuery.secretOf("anna", "anna", "SCRAM-SHA-256$x"));
  }

  /** Values computed with md5sum: md5("xanna"), and md5 of that and the salt. */
  @Test
  void md5_isPostgresForm() {
    assertEquals("md562243339c629f525f04b9bfdd30f1f7d", Md5.stored("anna", "x"));
    assertEquals(
        "md5777e90818a381cab502a2f8815f4a051",
        Md5.answer(Md5.stored("anna", "x"), "salt".getBytes(US_ASCII)));
  }

  private static UserSecret lookup(Userlist list, String user) {
    return Objects.requireNonNull(list.lookup(user), user);
  }
}
