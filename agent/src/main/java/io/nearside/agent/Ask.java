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
  /** For an answer: a starved sidecar that was never asked before takes seconds. */
  private static final int ANSWER_SECONDS = 10;

  private static final int LAST_ANSWER_MILLIS = 1_000;
  private static final int PAUSE_MILLIS = 100;
  private static final int ANSWER_BYTES_MAX = 64 * 1024;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (?<status>\\d{3}) .*");
  private static final Pattern CLIENTS = Pattern.compile("\"clients\"\\s*:\\s*(?<clients>\\d+)");

  private final String host;
  private final int port;
  private final String token;
  private final boolean waits;
  private final long deadline;

  private Ask(String host, int port, String token, boolean waits, int seconds) {
    this.host = host;
    this.port = port;
    this.token = token;
    this.waits = waits;
    this.deadline = System.nanoTime() + seconds * 1_000_000_000L;
  }

  public static void main(String[] args) throws InterruptedException {
    System.exit(run(args, System.getenv()));
  }

  static int run(String[] args, Map<String, String> environment) throws InterruptedException {
    boolean waits = args.length == 3 && args[1].equals("--wait") && args[2].matches("\\d{1,5}");
    if (args.length != 1 && !waits) {
      return usage();
    }
    Ask ask;
    try {
      ask = of(environment, waits, waits ? Integer.parseInt(args[2]) : ANSWER_SECONDS);
    } catch (IllegalArgumentException e) {
      System.err.println("nearside: " + e.getMessage());
      return 2;
    }
    return switch (args[0]) {
      case "livez", "readyz", "startupz" -> ask.until(args[0]) ? 0 : 1;
      case "drain" -> ask.drain() ? 0 : 1;
      case "shutdown" -> ask.send("POST", "shutdown").isGood() ? 0 : 1;
      default -> usage();
    };
  }

  private static Ask of(Map<String, String> environment, boolean waits, int seconds) {
    String host = environment.getOrDefault("NEARSIDE_ADMIN_HOST", "");
    boolean wildcard = host.isEmpty() || host.equals("0.0.0.0") || host.equals("::");
    String port = environment.getOrDefault("NEARSIDE_ADMIN_PORT", "9091");
    if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
      throw new IllegalArgumentException("NEARSIDE_ADMIN_PORT is no port: " + port);
    }
    return new Ask(
        wildcard ? InetAddress.getLoopbackAddress().getHostAddress() : host,
        Integer.parseInt(port),
        environment.getOrDefault("NEARSIDE_ADMIN_TOKEN", ""),
        waits,
        seconds);
  }

  private static int usage() {
    System.err.println(
        "usage: livez | readyz | startupz [--wait SECONDS] | drain [--wait SECONDS] | shutdown");
    return 2;
  }

  private boolean until(String probe) throws InterruptedException {
    do {
      if (send("GET", probe).isGood()) {
        return true;
      }
    } while (isToAskAgain());
    return false;
  }

  /**
   * An answer that does not come is asked for again: a busy sidecar must not have its app's
   * connections ended early.
   */
  private boolean drain() throws InterruptedException {
    boolean begun = false;
    Answer answer;
    do {
      answer = send("POST", "drain");
      begun |= answer.isGood();
    } while (!answer.endsDrain() && isToAskAgain());
    return begun;
  }

  /** After a pause, if there is time left. */
  private boolean isToAskAgain() throws InterruptedException {
    if (!waits || System.nanoTime() - deadline >= 0) {
      return false;
    }
    Thread.sleep(PAUSE_MILLIS);
    return true;
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
      long left = (deadline - System.nanoTime()) / 1_000_000;
      int timeout = Math.clamp(left, LAST_ANSWER_MILLIS, ANSWER_SECONDS * 1_000);
      socket.connect(new InetSocketAddress(host, port), timeout);
      socket.setSoTimeout(timeout);
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
