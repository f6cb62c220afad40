package io.nearside.agent.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.nearside.agent.net.TlsClient.Verify;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real TLS over real sockets, {@link TlsServer} and {@link TlsClient} against each other and
 * against the JDK's sockets. The request for TLS is "ASK", the agreement "S".
 */
final class TlsUpgradeTest {
  private static final String PROTOCOL = "postgresql";
  private static final byte[] ASK = "ASK".getBytes(US_ASCII);
  private static final byte[] AGREED = "S".getBytes(US_ASCII);
  private static final long HANDSHAKE_MILLIS = 10_000;

  private static final Vertx VERTX = Vertx.vertx();
  @TempDir static Path folder;
  private static TestKey serverKey;
  private static TestKey otherKey;
  private static TestKey clientKey;

  @BeforeAll
  static void makeKeys() throws Exception {
    serverKey = TestKey.in(folder, "server", "EC", "", "dns:localhost");
    otherKey = TestKey.in(folder, "other", "EC", "", "dns:localhost");
    clientKey = TestKey.in(folder, "client", "RSA", "", "dns:client");
  }

  @AfterAll
  static void close() throws Exception {
    BlockingPeer.await(VERTX.close());
  }

  /** A server that upgrades, or takes TLS at once, and hands its end to the test. */
  private static final class Listener implements AutoCloseable {
    private final NetServer server;
    final LinkedBlockingQueue<BlockingPeer> peers = new LinkedBlockingQueue<>();
    final CompletableFuture<TlsIdentity> shaken = new CompletableFuture<>();

    Listener(TlsServer tls) throws Exception {
      server =
          VERTX
              .createNetServer()
              .connectHandler(
                  socket ->
                      peers.add(BlockingPeer.on(socket, (raw, bytes) -> first(tls, raw, bytes))));
      var _ = BlockingPeer.await(server.listen(0, "127.0.0.1"));
    }

    private byte[] first(TlsServer tls, RawSocket raw, ByteBuf bytes) {
      Future<TlsIdentity> future =
          bytes.getByte(bytes.readerIndex()) == TlsServer.FIRST_BYTE
              ? tls.direct(raw, bytes)
              : tls.upgrade(raw, AGREED, bytes.skipBytes(ASK.length));
      future
          .onSuccess(shaken::complete)
          .onFailure(
              e -> {
                raw.abort(DisconnectReason.PROTOCOL);
                shaken.completeExceptionally(e);
              });
      return new byte[0];
    }

    int port() {
      return server.actualPort();
    }

    BlockingPeer peer() throws Exception {
      return Objects.requireNonNull(peers.poll(20, TimeUnit.SECONDS));
    }

    @Override
    public void close() {
      var _ = server.close();
    }
  }

  @Test
  void upgrade_bothSides_carriesBytesBothWays() throws Exception {
    try (var listener = new Listener(server(""))) {
      BlockingPeer client = connect(listener);
      TlsIdentity seen = ask(client, client(Verify.HOST, serverKey, null), "localhost");
      TlsIdentity shown = BlockingPeer.await(listener.shaken);
      assertNotNull(seen.peer());
      assertEquals(seen.peer(), shown.own());
      assertNull(seen.own());
      assertNull(shown.peer());
      assertEquals(PROTOCOL, seen.applicationProtocol());
      assertEquals(PROTOCOL, shown.applicationProtocol());
      assertEquals("TLSv1.3", seen.version());
      assertCarries(client, listener.peer());
    }
  }

  @Test
  void direct_bothSides_carriesBytesBothWays() throws Exception {
    try (var listener = new Listener(server(""))) {
      BlockingPeer client = connect(listener);
      TlsClient tls = client(Verify.HOST, serverKey, null);
      TlsIdentity seen = client.onLoop(raw -> tls.direct(raw, "localhost", listener.port()));
      assertEquals(PROTOCOL, seen.applicationProtocol());
      assertEquals(seen.peer(), BlockingPeer.await(listener.shaken).own());
      assertCarries(client, listener.peer());
    }
  }

