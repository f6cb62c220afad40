package io.nearside.agent.postgres;

import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.net.RawSocket;
import io.nearside.agent.postgres.auth.AuthFailure;
import io.nearside.agent.postgres.auth.Credential;
import io.nearside.agent.postgres.auth.Md5;
import io.nearside.agent.postgres.auth.ScramClient;
import io.nearside.agent.postgres.wire.Backend;
import io.nearside.agent.postgres.wire.BackendKey;
import io.nearside.agent.postgres.wire.ErrorFields;
import io.nearside.agent.postgres.wire.Frontend;
import io.nearside.agent.postgres.wire.MessageScanner;
import io.nearside.agent.postgres.wire.NameValue;
import io.nearside.agent.postgres.wire.SqlState;
import io.nearside.agent.postgres.wire.StartupPacket;
import io.nearside.agent.postgres.wire.WireViolation;
import io.nearside.config.HostPort;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Connects to a server and logs in: with what the sidecar knows of the user, or by relaying the
 * exchange with the client whose login this is. On the event loop.
 */
final class ServerLogin implements RawSocket.Peer {
  /** How it ended; one of the two, once. */
  interface Outcome {
    void ready(ServerLogin login);

    /**
     * Nothing came of it.
     *
     * @param unreachable whether the server could not be spoken to at all
     */
    void failed(ErrorFields why, boolean unreachable);
  }

  /** A client that proves itself to the server. */
  interface Relay {
    /** The body of an authentication message of the server; answered by {@link #password}. */
    void challenge(byte[] body);
  }

  private final PostgresLoop loop;
  private final HostPort address;
  private final PoolKey key;
  private final String identity;
  private final Outcome outcome;
  private final @Nullable Relay relay;
  private final MessageScanner scanner = new MessageScanner(64 * 1024);
  private final Map<String, String> announced = new LinkedHashMap<>();
  private @Nullable RawSocket socket;
  private @Nullable ScramClient scram;
  private @Nullable BackendKey backendKey;
  private byte[] kept = new byte[0];
  private byte @Nullable [] binding;
  private boolean over;

  private ServerLogin(
      PostgresLoop loop,
      HostPort address,
      PoolKey key,
      String identity,
      @Nullable Relay relay,
      Outcome outcome) {
    this.loop = loop;
    this.address = address;
    this.key = key;
    this.identity = identity;
    this.relay = relay;
    this.outcome = outcome;
  }

  /**
   * Begins; the outcome comes later.
   *
   * @param identity see {@link StartupParameters#identity}
   */
  static ServerLogin connect(
      PostgresLoop loop,
      HostPort address,
      PoolKey key,
      String identity,
      long connectMillis,
      @Nullable Relay relay,
      Outcome outcome) {
    var login = new ServerLogin(loop, address, key, identity, relay, outcome);
    loop.serverTls()
        .connect(loop, address, login)
        .onComplete(
            connected -> {
              loop.tick();
              if (connected.failed()) {
                login.fail(
                    unreachable(
                        address
                            + ": "
                            + Objects.requireNonNullElse(
                                connected.cause().getMessage(), connected.cause().toString())),
                    true);
              } else {
                login.start(connected.result());
              }
              loop.flushDirty();
            });
    if (relay == null) {
      loop.after(connectMillis, login::expire);
    }
    return login;
  }

  private static ErrorFields unreachable(String why) {
    return ErrorFields.fatal(SqlState.CONNECTION_FAILURE, "can not connect to server " + why);
  }

  private void expire() {
    if (!over) {
      fail(unreachable(address + ": no answer within the time for connecting"), true);
      loop.flushDirty();
    }
  }

  private void start(ServerTls.Connected connected) {
    if (over) {
      connected.socket().abort(DisconnectReason.RETIRED);
      return;
    }
    socket = connected.socket();
    binding = connected.binding();
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("user", key.user());
    parameters.put("database", key.database());
    parameters.putAll(StartupParameters.ofIdentity(identity));
    socket().append(Frontend.startup(StartupPacket.PROTOCOL_3_0, parameters));
    socket().flush();
  }

  RawSocket socket() {
    return Objects.requireNonNull(socket);
  }

  BackendKey key() {
    return Objects.requireNonNull(backendKey);
  }

  /** What the server reported, by its own names. */
  Map<String, String> announced() {
    return announced;
  }

  /** From here on the connection hears the socket. */
  void handOver(ServerConnection connection) {
    socket().handTo(connection);
  }

  /** The client's answer to a challenge, in relay. */
  void password(byte[] body) {
    byte[] message = new byte[body.length + 5];
    System.arraycopy(body, 0, message, 5, body.length);
    message[0] = Frontend.PASSWORD;
    int length = body.length + 4;
    message[1] = (byte) (length >>> 24);
    message[2] = (byte) (length >>> 16);
    message[3] = (byte) (length >>> 8);
    message[4] = (byte) length;
    send(message);
  }

  /** Nobody waits for it any more. */
  void abandon() {
    if (!over) {
      over = true;
      if (socket != null) {
        socket.abort(DisconnectReason.RETIRED);
      }
    }
  }

  private void send(byte[] message) {
    socket().append(message);
    socket().flush();
  }

