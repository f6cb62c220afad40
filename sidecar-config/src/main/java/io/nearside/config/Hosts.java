package io.nearside.config;

import java.util.Locale;

/** What can be said of a host's name without resolving it. */
final class Hosts {
  private Hosts() {}

  /** Whether the name or address is this machine's loopback for certain. */
  static boolean loopback(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.equals("localhost") || name.equals("::1") || name.matches("127(\\.[0-9]{1,3}){3}");
  }

  /** Whether listening on both with one port would collide, as far as names show. */
  static boolean overlap(String one, String other) {
    return one.equalsIgnoreCase(other)
        || wildcard(one)
        || wildcard(other)
        || canonical(one).equals(canonical(other));
  }

  private static String canonical(String host) {
    return host.equalsIgnoreCase("localhost") ? "127.0.0.1" : host.toLowerCase(Locale.ROOT);
  }

  private static boolean wildcard(String host) {
    return host.equals("0.0.0.0") || host.equals("::");
  }
}
