package io.nearside.agent.admin;

import io.nearside.config.AdminConfig;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask what.
 *
 * <p>What changes state needs the bearer token (RFC 6750) where the listener is not on loopback,
 * and on loopback too once a token is set; where it is not on loopback and none is set, it is
 * refused. What ends the sidecar is for its own host alone, whatever the listener is bound to, and
 * needs the token once one is set. A browser must not be tricked into asking for somebody else:
 * what changes state is refused when it comes with an {@code Origin}, and on loopback every request
 * whose {@code Host} is a name that anybody's DNS could have answered for (DNS rebinding).
 */
final class AdminGuard {
  private static final String SCHEME = "Bearer ";
  private static final Pattern ADDRESS =
      Pattern.compile("[0-9.]+|\\[?[0-9a-fA-F:.]*:[0-9a-fA-F:.]*]?");

  private final String host;
  private final boolean loopback;
  private final boolean tokenSet;
  private final byte[] tokenDigest;

  AdminGuard(AdminConfig config) {
    this.host = config.host().toLowerCase(Locale.ROOT);
    this.loopback = config.loopback();
    this.tokenSet = config.token().isSet();
    this.tokenDigest = digest(config.token().reveal());
  }

  /** Lets the request through, or answers it. */
  void check(RoutingContext request, Access access) {
    // A browser always sends the header; what sends none is no browser.
    if ((loopback || access == Access.END)
        && request.request().headers().contains(HttpHeaders.HOST)
        && !isOurs(request.request().authority())) {
      Answers.error(
          request, 403, "the Host header names neither an address nor localhost nor " + host);
      return;
    }
    if (access != Access.READ) {
      if (request.request().headers().contains(HttpHeaders.ORIGIN)) {
        Answers.error(request, 403, "a browser may not change anything from another page");
        return;
      }
      if (access == Access.END && !isFromHere(request)) {
        Answers.error(request, 403, "only from this host (in a pod: from a container of it)");
        return;
      }
      if (!authorized(request, access)) {
        return;
      }
    }
    request.next();
  }

  private boolean authorized(RoutingContext request, Access access) {
    if (!tokenSet) {
      if (loopback || access == Access.END) {
        return true;
      }
      Answers.error(
          request,
          403,
          "refused: admin.token is not set, and without one nothing can be changed where admin.host"
              + " is not loopback");
      return false;
    }
    String header = request.request().getHeader(HttpHeaders.AUTHORIZATION);
    if (header != null
        && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        // Digests: the time tells nothing of the token's length either.
        && MessageDigest.isEqual(tokenDigest, digest(header.substring(SCHEME.length()).trim()))) {
      return true;
    }
    request.response().putHeader("WWW-Authenticate", "Bearer realm=\"nearside\"");
    Answers.error(request, 401, "admin.token is asked for: Authorization: Bearer TOKEN");
    return false;
  }

  private static boolean isFromHere(RoutingContext request) {
    String address = request.request().connection().remoteAddress(true).hostAddress();
    return address != null && InetAddress.ofLiteral(address).isLoopbackAddress();
  }

  private boolean isOurs(@Nullable HostAndPort authority) {
    if (authority == null) {
      return false;
    }
    String name = authority.host().toLowerCase(Locale.ROOT);
    return name.equals("localhost") || name.equals(host) || ADDRESS.matcher(name).matches();
  }

  private static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
