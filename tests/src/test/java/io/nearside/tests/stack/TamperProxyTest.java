package io.nearside.tests.stack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.stack.TamperProxy.Cut;
import io.nearside.tests.stack.TamperProxy.Direction;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway.Init") // set by the lifecycle methods before every test
final class TamperProxyTest {
  private static final Duration SOON = Duration.ofMillis(150);
  private static final String PONG = "+PONG\r\n";

  private static RedisServer server;
  private TamperProxy proxy;
  private RawRedis client;

  @BeforeAll
  static void startServer() {
    server = RedisServer.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void connect() throws IOException {
    proxy = TamperProxy.inFrontOf(server.port());
    client = RawRedis.connect(proxy.port());
    assertEquals(PONG, client.ask("PING"));
  }

  @AfterEach
  void close() {
    client.close();
    proxy.close();
  }

  @Test
  void jitter_repliesAreLateByRandomTimes() throws IOException {
    proxy.jitter(Direction.TO_CLIENT, 30_000);
    long start = System.nanoTime();
    for (int i = 0; i < 20; i++) {
      assertEquals(":" + (i + 1) + "\r\n", client.ask("INCR", "jitter"));
    }
    // Twenty draws up to 30 ms that come to less than 30 ms in all: once in 10^18 runs.
    assertTrue(System.nanoTime() - start >= 30_000_000, "no jitter");
  }

  @Test
  void delay_bothDirections_addsUp() throws IOException {
    proxy.delay(Direction.TO_UPSTREAM, 20_000);
    proxy.delay(Direction.TO_CLIENT, 30_000);
    long start = System.nanoTime();
    client.ask("PING");
    assertTrue(System.nanoTime() - start >= 50_000_000, "faster than its delay");
  }

  @Test
  void throttle_bigReply_takesItsTime() throws IOException {
    client.ask("SETRANGE", "big", "99999", "x");
    proxy.throttle(Direction.TO_CLIENT, 500_000);
    long start = System.nanoTime();
    client.ask("GET", "big");
    long millis = (System.nanoTime() - start) / 1_000_000;
    assertTrue(millis >= 150, millis + " ms for 100 kB at 500 kB/s");
  }

  @Test
  void cutAll_reset_endsConnections() {
    proxy.cutAll(Cut.RESET);
    assertThrows(IOException.class, () -> client.ask("PING"));
    assertEquals(0, proxy.connections());
  }

  @Test
  void cutAll_fin_endsConnectionsInOrder() {
    proxy.cutAll(Cut.FIN);
    assertThrows(EOFException.class, () -> client.read(1));
  }

  @Test
  void cutAfter_middleOfReply_losesTheRest() throws IOException {
    proxy.cutAfter(Direction.TO_CLIENT, PONG.length() + 3L);
    client.send(RawRedis.encode("PING"));
    assertThrows(EOFException.class, () -> client.read(1));
  }

  @Test
  void refuse_newConnection_refusedAndOldOneLives() throws IOException {
    proxy.refuse(true);
    assertThrows(IOException.class, () -> RawRedis.connect(proxy.port()).close());
    assertEquals(PONG, client.ask("PING"));
    proxy.refuse(false);
    try (RawRedis again = RawRedis.connect(proxy.port())) {
      assertEquals(PONG, again.ask("PING"));
    }
  }

  @Test
  void freeze_thenThaw_nothingIsLost() throws IOException {
    proxy.freeze(true);
    client.send(RawRedis.encode("PING"));
    assertFalse(client.hasBytesWithin(SOON));
    proxy.freeze(false);
    assertEquals(PONG, new String(client.read(1).getFirst(), UTF_8));
  }

  @Test
  void halfOpen_thenHealed_connectionIsReset() throws IOException {
    proxy.halfOpen(true);
    client.send(RawRedis.encode("PING"));
    assertFalse(client.hasBytesWithin(SOON));
    proxy.halfOpen(false);
    assertEquals("", new String(client.readToEnd(RawRedis.TIMEOUT), UTF_8));
  }

  @Test
  void lose_upstreamClosesMeanwhile_clientDoesNotSeeIt() throws IOException {
    proxy.lose(Direction.TO_CLIENT, true);
    client.send(RawRedis.encode("QUIT"));
    assertThrows(java.net.SocketTimeoutException.class, () -> client.readToEnd(SOON));
  }

  @Test
  void flipByteAt_secondReply_changesOneBit() throws IOException {
    proxy.flipByteAt(Direction.TO_CLIENT, PONG.length() + 1L);
    try (RawRedis other = RawRedis.connect(proxy.port())) {
      assertEquals(PONG, other.ask("PING"));
      assertEquals("+QONG\r\n", other.ask("PING"));
      assertEquals(PONG, other.ask("PING"));
    }
  }

  @Test
  void shutdownOutput_halfClosed_repliesStillArrive() throws IOException {
    client.send(RawRedis.encode("PING"));
    client.shutdownOutput();
    assertEquals(PONG, new String(client.readToEnd(RawRedis.TIMEOUT), UTF_8));
  }
}
