package io.nearside.agent.postgres.auth;

import io.nearside.agent.postgres.auth.AuthFailure.Reason;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * What is stored for one user: a password, a SCRAM verifier, PostgreSQL's md5 form, or nothing (the
 * user exists, no password lets it in). Safe from any thread; {@code toString} shows no secret.
 */
public final class UserSecret {
  private final String user;
  private final @Nullable String password;
  private final @Nullable String md5;
  // Made from the password when first asked for; making it twice does no harm, it is the same.
  private volatile @Nullable Verifier verifier;

  private UserSecret(
      String user, @Nullable String password, @Nullable Verifier verifier, @Nullable String md5) {
    this.user = user;
    this.password = password;
    this.verifier = verifier;
    this.md5 = md5;
  }

  /** A password that is known as it is. */
  public static UserSecret ofPassword(String user, String password) {
    return new UserSecret(user, password, null, null);
  }

  /**
   * Reads what stands in a userlist or in {@code pg_authid.rolpassword}.
   *
   * @throws AuthFailure it claims to be a SCRAM verifier and is not well formed
   */
  static UserSecret of(String user, @Nullable String text) throws AuthFailure {
    if (text == null || text.isEmpty()) {
      return new UserSecret(user, null, null, null);
    }
    if (Md5.looksLike(text)) {
      return new UserSecret(user, null, null, text);
    }
    if (!Verifier.looksLike(text)) {
      return new UserSecret(user, text, null, null);
    }
    Verifier verifier = Verifier.parse(text);
    if (verifier == null) {
      throw new AuthFailure(Reason.STORED_SECRET, "a SCRAM verifier that is not well formed");
    }
    return new UserSecret(user, null, verifier, null);
  }

  public String user() {
    return user;
  }

  /** The password itself, where it is what is stored. */
  public @Nullable String password() {
    return password;
  }

  /** The md5 form, where it is what is stored. */
  public @Nullable String md5() {
    return md5;
  }

  /**
   * The verifier to log in a client by; where none fits (no password, or md5) the one that nothing
   * proves. The first time costs milliseconds where the password is stored as text.
   */
  public Verifier verifier(Salts salts) {
    Verifier known = verifier;
    if (known == null) {
      known =
          password == null
              ? salts.mock(user)
              : Verifier.fromPassword(password, salts.of(user), Verifier.ITERATIONS);
      verifier = known;
    }
    return known;
  }

  /**
   * Whether a password that a client sent as text is right, in constant time. Costs milliseconds
   * where a verifier is stored.
   *
   * @param md5Allowed whether the md5 form may let anybody in
   */
  public boolean matches(String candidate, boolean md5Allowed) {
    if (password != null) {
      return MessageDigest.isEqual(utf8(password), utf8(candidate));
    }
    if (md5 != null) {
      return md5Allowed && MessageDigest.isEqual(utf8(md5), utf8(Md5.stored(user, candidate)));
    }
    Verifier known = verifier;
    return known != null && known.verify(candidate);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "UserSecret[" + user + ", ***]";
  }
}
