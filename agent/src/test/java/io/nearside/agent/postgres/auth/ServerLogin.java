package io.nearside.agent.postgres.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.nearside.agent.net.BlockingPeer;
import io.nearside.agent.net.TlsClient;
import io.nearside.agent.net.TlsIdentity;
import io.netty.buffer.Unpooled;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One login at a real server, step by step on the test's thread, with the parts under test. */
final class ServerLogin {
  private static final byte[] SSL_REQUEST =
      ByteBuffer.allocate(8).putInt(8).putInt(80877103).array();

  private final BlockingPeer peer;
  private @Nullable TlsIdentity tls;
  @Nullable ScramClient scram;

  private ServerLogin(BlockingPeer peer) {
    this.peer = peer;
  }

  static ServerLogin connect(Vertx vertx, int port) throws Exception {
    return new ServerLogin(
        BlockingPeer.await(
            vertx
                .createNetClient()
                .connect(port, "127.0.0.1")
                .map(socket -> BlockingPeer.on(socket, null))));
  }

  ServerLogin upgrade(TlsClient client) throws Exception {
    peer.write(SSL_REQUEST);
    if (peer.read(1)[0] != 'S') {
      throw new IOException("no TLS");
    }
    tls = peer.onLoop(raw -> client.upgrade(raw, "127.0.0.1", 0, Unpooled.EMPTY_BUFFER));
    return this;
  }

  /** The certificate's binding, null without TLS. */
  byte @Nullable [] binding() {
    return tls == null ? null : ChannelBinding.of(Objects.requireNonNull(tls.peer()));
  }

  /** Logs in; answers "ok", or the SQLSTATE of the server's refusal. */
  String logIn(String user, Credential credential, byte @Nullable [] binding) throws Exception {
    peer.write(startup(user));
    while (true) {
      byte type = peer.read(1)[0];
      byte[] body = peer.read(ByteBuffer.wrap(peer.read(4)).getInt() - 4);
      if (type == 'E') {
        return sqlState(body);
      }
      if (type != 'R') {
        throw new IOException("message " + (char) type);
      }
      byte[] data = Arrays.copyOfRange(body, 4, body.length);
      int code = ByteBuffer.wrap(body).getInt();
      switch (code) {
        case 0 -> {
          peer.close();
          return "ok";
        }
        case 5 -> {
          String password = ((Credential.Password) credential).text();
          peer.write(
              message((Md5.answer(Md5.stored(user, password), data) + "\0").getBytes(UTF_8)));
        }
        case 10 -> {
          List<String> offered = PassThroughRelay.mechanisms(body);
          scram = ScramClient.of(credential, offered, binding, new SecureRandom());
          peer.write(message(PassThroughRelayTest.initial(scram.mechanism(), scram.first())));
        }
        case 11 -> peer.write(message(scram().next(data)));
        case 12 -> scram().verify(data);
        default -> throw new IOException("authentication " + code);
      }
    }
  }

  ScramClient scram() {
    return Objects.requireNonNull(scram);
  }

  private static byte[] startup(String user) {
    byte[] text = ("user\0" + user + "\0database\0postgres\0\0").getBytes(UTF_8);
    return ByteBuffer.allocate(8 + text.length)
        .putInt(8 + text.length)
        .putInt(3 << 16)
        .put(text)
        .array();
  }

  private static byte[] message(byte[] body) {
    return ByteBuffer.allocate(5 + body.length)
        .put((byte) 'p')
        .putInt(4 + body.length)
        .put(body)
        .array();
  }

  private static String sqlState(byte[] body) {
    for (String field : new String(body, UTF_8).split("\0", -1)) {
      if (field.startsWith("C")) {
        return field.substring(1);
      }
    }
    return "";
  }
}