  @Override
  public void received(ByteBuf buf) {
    loop.tick();
    byte[] bytes = Arrays.copyOf(kept, kept.length + buf.readableBytes());
    buf.readBytes(bytes, kept.length, buf.readableBytes());
    int at = 0;
    try {
      while (!over && scanner.next(bytes, at, bytes.length)) {
        if (!scanner.ends()) {
          scanner.unread();
          break;
        }
        at = scanner.pieceTo();
        message(scanner.type(), bytes, scanner.pieceFrom(), at);
      }
      kept = Arrays.copyOfRange(bytes, at, bytes.length);
    } catch (WireViolation e) {
      fail(unreachable(address + ": it does not speak PostgreSQL's protocol"), true);
    } catch (AuthFailure e) {
      fail(
          ErrorFields.fatal(
                  SqlState.INVALID_AUTHORIZATION,
                  "can not log in at server " + address + " as \"" + key.user() + "\"")
              .withDetail(Objects.requireNonNullElse(e.getMessage(), e.reason().label())),
          false);
    }
  }

  private void message(byte type, byte[] bytes, int from, int to) throws AuthFailure {
    switch (type) {
      case Backend.AUTHENTICATION -> authentication(bytes, from, to);
      case Backend.PARAMETER_STATUS -> {
        NameValue status = Backend.parameterStatus(bytes, from, to);
        announced.put(status.name(), status.value());
      }
      case Backend.BACKEND_KEY_DATA -> backendKey = Backend.backendKey(bytes, from, to);
      case Backend.ERROR -> {
        ErrorFields error = ErrorFields.parse(bytes, from, to);
        fail(error, error.is(SqlState.CANNOT_CONNECT_NOW) || error.is(SqlState.ADMIN_SHUTDOWN));
      }
      case Backend.READY_FOR_QUERY -> {
        if (backendKey == null) {
          throw new WireViolation("no key to cancel with");
        }
        over = true;
        outcome.ready(this);
      }
      default -> {}
    }
  }

  private void authentication(byte[] bytes, int from, int to) throws AuthFailure {
    int code = Backend.authenticationCode(bytes, from, to);
    if (relay != null) {
      relay.challenge(Arrays.copyOfRange(bytes, from + 5, to));
      return;
    }
    if (code == Backend.AUTHENTICATION_OK) {
      return;
    }
    Credential credential = loop.credential(key.user());
    if (credential == null) {
      throw new AuthFailure(
          AuthFailure.Reason.STORED_SECRET, "the sidecar has no password for this user");
    }
    switch (code) {
      case Backend.AUTHENTICATION_SASL -> {
        scram =
            ScramClient.of(
                credential, Backend.saslMechanisms(bytes, from, to), binding, loop.random());
        send(Frontend.saslInitialResponse(scram.mechanism(), scram.first()));
      }
      case Backend.AUTHENTICATION_SASL_CONTINUE ->
          send(Frontend.saslResponse(exchange().next(Backend.authenticationBody(bytes, from, to))));
      case Backend.AUTHENTICATION_SASL_FINAL -> {
        exchange().verify(Backend.authenticationBody(bytes, from, to));
        loop.keepKeys(key.user(), exchange().keys());
      }
      case Backend.AUTHENTICATION_CLEARTEXT -> {
        String password = password(credential, loop.auth().cleartextUpstream(), "a clear-text");
        send(Frontend.password(password.getBytes(StandardCharsets.UTF_8)));
      }
      case Backend.AUTHENTICATION_MD5 -> {
        String password = password(credential, loop.auth().md5Upstream(), "an MD5");
        byte[] salt = Backend.authenticationBody(bytes, from, to);
        String answer = Md5.answer(Md5.stored(key.user(), password), salt);
        send(Frontend.password(answer.getBytes(StandardCharsets.UTF_8)));
      }
      default ->
          throw new AuthFailure(
              AuthFailure.Reason.MECHANISM, "the server asks for a method that is not known");
    }
  }

  private static String password(Credential credential, boolean allowed, String what)
      throws AuthFailure {
    if (!allowed || !(credential instanceof Credential.Password password)) {
      throw new AuthFailure(
          AuthFailure.Reason.NOT_ALLOWED,
          "the server asks for " + what + " password, which is not allowed or not known");
    }
    return password.text();
  }

  private ScramClient exchange() throws AuthFailure {
    if (scram == null) {
      throw new AuthFailure(AuthFailure.Reason.MALFORMED, "the server did not begin the exchange");
    }
    return scram;
  }

  private void fail(ErrorFields why, boolean unreachable) {
    if (over) {
      return;
    }
    over = true;
    if (socket != null) {
      socket.abort(DisconnectReason.RETIRED);
    }
    outcome.failed(why, unreachable);
  }

  @Override
  public void readComplete() {
    loop.flushDirty();
    if (socket != null) {
      socket.flush();
    }
  }

  @Override
  public void writabilityChanged(boolean writable) {}

  @Override
  public void inputClosed() {
    closed(null);
  }

  @Override
  public void closed(@Nullable DisconnectReason reason) {
    loop.tick();
    fail(unreachable(address + ": it closed the connection during the login"), true);
    loop.flushDirty();
  }
}
