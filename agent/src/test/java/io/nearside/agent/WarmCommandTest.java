package io.nearside.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What {@code nearside warm} says to the admin listener, and its exit code. */
final class WarmCommandTest {
  private final List<String> asked = new ArrayList<>();
  private final HttpServer server = server();
  private volatile int status = 200;

  private HttpServer server() {
    try {
      HttpServer http =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
      http.createContext(
          "/",
          exchange -> {
            asked.add(
                exchange.getRequestMethod()
                    + " "
                    + exchange.getRequestURI()
                    + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)
                    + " "
                    + exchange.getRequestHeaders().getFirst("Authorization"));
            exchange.sendResponseHeaders(status, 0);
            exchange.close();
          });
      http.start();
      return http;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @AfterEach
  void close() {
    server.stop(0);
  }

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--admin=http://127.0.0.1:" + server.getAddress().getPort());
    return new CommandLine(new WarmCommand()).execute(all.toArray(String[]::new));
  }

  @Test
  void warm_named_isPosted() {
    assertEquals(
        0, run("--pattern", "a:*", "--key", "k", "--key", "HGETALL h", "--token", "secret"));
    assertEquals(
        List.of(
            "POST /cache/warm {\"patterns\":[\"a:*\"],\"keys\":[\"k\",\"HGETALL h\"]} Bearer"
                + " secret"),
        asked);
  }

  @Test
  void warm_refused_isExitOne() {
    status = 409;
    assertEquals(1, run());
    assertEquals(
        "POST /cache/warm {\"patterns\":[],\"keys\":[]}",
        asked.getFirst().substring(0, asked.getFirst().lastIndexOf(' ')));
  }
}
