package io.nearside.agent.postgres.auth;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Users and their secrets from a file in the format of PgBouncer's {@code userlist.txt}: a line a
 * user, {@code "name" "secret"}, {@code ""} for a quote within; the rest of a line is ignored, as
 * are empty lines and those that begin with {@code ;}. A secret is a password, {@code
 * SCRAM-SHA-256$...} or {@code md5...}. Immutable; {@code toString} shows no secret.
 */
public final class Userlist {
  private static final long FILE_BYTES_MAX = 64L << 20;

  /** No users. */
  public static final Userlist EMPTY = new Userlist(Map.of());

  private final Map<String, UserSecret> users;

  private Userlist(Map<String, UserSecret> users) {
    this.users = Map.copyOf(users);
  }

  /**
   * Reads a file; blocks.
   *
   * @throws IOException it can not be read, or is not well formed; the message names file and line,
   *     never what stands there
   */
  public static Userlist load(Path file) throws IOException {
    long bytes = Files.size(file);
    if (bytes > FILE_BYTES_MAX) {
      throw new IOException(file + ": " + bytes + " bytes (limit " + FILE_BYTES_MAX + ")");
    }
    try {
      return parse(file.toString(), Files.readAllLines(file, StandardCharsets.UTF_8));
    } catch (MalformedInputException e) {
      throw new IOException(file + ": not UTF-8", e);
    }
  }

  static Userlist parse(String name, List<String> lines) throws IOException {
    var users = new HashMap<String, UserSecret>();
    for (int i = 0; i < lines.size(); i++) {
      String where = name + ":" + (i + 1);
      UserSecret secret = new Line(lines.get(i), where).read();
      if (secret != null && users.put(secret.user(), secret) != null) {
        throw new IOException(where + ": a user that stands on a line before");
      }
    }
    return new Userlist(users);
  }

  /** What is stored for a user; null: not known. */
  public @Nullable UserSecret lookup(String user) {
    return users.get(user);
  }

  public int size() {
    return users.size();
  }

  @Override
  public String toString() {
    return "Userlist[" + users.size() + " users]";
  }

  /** One line, read from left to right. */
  private static final class Line {
    private final String text;
    private final String where;
    private int at;

    Line(String text, String where) {
      this.text = text;
      this.where = where;
    }

    @Nullable UserSecret read() throws IOException {
      skipBlanks();
      if (at == text.length() || text.charAt(at) == ';') {
        return null;
      }
      String user = quoted("the user's name");
      if (user.isEmpty()) {
        throw new IOException(where + ": an empty user name");
      }
      skipBlanks();
      String secret = quoted("the user's secret");
      try {
        return UserSecret.of(user, secret);
      } catch (AuthFailure e) {
        throw new IOException(where + ": " + e.getMessage(), e);
      }
    }

    private void skipBlanks() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
    }

    private String quoted(String what) throws IOException {
      if (at == text.length() || text.charAt(at) != '"') {
        throw new IOException(where + ": expected " + what + " in double quotes");
      }
      at++;
      var value = new StringBuilder();
      while (at < text.length()) {
        char c = text.charAt(at++);
        if (c != '"') {
          value.append(c);
        } else if (at < text.length() && text.charAt(at) == '"') {
          value.append('"');
          at++;
        } else {
          return value.toString();
        }
      }
      throw new IOException(where + ": no double quote behind " + what);
    }
  }
}
