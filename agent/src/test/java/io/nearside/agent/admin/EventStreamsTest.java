package io.nearside.agent.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.cluster.ClusterEvent;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code GET /cluster/events}. */
final class EventStreamsTest {
  private final AdminFixture admin = new AdminFixture();
  private final List<Listener> listeners = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (Listener listener : listeners) {
      listener.socket.close();
    }
    admin.close();
  }

  private static ClusterEvent event(String detail) {
    return new ClusterEvent(
        ClusterEvent.Type.EPOCH, Instant.parse("2026-01-02T03:04:05Z"), "node-2", detail);
  }

  /** A client that reads when told to. */
  private static final class Listener {
    private final Socket socket;
    private final BufferedReader reader;

    Listener(int port, String header) throws IOException {
      socket = new Socket();
      socket.setReceiveBufferSize(4096);
      socket.connect(
          new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write(
              ("GET /cluster/events HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    /** The next line that begins so; what is chunked around it is skipped. */
    String line(String prefix) throws IOException {
      while (true) {
        String line = Objects.requireNonNull(reader.readLine(), "closed");
        if (line.startsWith(prefix)) {
          return line;
        }
      }
    }
  }

  private Listener listen(String header) throws IOException {
    var listener = new Listener(admin.server.port(), header);
    listeners.add(listener);
    return listener;
  }

  /** A listener that the stream has been opened for. */
  private Listener opened(String header) throws IOException {
    Listener listener = listen(header);
    listener.line("retry: ");
    return listener;
  }

  @Test
  void event_published_reachesEveryClient() throws IOException {
    Listener one = opened("");
    Listener other = opened("");
    admin.event(event("bus-gap"));
    for (Listener listener : List.of(one, other)) {
      assertEquals("event: epoch", listener.line("event: "));
      var data = new JsonObject(listener.line("data: ").substring("data: ".length()));
      assertEquals("node-2", data.getString("node"));
      assertEquals("bus-gap", data.getString("detail"));
      assertEquals("2026-01-02T03:04:05Z", data.getString("at"));
    }
  }

  @Test
  void event_afterTheEnd_harmsNobody() throws IOException {
    Listener listener = opened("");
    admin.stop();
    admin.event(event("bus-lost"));
    assertThrows(NullPointerException.class, () -> listener.line("event: "));
  }

  @Test
  void lastEventId_given_whatCameAfterItIsRepeated() throws IOException {
    Listener first = opened("");
    for (int i = 1; i <= 3; i++) {
      admin.event(event("e" + i));
    }
    first.line("id: 3");
    Listener back = opened("Last-Event-ID: 1\r\n");
    assertEquals("id: 2", back.line("id: "));
    assertEquals("id: 3", back.line("id: "));
    JsonArray recent = admin.json("/cluster/consistency").getJsonArray("recent");
    assertEquals(3, recent.size());
  }

  @Test
  void clients_beyondTheLimit_areRefused() throws IOException {
    for (int i = 0; i < EventStreams.CLIENTS_MAX; i++) {
      opened("");
    }
    assertTrue(listen("").line("HTTP/1.1").contains("503"));
    listeners.getFirst().socket.close();
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (!listen("").line("HTTP/1.1").contains("200")) {
      assertTrue(System.nanoTime() < deadline, "no place became free");
    }
  }

  @Test
  void slowReader_losesTheOldestAndIsTold() throws IOException {
    Listener slow = opened("");
    Listener quick = opened("");
    String padding = "x".repeat(8_000);
    int sent = 2_000;
    for (int i = 1; i <= sent; i++) {
      admin.event(event(padding));
      quick.line("id: " + i);
    }
    assertEquals("event: missed", slow.line("event: missed"));
    assertTrue(slow.line("data: ").matches("data: \\{\"count\":\\d+}"));
    slow.line("id: " + sent);
  }
}
