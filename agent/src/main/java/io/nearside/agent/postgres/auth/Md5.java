package io.nearside.agent.postgres.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * PostgreSQL's md5 authentication: {@code md5(md5(password + user) + salt)}. Only towards servers,
 * and only where the configuration allows it: what is stored is as good as the password.
 */
public final class Md5 {
  private static final Pattern STORED = Pattern.compile("md5[0-9a-f]{32}");
  private static final String PREFIX = "md5";

  private Md5() {}

  static boolean looksLike(String text) {
    return STORED.matcher(text).matches();
  }

  /** What a server stores for a user: {@code md5} and 32 hexadecimal digits. */
  public static String stored(String user, String password) {
    return PREFIX
        + hex(password.getBytes(StandardCharsets.UTF_8), user.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The text for the PasswordMessage that answers AuthenticationMD5Password.
   *
   * @param stored as {@link #stored} makes it, or as a userlist holds it
   * @param salt the four bytes of the server's message
   */
  public static String answer(String stored, byte[] salt) {
    byte[] inner = stored.substring(PREFIX.length()).getBytes(StandardCharsets.US_ASCII);
    return PREFIX + hex(inner, salt);
  }

  private static String hex(byte[] first, byte[] second) {
    MessageDigest md5 = Crypto.digest("MD5");
    md5.update(first);
    md5.update(second);
    return HexFormat.of().formatHex(md5.digest());
  }
}
