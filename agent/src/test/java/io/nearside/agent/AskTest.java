package io.nearside.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A hook beside a sidecar that answers as it is told. */
@Timeout(30)
final class AskTest {
  private static final String NO_ANSWER = "";

  private final ServerSocket listener;

  AskTest() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws IOException {
    listener.close();
  }

  private static String answer(String status, String body) {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }

  private static String clients(int count) {
    return answer("200 OK", "{\"draining\":true,\"clients\":" + count + "}");
  }

  /** One connection for each answer, no more. */
  private void answers(List<String> answers) {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              for (String answer : answers) {
                try (var asked = listener.accept()) {
                  var _ = asked.getInputStream().readNBytes(1);
                  asked.getOutputStream().write(answer.getBytes(US_ASCII));
                  asked.shutdownOutput();
                  var _ = asked.getInputStream().transferTo(OutputStream.nullOutputStream());
                } catch (IOException e) {
                  return;
                }
              }
            });
  }

  private int ask(String... question) throws InterruptedException {
    return Ask.run(
        question, Map.of("NEARSIDE_ADMIN_PORT", Integer.toString(listener.getLocalPort())));
  }

  @Test
  void drain_noAnswerOnTheWay_waitsOnForTheLastClient() throws InterruptedException {
    answers(List.of(clients(2), NO_ANSWER, clients(1), clients(0)));
    assertEquals(0, ask("drain", "--wait", "50"));
  }

  @Test
  void drain_refused_isNotAskedAgain() throws InterruptedException {
    answers(List.of(answer("401 Unauthorized", "{\"error\":\"admin.token is asked for\"}")));
    assertEquals(1, ask("drain", "--wait", "50"));
  }

  @Test
  void drain_timeOver_isAYes() throws InterruptedException {
    answers(List.of(clients(7)));
    assertEquals(0, ask("drain"));
  }

  @Test
  void readyz_onlyLater_isWaitedFor() throws InterruptedException {
    answers(List.of(answer("503 Service Unavailable", "{}"), NO_ANSWER, answer("200 OK", "{}")));
    assertEquals(0, ask("readyz", "--wait", "50"));
  }
}
