package io.nearside.agent.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may ask what. */
final class AdminGuardTest {
  private static final String TOKEN = "a-token-of-some-length";

  @Test
  void change_loopbackNoToken_passes() {
    try (var admin = new AdminFixture()) {
      assertEquals(200, admin.send("POST", "/cluster/leave", "").statusCode());
    }
  }

  @Test
  void change_loopbackTokenSet_needsIt() {
    try (var admin = new AdminFixture("127.0.0.1", TOKEN)) {
      assertEquals(401, admin.send("POST", "/cluster/leave", "").statusCode());
      assertFalse(admin.bus.left);
    }
  }

  @Test
  void change_elsewhereNoToken_isRefusedWithTheReason() {
    try (var admin = new AdminFixture("0.0.0.0", "")) {
      for (List<String> change :
          List.of(
              List.of("POST", "/cluster/leave"),
              List.of("POST", "/config/reload"),
              List.of("POST", "/cache/invalidate"),
              List.of("DELETE", "/cache/keys/x"))) {
        HttpResponse<String> answer = admin.send(change.get(0), change.get(1), "{\"all\":true}");
        assertEquals(403, answer.statusCode(), change.toString());
        assertTrue(answer.body().contains("admin.token"), answer.body());
      }
      assertFalse(admin.bus.left);
      assertEquals(List.of(), admin.cache.asked);
      assertEquals(200, admin.get("/cluster").statusCode());
    }
  }

  @Test
  void end_fromThisHost_isHeardWhateverTheListenerIsBoundTo() throws InterruptedException {
    try (var admin = new AdminFixture("0.0.0.0", "")) {
      admin.lifecycle.clients = 3;
      HttpResponse<String> answer = admin.send("POST", "/drain", "");
      assertEquals(200, answer.statusCode(), answer.body());
      assertEquals(3, new JsonObject(answer.body()).getInteger("clients"));
      assertTrue(admin.lifecycle.draining());
      assertFalse(admin.lifecycle.ended());
      assertEquals(200, admin.send("POST", "/shutdown", "").statusCode());
      assertTrue(admin.lifecycle.endsWithin(20));
    }
  }

  @Test
  void end_tokenSet_needsIt() {
    try (var admin = new AdminFixture("0.0.0.0", TOKEN)) {
      assertEquals(401, admin.send("POST", "/shutdown", "").statusCode());
      assertEquals(401, admin.send("POST", "/drain", "").statusCode());
      assertFalse(admin.lifecycle.draining() || admin.lifecycle.ended());
    }
  }

  @Test
  void end_fromAnotherHost_isRefused() throws IOException {
    InetAddress own =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
            .findFirst()
            .orElse(null);
    assumeTrue(own != null, "this host has no address but loopback");
    try (var admin = new AdminFixture("0.0.0.0", "");
        var socket = new Socket(own, admin.server.port())) {
      socket
          .getOutputStream()
          .write("POST /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(US_ASCII));
      var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
      assertEquals("HTTP/1.1 403 Forbidden", in.readLine());
      assertFalse(admin.lifecycle.ended());
    }
  }

  @Test
  void change_elsewhere_needsTheRightToken() {
    try (var admin = new AdminFixture("0.0.0.0", TOKEN)) {
      HttpResponse<String> without = admin.send("POST", "/cluster/leave", "");
      assertEquals(401, without.statusCode());
      assertTrue(without.headers().firstValue("WWW-Authenticate").orElse("").startsWith("Bearer"));
      for (String wrong :
          List.of(
              "Bearer", "Bearer ", "Bearer x", "Basic " + TOKEN, TOKEN, "Bearer " + TOKEN + "x")) {
        assertEquals(
            401,
            admin.send("POST", "/cluster/leave", "", "Authorization", wrong).statusCode(),
            wrong);
      }
      assertFalse(admin.bus.left);
      assertEquals(
          200,
          admin
              .send("POST", "/cluster/leave", "", "Authorization", "bearer " + TOKEN)
              .statusCode());
      assertTrue(admin.bus.left);
    }
  }

  @Test
  void change_withOrigin_isRefused() {
    try (var admin = new AdminFixture()) {
      HttpResponse<String> answer =
          admin.send("POST", "/cluster/leave", "", "Origin", "http://evil.example");
      assertEquals(403, answer.statusCode());
      assertFalse(admin.bus.left);
    }
  }

  @Test
  void host_loopback_mustBeOurs() throws IOException {
    try (var admin = new AdminFixture()) {
      int port = admin.server.port();
      for (String ours :
          List.of(
              "localhost:" + port, "LOCALHOST", "127.0.0.1:" + port, "[::1]:" + port, "10.0.0.7")) {
        assertEquals("200", status(port, "Host: " + ours), ours);
      }
      for (String foreign :
          List.of(
              "evil.example", "evil.example:" + port, "127.0.0.1.evil.example", "localhost.evil")) {
        assertEquals("403", status(port, "Host: " + foreign), foreign);
      }
      assertEquals("400", status(port, "Host: bad host:x"));
      assertEquals("400", status(port, "X-Other: no host at all"));
    }
  }

  @Test
  void host_elsewhere_mayBeAnyName() throws IOException {
    try (var admin = new AdminFixture("0.0.0.0", TOKEN)) {
      assertEquals("200", status(admin.server.port(), "Host: nearside.monitoring.svc"));
    }
  }

  private static String status(int port, String header) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              ("GET /cluster HTTP/1.1\r\n" + header + "\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      var reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      String line = reader.readLine();
      return line == null ? "closed" : line.split(" ", 3)[1];
    }
  }
}
