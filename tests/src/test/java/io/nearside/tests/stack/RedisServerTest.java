package io.nearside.tests.stack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RedisServerTest {
  @Test
  void start_plain_answersOnBothSockets() throws IOException {
    try (RedisServer server = RedisServer.start();
        RawRedis tcp = RawRedis.connect(server.port());
        RawRedis unix = RawRedis.connect(server.unixSocket())) {
      assertEquals("+OK\r\n", tcp.ask("SET", "a", "b"));
      assertEquals("$1\r\nb\r\n", unix.ask("GET", "a"));
      assertEquals("7.0.15", server.info().get("redis_version"));
    }
  }

  @Test
  void start_withPassword_ownCommandsAreLoggedIn() {
    try (RedisServer server = RedisServer.start("--requirepass", "secret")) {
      assertEquals("+PONG\r\n", server.command("PING"));
    }
  }

  @Test
  void start_wrongOption_saysWhatTheServerSaid() {
    var failure =
        assertThrows(IllegalStateException.class, () -> RedisServer.start("--no-such-thing", "1"));
    assertTrue(failure.toString().contains("no-such-thing"), failure.toString());
  }

  @Test
  void pause_thenResume_answersLate() throws IOException {
    try (RedisServer server = RedisServer.start();
        RawRedis client = server.connect()) {
      server.pause();
      client.send(RawRedis.encode("PING"));
      assertFalse(client.hasBytesWithin(Duration.ofMillis(100)));
      server.resume();
      assertEquals("+PONG\r\n", new String(client.read(1).getFirst(), UTF_8));
    }
  }

  @Test
  void restart_afterKill_samePortAndEmpty() throws IOException {
    try (RedisServer server = RedisServer.start()) {
      server.command("SET", "a", "b");
      int port = server.port();
      try (RawRedis client = server.connect()) {
        server.kill();
        assertThrows(IOException.class, () -> client.ask("PING"));
      }
      server.restart();
      assertEquals(port, server.port());
      assertEquals("$-1\r\n", server.command("GET", "a"));
      server.stop();
      assertThrows(IOException.class, () -> RawRedis.connect(port).close());
    }
  }

  @Test
  void close_running_leavesNoProcessAndNoFolder() {
    RedisServer server = RedisServer.start();
    Path folder = server.folder();
    long pid = server.pid();
    assertTrue(ProcFigures.residentBytes(pid) > 1_000_000);
    server.close();
    assertFalse(Files.exists(folder));
    assertFalse(ProcessHandle.of(pid).isPresent());
  }

  @Test
  void read_deepPipelineOfBigReplies_sendsAndReadsAtOnce() throws IOException {
    byte[] value = new byte[1 << 20];
    Arrays.fill(value, (byte) 7);
    try (RedisServer server = RedisServer.start();
        RawRedis client = server.connect()) {
      client.send(RawRedis.encode(List.of("SET".getBytes(UTF_8), "big".getBytes(UTF_8), value)));
      client.send("GET big\r\n".repeat(40).getBytes(UTF_8));
      List<byte[]> replies = client.read(41);
      assertEquals("+OK\r\n", new String(replies.getFirst(), UTF_8));
      assertEquals((1 << 20) + 12, replies.get(40).length);
      assertArrayEquals(replies.get(1), replies.get(40));
    }
  }

  @Test
  void read_tooFewReplies_saysWhatCame() throws IOException {
    try (RedisServer server = RedisServer.start();
        RawRedis client = server.connect()) {
      client.send(RawRedis.encode("PING"));
      var late =
          assertThrows(SocketTimeoutException.class, () -> client.read(2, Duration.ofMillis(100)));
      assertEquals("only 1 of 2 replies, then nothing", late.getMessage());
      client.send(RawRedis.encode("QUIT"));
      assertEquals("+OK\r\n", new String(client.readToEnd(RawRedis.TIMEOUT), UTF_8));
      assertThrows(EOFException.class, () -> client.read(1));
    }
  }

  @Test
  void end_everyRespType_delimitsOneReply() {
    for (String reply :
        List.of(
            "+OK\r\n",
            "-ERR x\r\n",
            ":-1\r\n",
            "$-1\r\n",
            "$0\r\n\r\n",
            "$2\r\n\r\n\r\n",
            "*-1\r\n",
            "*0\r\n",
            "*2\r\n*1\r\n:1\r\n$1\r\na\r\n",
            "_\r\n",
            "#t\r\n",
            ",1.5\r\n",
            "(123\r\n",
            "!3\r\nERR\r\n",
            "=5\r\ntxt:a\r\n",
            "%1\r\n+a\r\n~1\r\n:1\r\n",
            ">2\r\n+a\r\n+b\r\n",
            "|1\r\n+ttl\r\n:1\r\n+v\r\n")) {
      byte[] bytes = (reply + "+NEXT\r\n").getBytes(UTF_8);
      assertEquals(reply.length(), ReplyScanner.end(bytes, 0, bytes.length), reply);
      for (int cut = 0; cut < reply.length(); cut++) {
        assertEquals(ReplyScanner.INCOMPLETE, ReplyScanner.end(bytes, 0, cut), reply + cut);
      }
    }
  }
}