  private static void assertCarries(BlockingPeer client, BlockingPeer server) throws Exception {
    byte[] much = new byte[3 << 20];
    new Random(7).nextBytes(much);
    client.write(much);
    assertArrayEquals(much, server.read(much.length));
    server.write(much);
    assertArrayEquals(much, client.read(much.length));
    client.close();
    server.awaitClosed();
  }

  @Test
  void direct_withoutAlpn_isRefused() throws Exception {
    try (var listener = new Listener(server(""));
        var socket = jdkClient(listener)) {
      socket.startHandshake();
      assertThrows(IOException.class, () -> readOne(socket));
      assertThrows(SSLException.class, () -> BlockingPeer.await(listener.shaken));
    }
  }

  @Test
  void otherApplicationProtocol_isRefusedInTheHandshake() throws Exception {
    try (var listener = new Listener(server(""));
        var socket = jdkClient(listener)) {
      var parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"http/1.1"});
      socket.setSSLParameters(parameters);
      assertThrows(SSLException.class, socket::startHandshake);
      assertThrows(SSLException.class, () -> BlockingPeer.await(listener.shaken));
    }
  }

  @Test
  void plaintextBehindTheRequest_isRefused_andNothingAnswered() throws Exception {
    try (var listener = new Listener(server(""))) {
      BlockingPeer client = connect(listener);
      client.write("ASKx".getBytes(US_ASCII));
      assertThrows(SSLException.class, () -> BlockingPeer.await(listener.shaken));
      assertThrows(EOFException.class, () -> client.read(1));
    }
  }

  @Test
  void plaintextAfterTheRequest_isNotTakenForTls() throws Exception {
    try (var listener = new Listener(server(""))) {
      BlockingPeer client = connect(listener);
      client.write(ASK);
      assertArrayEquals(AGREED, client.read(1));
      client.write("SELECT 1".getBytes(US_ASCII));
      assertThrows(SSLException.class, () -> BlockingPeer.await(listener.shaken));
      assertThrows(EOFException.class, () -> listener.peer().read(1));
    }
  }

  @Test
  void plaintextBehindTheAgreement_isRefused() throws Exception {
    try (var listener = new Listener(server(""))) {
      BlockingPeer client = connect(listener);
      TlsClient tls = client(Verify.NOTHING, null, null);
      var stuffed = Unpooled.wrappedBuffer("S and more".getBytes(US_ASCII)).skipBytes(1);
      assertThrows(
          SSLException.class,
          () -> client.onLoop(raw -> tls.upgrade(raw, "localhost", listener.port(), stuffed)));
    }
  }

  @Test
  void server_thatAnotherAuthoritySigned_isRefused_whereVerified() throws Exception {
    for (Verify verify : new Verify[] {Verify.AUTHORITY, Verify.HOST}) {
      try (var listener = new Listener(server(""))) {
        BlockingPeer client = connect(listener);
        TlsClient tls = client(verify, otherKey, null);
        assertThrows(SSLException.class, () -> ask(client, tls, "localhost"));
        client.awaitClosed();
      }
    }
  }

  @Test
  void server_ofAnotherName_isRefused_onlyByHost() throws Exception {
    for (Verify verify : Verify.values()) {
      try (var listener = new Listener(server(""))) {
        BlockingPeer client = connect(listener);
        TlsClient tls = client(verify, serverKey, null);
        if (verify == Verify.HOST) {
          assertThrows(SSLException.class, () -> ask(client, tls, "db.example.org"));
        } else {
          assertNotNull(ask(client, tls, "db.example.org").peer());
        }
      }
    }
  }

  @Test
  void server_unverified_isTaken_byNothingOnly() throws Exception {
    try (var listener = new Listener(server(""))) {
      assertNotNull(ask(connect(listener), client(Verify.NOTHING, null, null), "x.org").peer());
    }
    try (var listener = new Listener(server(""))) {
      BlockingPeer client = connect(listener);
      // The authorities of the Java runtime did not sign it.
      TlsClient tls = client(Verify.AUTHORITY, null, null);
      assertThrows(SSLException.class, () -> ask(client, tls, "localhost"));
    }
  }

  @Test
  void clientCertificate_isSeenByTheServer() throws Exception {
    try (var listener = new Listener(server(clientKey.certFile()))) {
      BlockingPeer client = connect(listener);
      TlsIdentity seen = ask(client, client(Verify.HOST, serverKey, clientKey), "localhost");
      TlsIdentity shown = BlockingPeer.await(listener.shaken);
      assertNotNull(shown.peer());
      assertEquals(shown.peer(), seen.own());
      assertCarries(client, listener.peer());
    }
  }

  @Test
  void clientCertificate_missingOrUnknown_isRefused() throws Exception {
    for (TestKey key : new @Nullable TestKey[] {null, otherKey}) {
      try (var listener = new Listener(server(clientKey.certFile()))) {
        BlockingPeer client = connect(listener);
        client.write(ASK);
        assertArrayEquals(AGREED, client.read(1));
        TlsClient tls = client(Verify.HOST, serverKey, key);
        // With TLS 1.3 the client is done before the server has seen its certificate.
        client.onLoop(
            raw -> {
              var _ = tls.upgrade(raw, "localhost", listener.port(), Unpooled.EMPTY_BUFFER);
              return Future.succeededFuture("");
            });
        assertThrows(SSLException.class, () -> BlockingPeer.await(listener.shaken));
        client.awaitClosed();
      }
    }
  }

  @Test
  void silentPeer_isGivenUp() throws Exception {
    TlsServer tls = TlsServer.of(serverKey.certFile(), serverKey.keyFile(), "", PROTOCOL, 100);
    try (var listener = new Listener(tls)) {
      BlockingPeer client = connect(listener);
      client.write(ASK);
      assertArrayEquals(AGREED, client.read(1));
      assertThrows(SSLException.class, () -> BlockingPeer.await(listener.shaken));
      client.awaitClosed();
    }
  }

  @Test
  void files_thatCanNotBeUsed_areNamed() {
    var failure =
        assertThrows(
            SSLException.class,
            () -> TlsServer.of(serverKey.keyFile(), serverKey.keyFile(), "", PROTOCOL, 1));
    assertEquals(
        "File does not contain valid certificates: " + serverKey.keyFile(), failure.getMessage());
    assertThrows(
        SSLException.class,
        () -> TlsClient.of(Verify.HOST, folder.resolve("none").toString(), "", "", PROTOCOL, 1));
  }

  private static TlsServer server(String clientCaFile) throws SSLException {
    return TlsServer.of(
        serverKey.certFile(), serverKey.keyFile(), clientCaFile, PROTOCOL, HANDSHAKE_MILLIS);
  }

  private static TlsClient client(Verify verify, @Nullable TestKey authority, @Nullable TestKey own)
      throws SSLException {
    return TlsClient.of(
        verify,
        authority == null ? "" : authority.certFile(),
        own == null ? "" : own.certFile(),
        own == null ? "" : own.keyFile(),
        PROTOCOL,
        HANDSHAKE_MILLIS);
  }

  private static BlockingPeer connect(Listener listener) throws Exception {
    return BlockingPeer.await(
        VERTX
            .createNetClient()
            .connect(listener.port(), "127.0.0.1")
            .map(socket -> BlockingPeer.on(socket, null)));
  }

  private static TlsIdentity ask(BlockingPeer client, TlsClient tls, String host) throws Exception {
    client.write(ASK);
    assertArrayEquals(AGREED, client.read(1));
    return client.onLoop(raw -> tls.upgrade(raw, host, 5432, Unpooled.EMPTY_BUFFER));
  }

  private static SSLSocket jdkClient(Listener listener) throws Exception {
    var context = SSLContext.getInstance("TLS");
    context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
    var socket = new Socket(InetAddress.getLoopbackAddress(), listener.port());
    socket.setSoTimeout(20_000);
    return (SSLSocket)
        context.getSocketFactory().createSocket(socket, "localhost", listener.port(), true);
  }

  private static void readOne(Socket socket) throws IOException {
    if (socket.getInputStream().read() < 0) {
      throw new EOFException();
    }
  }
}
