package io.nearside.agent;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks the sidecar of this host one question and ends: what the hooks of a container call, where
 * there is no shell and no curl. It uses nothing but the JDK's base, so that it starts in a moment.
 *
 * <pre>
 *   livez | readyz | startupz [--wait SECONDS]   is it? with --wait: until it is
 *   drain [--wait SECONDS]                       begins the drain; with --wait: until no client is left
 *   shutdown                                     ends it
 * </pre>
 *
 * <p>The admin listener's port is {@code NEARSIDE_ADMIN_PORT} (9091), its host the loopback address
 * unless {@code NEARSIDE_ADMIN_HOST} names one that is not a wildcard; the token is {@code
 * NEARSIDE_ADMIN_TOKEN}. Exit code 0 for yes, 1 for no, 2 for wrong usage. A drain whose time is
 * over is a yes: whoever asked goes on.
 */
public final class Ask {
  private static final int TIMEOUT_MILLIS = 2_000;
  private static final int PAUSE_MILLIS = 100;
  private static final int ANSWER_BYTES_MAX = 64 * 1024;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (?<status>\\d{3}) .*");
  private static final Pattern CLIENTS = Pattern.compile("\"clients\"\\s*:\\s*(?<clients>\\d+)");

  private final String host;
  private final int port;
  private final String token;

  private Ask(String host, int port, String token) {
    this.host = host;
    this.port = port;
    this.token = token;
  }

  public static void main(String[] args) throws InterruptedException {
    System.exit(run(args, System.getenv()));
  }

  static int run(String[] args, Map<String, String> environment) throws InterruptedException {
    boolean waits = args.length == 3 && args[1].equals("--wait") && args[2].matches("\\d{1,5}");
    if (args.length != 1 && !waits) {
      return usage();
    }
    long deadline = System.nanoTime() + (waits ? Long.parseLong(args[2]) : 0) * 1_000_000_000;
    Ask ask;
    try {
      ask = of(environment);
    } catch (IllegalArgumentException e) {
      System.err.println("nearside: " + e.getMessage());
      return 2;
    }
    return switch (args[0]) {
      case "livez", "readyz", "startupz" -> ask.until(deadline, args[0]) ? 0 : 1;
      case "drain" -> ask.drain(deadline) ? 0 : 1;
      case "shutdown" -> ask.send("POST", "shutdown").isGood() ? 0 : 1;
      default -> usage();
    };
  }

  private static Ask of(Map<String, String> environment) {
    String host = environment.getOrDefault("NEARSIDE_ADMIN_HOST", "");
    boolean wildcard = host.isEmpty() || host.equals("0.0.0.0") || host.equals("::");
    String port = environment.getOrDefault("NEARSIDE_ADMIN_PORT", "9091");
    if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
      throw new IllegalArgumentException("NEARSIDE_ADMIN_PORT is no port: " + port);
    }
    return new Ask(
        wildcard ? InetAddress.getLoopbackAddress().getHostAddress() : host,
        Integer.parseInt(port),
        environment.getOrDefault("NEARSIDE_ADMIN_TOKEN", ""));
  }

  private static int usage() {
    System.err.println(
        "usage: livez | readyz | startupz [--wait SECONDS] | drain [--wait SECONDS] | shutdown");
    return 2;
  }

  private boolean until(long deadline, String probe) throws InterruptedException {
    while (!send("GET", probe).isGood()) {
      if (System.nanoTime() - deadline >= 0) {
        return false;
      }
      Thread.sleep(PAUSE_MILLIS);
    }
    return true;
  }

  /**
   * An answer that does not come is asked for again: a busy sidecar must not have its app's
   * connections ended early.
   */
  private boolean drain(long deadline) throws InterruptedException {
    Answer answer = send("POST", "drain");
    while (!answer.endsDrain() && System.nanoTime() - deadline < 0) {
      Thread.sleep(PAUSE_MILLIS);
      answer = send("POST", "drain");
    }
    return answer.isGood();
  }

  /** An answer, or why there is none (status 0). */
  private record Answer(int status, String text) {
    boolean isGood() {
      return status == 200;
    }

    /** No client is left, or the sidecar refuses to drain. */
    boolean endsDrain() {
      return isGood() ? clients() == 0 : status != 0;
    }

    /** -1 when it does not say. */
    int clients() {
      Matcher clients = CLIENTS.matcher(text);
      return clients.find() ? Integer.parseInt(clients.group("clients")) : -1;
    }
  }

  private Answer send(String method, String path) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      String request =
          method
              + " /"
              + path
              + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n"
              + (token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n")
              + "\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return answer(socket.getInputStream());
    } catch (IOException e) {
      System.err.println("nearside: " + host + ":" + port + ": " + e.getMessage());
      return new Answer(0, "");
    }
  }

  private static Answer answer(InputStream in) throws IOException {
    String text = new String(in.readNBytes(ANSWER_BYTES_MAX), StandardCharsets.UTF_8);
    Matcher status = STATUS.matcher(text.lines().findFirst().orElse(""));
    if (!status.matches()) {
      throw new IOException("no HTTP answer");
    }
    int code = Integer.parseInt(status.group("status"));
    if (code != 200) {
      System.err.println(
          "nearside: " + code + " " + text.substring(Math.max(0, text.indexOf('{'))));
    }
    return new Answer(code, text);
  }
}
