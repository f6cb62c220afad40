package io.nearside.agent.postgres.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nearside.agent.net.BlockingPeer;
import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.net.RawSocket;
import io.nearside.agent.net.TestKey;
import io.nearside.agent.net.TlsIdentity;
import io.nearside.agent.net.TlsServer;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** libpq (psql) logs in at {@link ScramServer}, with and without TLS and channel binding. */
final class PsqlTest {
  private static final Path PSQL = Path.of("/usr/bin/psql");
  private static final Vertx VERTX = Vertx.vertx();
  private static final byte[] OFFER = "SCRAM-SHA-256\0\0".getBytes(US_ASCII);
  private static final byte[] OFFER_ON_TLS =
      "SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0".getBytes(US_ASCII);

  @TempDir static Path folder;
  private static @Nullable TestKey key;
  private static @Nullable NetServer server;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(Files.isExecutable(PSQL), "psql is not installed");
    TestKey made = TestKey.in(folder, "sidecar", "EC", "", "dns:localhost");
    key = made;
    TlsServer tls = TlsServer.of(made.certFile(), made.keyFile(), "", "postgresql", 10_000);
    server =
        VERTX
            .createNetServer()
            .connectHandler(
                socket -> {
                  var login = new Login(tls);
                  login.peer.complete(BlockingPeer.on(socket, login::first));
                  Thread.ofPlatform().daemon().start(login);
                });
    var _ = BlockingPeer.await(server.listen(0, "127.0.0.1"));
  }

  @AfterAll
  static void stop() throws Exception {
    BlockingPeer.await(VERTX.close());
  }

  @Test
  void plain_logsIn() throws Exception {
    assertEquals("", psql("pencil", "sslmode=disable"));
  }

  @Test
  void onTls_withChannelBinding_logsIn() throws Exception {
    String caFile = Objects.requireNonNull(key).certFile();
    assertEquals(
        "",
        psql("pencil", "sslmode=verify-full sslrootcert=" + caFile + " channel_binding=require"));
  }

  @Test
  void onTls_withoutChannelBinding_logsIn() throws Exception {
    assertEquals("", psql("pencil", "sslmode=require channel_binding=disable"));
  }

  @Test
  void plain_channelBindingRequired_isRefusedByPsql() throws Exception {
    String said = psql("pencil", "sslmode=disable channel_binding=require");
    assertTrue(said.contains("channel binding"), said);
  }

  @Test
  void wrongPassword_isTold() throws Exception {
    String said = psql("pencils", "sslmode=require");
    assertTrue(said.contains("password authentication failed"), said);
  }

  /** Answers what psql says on its standard error. */
  private static String psql(String password, String more) throws Exception {
    String target =
        "host=localhost hostaddr=127.0.0.1 user=anna dbname=x port="
            + Objects.requireNonNull(server).actualPort()
            + ' '
            + more;
    var builder = new ProcessBuilder(PSQL.toString(), "-XAtq", "-c", "", target);
    builder.environment().put("PGPASSWORD", password);
    builder.environment().put("PGCONNECT_TIMEOUT", "20");
    Process process = builder.redirectErrorStream(true).start();
    try {
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertTrue(process.waitFor(20, TimeUnit.SECONDS));
      return said;
    } finally {
      process.destroyForcibly();
    }
  }

  /** One client's login, on a thread of its own. */
  private static final class Login implements Runnable {
    private static final byte[] SSL_REQUEST =
        ByteBuffer.allocate(8).putInt(8).putInt(80877103).array();

    private final TlsServer tls;
    final CompletableFuture<BlockingPeer> peer = new CompletableFuture<>();
    private final CompletableFuture<@Nullable TlsIdentity> identity = new CompletableFuture<>();

    Login(TlsServer tls) {
      this.tls = tls;
    }

    byte[] first(RawSocket socket, ByteBuf bytes) {
      byte[] start = new byte[8];
      bytes.getBytes(bytes.readerIndex(), start);
      if (!Arrays.equals(start, SSL_REQUEST)) {
        identity.complete(null);
        byte[] all = new byte[bytes.readableBytes()];
        bytes.readBytes(all);
        return all;
      }
      tls.upgrade(socket, new byte[] {'S'}, bytes.skipBytes(8))
          .onSuccess(identity::complete)
          .onFailure(
              e -> {
                socket.abort(DisconnectReason.PROTOCOL);
                identity.completeExceptionally(e);
              });
      return new byte[0];
    }

    @Override
    public void run() {
      try {
        BlockingPeer client = BlockingPeer.await(peer);
        TlsIdentity seen = BlockingPeer.await(identity);
        var _ = client.read(ByteBuffer.wrap(client.read(4)).getInt() - 4); // StartupMessage
        byte[] binding =
            seen == null ? null : ChannelBinding.of(Objects.requireNonNull(seen.own()));
        var verifier = Verifier.fromPassword("pencil", new byte[] {9, 8, 7}, 4096);
        logIn(client, new ScramServer(verifier, binding, new SecureRandom()), seen != null);
      } catch (Exception e) {
        // psql gives up, or is refused: its own words are what the tests look at.
        peer.join().close();
      }
    }

    private static void logIn(BlockingPeer client, ScramServer scram, boolean onTls)
        throws Exception {
      try {
        client.write(message('R', code(10, onTls ? OFFER_ON_TLS : OFFER)));
        byte[] initial = password(client);
        int end = 0;
        while (initial[end] != 0) {
          end++;
        }
        String mechanism = new String(initial, 0, end, US_ASCII);
        byte[] first = Arrays.copyOfRange(initial, end + 5, initial.length);
        client.write(message('R', code(11, scram.first(mechanism, first))));
        byte[] outcome = scram.last(password(client));
        var reply = new ByteArrayOutputStream();
        reply.writeBytes(message('R', code(12, outcome)));
        reply.writeBytes(message('R', code(0)));
        reply.writeBytes(message('Z', (byte) 'I'));
        client.write(reply.toByteArray());
      } catch (AuthFailure e) {
        byte[] fields =
            "SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user \"anna\"\0\0"
                .getBytes(US_ASCII);
        client.write(message('E', fields));
        client.close();
        return;
      }
      while (client.read(1)[0] == 'Q') {
        var _ = client.read(ByteBuffer.wrap(client.read(4)).getInt() - 4);
        client.write(message('I'));
        client.write(message('Z', (byte) 'I'));
      }
      client.close();
    }

    private static byte[] password(BlockingPeer client) throws Exception {
      assertEquals('p', client.read(1)[0]);
      return client.read(ByteBuffer.wrap(client.read(4)).getInt() - 4);
    }

    private static byte[] code(int code, byte... data) {
      return ByteBuffer.allocate(4 + data.length).putInt(code).put(data).array();
    }

    private static byte[] message(char type, byte... body) {
      return ByteBuffer.allocate(5 + body.length)
          .put((byte) type)
          .putInt(4 + body.length)
          .put(body)
          .array();
    }
  }
}
