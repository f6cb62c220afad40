package io.nearside.config;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/**
 * Where the upstream Redis is: {@code redis://[[user]:password@]host[:port][/db]}, {@code
 * rediss://} for TLS, or {@code unix://[[user]:password@]/path[?db=N]}. User and password are
 * percent-decoded.
 *
 * @param scheme TCP, TLS or a unix socket
 * @param host without brackets; empty for a unix socket
 * @param port 1..65535; 0 for a unix socket
 * @param socketPath absolute path; empty for TCP
 * @param username empty when the URL names none
 * @param password not set when the URL holds none
 * @param database what connections select first, 0..65535
 */
public record UpstreamUrl(
    Scheme scheme,
    String host,
    int port,
    String socketPath,
    String username,
    Secret password,
    int database) {

  /** How the upstream is reached. */
  public enum Scheme {
    REDIS("redis"),
    REDISS("rediss"),
    UNIX("unix");

    private final String prefix;

    Scheme(String prefix) {
      this.prefix = prefix;
    }
  }

  static final String EXPECTED =
      "expected redis://[[user]:password@]host[:port][/db], rediss://... or unix:///path";

  private static final int PORT_DEFAULT = 6379;
  private static final int DATABASE_MAX = 65_535;

  public UpstreamUrl {
    boolean unix = scheme == Scheme.UNIX;
    if (unix != host.isEmpty() || unix == socketPath.isEmpty() || unix != (port == 0)) {
      throw new IllegalArgumentException(EXPECTED);
    }
    if (database < 0 || database > DATABASE_MAX) {
      throw new IllegalArgumentException("expected a database number of 0.." + DATABASE_MAX);
    }
  }

  /** Whether the connection is made with TLS. */
  public boolean tls() {
    return scheme == Scheme.REDISS;
  }

  /** Whether it is a unix socket. */
  public boolean unix() {
    return scheme == Scheme.UNIX;
  }

  /**
   * Reads a URL.
   *
   * @throws IllegalArgumentException with the expectation as its message; the URL is not in it, as
   *     it may hold a password
   */
  public static UpstreamUrl parse(String text) {
    int schemeEnd = text.indexOf("://");
    if (schemeEnd < 0) {
      throw new IllegalArgumentException(EXPECTED);
    }
    Scheme scheme = scheme(text.substring(0, schemeEnd));
    String rest = text.substring(schemeEnd + 3);
    int slash = rest.indexOf('/');
    int authorityEnd = slash < 0 ? rest.length() : slash;
    int at = rest.lastIndexOf('@', authorityEnd);
    String username = "";
    Secret password = Secret.none();
    if (at >= 0) {
      int colon = rest.indexOf(':');
      if (colon < 0 || colon > at || colon + 1 == at) {
        throw new IllegalArgumentException("expected user:password@ or :password@ before the host");
      }
      username = decode(rest.substring(0, colon));
      password = Secret.of(decode(rest.substring(colon + 1, at)));
    }
    String address = rest.substring(at + 1, authorityEnd);
    String path = rest.substring(authorityEnd);
    return scheme == Scheme.UNIX
        ? unix(address, path, username, password)
        : tcp(scheme, address, path, username, password);
  }

  private static Scheme scheme(String name) {
    return switch (name) {
      case "redis" -> Scheme.REDIS;
      case "rediss" -> Scheme.REDISS;
      case "unix" -> Scheme.UNIX;
      case "redis-sentinel", "rediss-sentinel" ->
          throw new IllegalArgumentException("Sentinel is a later capability; " + EXPECTED);
      case "redis-cluster", "rediss-cluster" ->
          throw new IllegalArgumentException("Redis Cluster is a later capability; " + EXPECTED);
      default -> throw new IllegalArgumentException(EXPECTED);
    };
  }

  private static UpstreamUrl tcp(
      Scheme scheme, String address, String path, String username, Secret password) {
    if (address.indexOf(',') >= 0) {
      throw new IllegalArgumentException(
          "several hosts (Sentinel, Redis Cluster) are a later capability; " + EXPECTED);
    }
    HostPort hostPort = HostPort.parse(address, PORT_DEFAULT);
    String database = path.isEmpty() ? "" : path.substring(1);
    return new UpstreamUrl(
        scheme, hostPort.host(), hostPort.port(), "", username, password, database(database));
  }

  private static UpstreamUrl unix(String address, String path, String username, Secret password) {
    int query = path.indexOf('?');
    String socketPath = query < 0 ? path : path.substring(0, query);
    String database = "";
    if (query >= 0) {
      if (!path.startsWith("db=", query + 1)) {
        throw new IllegalArgumentException("expected unix:///path?db=N");
      }
      database = path.substring(query + 4);
    }
    if (!address.isEmpty() || socketPath.length() < 2) {
      throw new IllegalArgumentException("expected unix:///path with an absolute path");
    }
    return new UpstreamUrl(Scheme.UNIX, "", 0, socketPath, username, password, database(database));
  }

  private static int database(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    if (!text.matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException("expected a database number of 0.." + DATABASE_MAX);
    }
    return Integer.parseInt(text);
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      // Its message quotes a part of the password.
      throw new IllegalArgumentException("expected percent escapes of two hexadecimal digits");
    }
  }

  /** What may be shown of a text that was meant to be such a URL, whatever it is. */
  static String redact(String text) {
    int at = text.lastIndexOf('@');
    int schemeEnd = text.indexOf("://");
    int from = schemeEnd < 0 || schemeEnd > at ? 0 : schemeEnd + 3;
    return at < 0 ? text : text.substring(0, from) + "***" + text.substring(at);
  }

  /** The URL with {@code ***} for the password. */
  @Override
  public String toString() {
    String user = password.isSet() ? username + ":***@" : "";
    String db = database == 0 ? "" : (unix() ? "?db=" : "/") + database;
    String place = unix() ? socketPath : new HostPort(host, port).toString();
    return scheme.prefix + "://" + user + place + db;
  }
}
