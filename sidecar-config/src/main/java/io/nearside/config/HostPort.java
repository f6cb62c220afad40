package io.nearside.config;

/**
 * A host name or address and a port; IPv6 addresses are written in brackets.
 *
 * @param host without brackets
 * @param port 1..65535
 */
public record HostPort(String host, int port) {
  static final String EXPECTED = "expected host:port or [ipv6]:port with a port of 1..65535";

  public HostPort {
    if (host.isEmpty() || host.chars().anyMatch(c -> c <= ' ' || "/@[]?#".indexOf(c) >= 0)) {
      throw new IllegalArgumentException(EXPECTED);
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException(EXPECTED);
    }
  }

  /**
   * Reads {@code host:port}.
   *
   * @throws IllegalArgumentException with the expectation as its message
   */
  public static HostPort parse(String text) {
    return parse(text, 0);
  }

  /** As {@link #parse(String)}, where the port may be missing if {@code portDefault} is not 0. */
  static HostPort parse(String text, int portDefault) {
    int hostEnd = text.startsWith("[") ? text.indexOf(']') + 1 : text.indexOf(':');
    boolean bracketed = text.startsWith("[");
    if (bracketed && hostEnd == 0) {
      throw new IllegalArgumentException(EXPECTED);
    }
    if (hostEnd < 0) {
      hostEnd = text.length();
    }
    String host = bracketed ? text.substring(1, hostEnd - 1) : text.substring(0, hostEnd);
    String rest = text.substring(hostEnd);
    if (rest.isEmpty()) {
      return new HostPort(host, portDefault);
    }
    if (!rest.matches(":[0-9]{1,5}")) {
      throw new IllegalArgumentException(EXPECTED);
    }
    return new HostPort(host, Integer.parseInt(rest.substring(1)));
  }

  /** The form that {@link #parse(String)} reads. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
