package io.nearside.agent.postgres;

import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.postgres.auth.AuthFailure;
import io.nearside.agent.postgres.auth.Credential;
import io.nearside.agent.postgres.auth.PassThroughRelay;
import io.nearside.agent.postgres.auth.ScramServer;
import io.nearside.agent.postgres.auth.UserSecret;
import io.nearside.agent.postgres.auth.Verifier;
import io.nearside.agent.postgres.upstream.Server;
import io.nearside.agent.postgres.wire.Backend;
import io.nearside.agent.postgres.wire.BackendKey;
import io.nearside.agent.postgres.wire.ErrorFields;
import io.nearside.agent.postgres.wire.Frontend;
import io.nearside.agent.postgres.wire.MessageScanner;
import io.nearside.agent.postgres.wire.SqlState;
import io.nearside.agent.postgres.wire.StartupPacket;
import io.nearside.agent.postgres.wire.WireViolation;
import io.nearside.config.PostgresAuthMethod;
import io.nearside.config.ReplicationClients;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A client's way in: encryption, startup message, proof of who it is, and what a server says at the
 * beginning (PostgreSQL manual, "Start-up"). On the event loop.
 *
 * <pre>
 *   STARTUP ──► PROVING ──► WELCOMING ──► over
 *      └─ SSLRequest, GSSENCRequest: answered, STARTUP again;  CancelRequest: done and closed
 * </pre>
 */
final class Opening {
  private enum Phase {
    STARTUP,
    /** TLS is being negotiated: nothing is read here. */
    UPGRADING,
    PROVING,
    WELCOMING
  }

  private static final int MINOR_NEWEST = 2;

  private final PostgresLoop loop;
  private final Session session;
  private final MessageScanner scanner = new MessageScanner(64 * 1024);
  private Phase phase = Phase.STARTUP;
  private byte[] kept = new byte[0];
  private boolean encryptionAsked;
  private byte @Nullable [] binding;
  private boolean encrypted;
  private int minor;
  private @Nullable StartupParameters parameters;
  private @Nullable ScramServer scram;
  private @Nullable UserSecret secret;
  private @Nullable ServerLogin relayed;
  private @Nullable PassThroughRelay relay;
  private @Nullable Pool reserved;
  private final ScheduledFuture<?> deadline;
  private boolean closed;

  Opening(PostgresLoop loop, Session session) {
    this.loop = loop;
    this.session = session;
    deadline =
        loop.timer(
            loop.auth().loginMillis(),
            () -> {
              if (!closed && !session.isClosed()) {
                loop.tick();
                session.close(DisconnectReason.LIMIT);
              }
            });
  }

  /** Bytes of the client; what is left when the login is over goes to what follows it. */
  void received(byte[] bytes) {
    int before = kept.length;
    kept = Arrays.copyOf(kept, before + bytes.length);
    System.arraycopy(bytes, 0, kept, before, bytes.length);
    try {
      while (!closed && !session.isClosed() && (phase == Phase.STARTUP ? startup() : proof())) {
        // on to the next
      }
    } catch (WireViolation e) {
      if (e.getMessage() != null && e.getMessage().startsWith("invalid length")) {
        // The server closes without a word, too.
        session.close(DisconnectReason.PROTOCOL);
        return;
      }
      session.fatal(
          ErrorFields.fatal(
              SqlState.PROTOCOL_VIOLATION,
              Objects.requireNonNullElse(e.getMessage(), "invalid startup packet")),
          DisconnectReason.PROTOCOL);
    }
    if (phase == Phase.WELCOMING && !closed && kept.length > loop.requestBufferBytes()) {
      session.socket().reading(false);
    }
  }

  private byte[] take(int length) {
    byte[] taken = Arrays.copyOf(kept, length);
    kept = Arrays.copyOfRange(kept, length, kept.length);
    return taken;
  }

  private boolean startup() {
    if (kept.length > 0 && kept[0] == StartupPacket.TLS_HANDSHAKE && !encryptionAsked) {
      upgrade(true);
      return false;
    }
    StartupPacket packet = StartupPacket.parse(kept, 0, kept.length);
    if (packet == null) {
      return false;
    }
    take(StartupPacket.packetLength(kept, 0, kept.length));
    switch (packet) {
      case StartupPacket.SslRequest _ -> sslRequested();
      case StartupPacket.GssRequest _ -> session.send(new byte[] {'N'});
      case StartupPacket.Cancel cancel -> {
        loop.cancel(cancel.processId(), cancel.key());
        session.close(DisconnectReason.QUIT);
      }
      case StartupPacket.Startup startup -> begin(startup);
    }
    return true;
  }

  private void sslRequested() {
    if (encrypted || !loop.clientTls().isEnabled()) {
      session.send(new byte[] {'N'});
      return;
    }
    if (kept.length > 0) {
      // Bytes behind the request would be taken for what came through TLS (CVE-2021-23214).
      session.fatal(
          ErrorFields.fatal(
              SqlState.PROTOCOL_VIOLATION, "received unencrypted data after SSL request"),
          DisconnectReason.PROTOCOL);
      return;
    }
    upgrade(false);
  }

  private void upgrade(boolean direct) {
    if (!loop.clientTls().isEnabled()) {
      session.close(DisconnectReason.PROTOCOL);
      return;
    }
    encryptionAsked = true;
    phase = Phase.UPGRADING;
    byte[] hello = direct ? kept : new byte[0];
    kept = new byte[0];
    loop.clientTls()
        .upgrade(session.socket(), direct, hello)
        .onComplete(
            done -> {
              loop.tick();
              if (done.failed()) {
                session.close(DisconnectReason.PROTOCOL);
              } else {
                encrypted = true;
                session.encrypted();
                binding = done.result();
                phase = Phase.STARTUP;
              }
            });
  }

  private void begin(StartupPacket.Startup startup) {
    if (startup.major() != 3) {
      fatal(
          SqlState.FEATURE_NOT_SUPPORTED,
          "unsupported frontend protocol "
              + startup.major()
              + "."
              + startup.minor()
              + ": server supports 3.0 to 3.2");
      return;
    }
    if (loop.listen().tlsRequired() && !encrypted && !session.address().equals("unix")) {
      fatal(SqlState.INVALID_AUTHORIZATION, "no encryption: this listener asks for TLS");
      return;
    }
    var asked = StartupParameters.of(startup.parameters(), loop.trackedParameters());
    parameters = asked;
    if (startup.minor() > MINOR_NEWEST || !asked.extensions().isEmpty()) {
      session.send(
          Backend.negotiateProtocolVersion(
              Math.min(startup.minor(), MINOR_NEWEST), asked.extensions()));
    }
    minor = Math.min(startup.minor(), MINOR_NEWEST);
    if (asked.user().isEmpty()) {
      fatal(SqlState.INVALID_AUTHORIZATION, "no PostgreSQL user name specified in startup packet");
    } else if (!loop.mayTry(limitedBy())) {
      fatal(
          SqlState.TOO_MANY_CONNECTIONS,
          "too many failed logins of this user from this address: try again in a minute");
    } else if (asked.database().equals(PostgresLoop.ADMIN_DATABASE)) {
      prove();
    } else if (loop.operator().isDisabled(asked.database())) {
      fatal(
          SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
          "database \"" + asked.database() + "\" is disabled: no new clients");
    } else if (!asked.replication().isEmpty() && !isFalse(asked.replication())) {
      replication();
    } else {
      prove();
    }
  }

  /** On loopback all clients have one address: a wrong password of one user locks out that user. */
  private String limitedBy() {
    return session.address() + ' ' + parameters().user();
  }

  private static boolean isFalse(String word) {
    return List.of("false", "off", "no", "0").contains(word.toLowerCase(java.util.Locale.ROOT));
  }

  private void replication() {
    if (loop.replicationClients() == ReplicationClients.REFUSE) {
      fatal(
          SqlState.FEATURE_NOT_SUPPORTED,
          "replication connections are refused here (postgres.clients.replication)");
      return;
    }
    passing = true;
    prove();
  }

  private StartupParameters parameters() {
    return Objects.requireNonNull(parameters);
  }

  // ---- proof

  private void prove() {
    phase = Phase.PROVING;
    if (parameters().database().equals(PostgresLoop.ADMIN_DATABASE)
        && loop.auth().method() != PostgresAuthMethod.TRUST) {
      // There is no server behind it to ask.
      challenge(loop.controlSecret(parameters().user()));
      return;
    }
    switch (loop.auth().method()) {
      case TRUST -> proven();
      case PASS_THROUGH -> {
        if (passing) {
          relay = new PassThroughRelay(loop.auth().cleartextUpstream(), loop.auth().md5Upstream());
          pass(this::relayChallenge);
        } else {
          relay();
        }
      }
      case PASSWORD, SCRAM_SHA_256 ->
          loop.secretOf(parameters().user())
              .onComplete(
                  found -> {
                    loop.tick();
                    if (!session.isClosed()) {
                      if (found.failed()) {
                        fatal(
                            SqlState.CANNOT_CONNECT_NOW,
                            "can not look up the user: "
                                + Objects.requireNonNullElse(found.cause().getMessage(), ""));
                      } else {
                        challenge(found.result());
                      }
                    }
                    loop.flushDirty();
                  });
    }
  }

  private void challenge(@Nullable UserSecret found) {
    secret = found;
    if (loop.auth().method() == PostgresAuthMethod.PASSWORD) {
      session.send(Backend.authenticationCleartext());
    } else {
      Verifier verifier =
          found == null ? loop.salts().mock(parameters().user()) : found.verifier(loop.salts());
      scram = new ScramServer(verifier, binding, loop.random());
      session.send(Backend.authenticationSasl(scram.mechanisms()));
    }
    loop.flushDirty();
  }

  private boolean proof() {
    if (phase != Phase.PROVING || !scanner.next(kept, 0, kept.length)) {
      return false;
    }
    if (!scanner.ends()) {
      scanner.unread();
      return false;
    }
    byte type = scanner.type();
    byte[] message = take(scanner.pieceTo());
    if (type == Frontend.TERMINATE) {
      session.close(DisconnectReason.QUIT);
      return false;
    }
    if (type != Frontend.PASSWORD) {
      throw new WireViolation("expected password response, got message type " + type);
    }
    try {
      answered(message);
    } catch (AuthFailure e) {
      refused(e.reason());
    }
    return true;
  }

  private void answered(byte[] message) throws AuthFailure {
    int to = message.length;
    if (relay != null && relayed != null) {
      relayed.password(relay.fromClient(Arrays.copyOfRange(message, 5, to)));
    } else if (loop.auth().method() == PostgresAuthMethod.PASSWORD) {
      String password = new String(Frontend.passwordBytes(message, 0, to), StandardCharsets.UTF_8);
      if (secret == null || !secret.matches(password, loop.auth().md5Upstream())) {
        throw new AuthFailure(AuthFailure.Reason.WRONG_SECRET, "wrong password");
      }
      loop.keep(parameters().user(), new Credential.Password(password));
      proven();
    } else if (scram != null && !scramBegun) {
      scramBegun = true;
      byte[] data = Frontend.saslInitialData(message, 0, to);
      session.send(
          Backend.saslContinue(
              scram.first(
                  Frontend.saslMechanism(message, 0, to), data == null ? new byte[0] : data)));
    } else if (scram != null) {
      byte[] last = scram.last(Frontend.saslData(message, 0, to));
      if (secret == null) {
        throw new AuthFailure(AuthFailure.Reason.WRONG_SECRET, "unknown user");
      }
      session.send(Backend.saslFinal(last));
      loop.keepProven(parameters().user(), secret, scram.keys());
      proven();
    }
  }

  private boolean scramBegun;
  private boolean passing;

  private void refused(AuthFailure.Reason reason) {
    loop.loginFailed(limitedBy(), reason.label());
    // One text for all reasons: it tells nothing.
    session.fatal(
        ErrorFields.fatal(
            SqlState.INVALID_PASSWORD,
            "password authentication failed for user \"" + parameters().user() + "\""),
        DisconnectReason.PROTOCOL);
  }

  /** The server decides: the client's proof goes to a fresh connection. */
  private void relay() {
    Server primary = loop.servers().primary();
    if (primary == null) {
      fatal(SqlState.CANNOT_CONNECT_NOW, "no primary server is known");
      return;
    }
    Pool pool = loop.pool(primary, poolKey());
    if (!pool.reserve()) {
      session.fatal(
          ErrorFields.fatal(
                  SqlState.TOO_MANY_CONNECTIONS, "no server connection is free for a login")
              .withDetail(pool.describe()),
          DisconnectReason.LIMIT);
      return;
    }
    reserved = pool;
    relay = new PassThroughRelay(loop.auth().cleartextUpstream(), loop.auth().md5Upstream());
    relayed =
        ServerLogin.connect(
            loop,
            primary.address(),
            poolKey(),
            parameters().identity(),
            loop.auth().loginMillis(),
            this::relayChallenge,
            new ServerLogin.Outcome() {
              @Override
              public void ready(ServerLogin login) {
                reserved = null;
                ServerConnection server = pool.adopt(parameters().identity(), login);
                if (session.isClosed()) {
                  pool.release(server);
                } else {
                  welcome(server);
                }
                loop.flushDirty();
              }

              @Override
              public void failed(ErrorFields why, boolean unreachable) {
                reserved = null;
                pool.unreserve();
                if (why.is(SqlState.INVALID_PASSWORD)) {
                  loop.loginFailed(limitedBy(), "wrong-password");
                }
                session.fatal(why, DisconnectReason.UPSTREAM_LOST);
              }
            });
  }

  private void relayChallenge(byte[] body) {
    try {
      if (relay != null) {
        byte[] forClient = relay.fromServer(body);
        if (!relay.isOver()) {
          byte[] message = new byte[forClient.length + 5];
          System.arraycopy(forClient, 0, message, 5, forClient.length);
          message[0] = Backend.AUTHENTICATION;
          int length = forClient.length + 4;
          message[3] = (byte) (length >>> 8);
          message[4] = (byte) length;
          session.send(message);
        }
      }
    } catch (AuthFailure e) {
      refused(e.reason());
    }
  }

  /** A replication connection: a server connection of its own, outside the pools. */
  private void pass(ServerLogin.@Nullable Relay challenges) {
    Server primary = loop.servers().primary();
    Allowance allowance = primary == null ? null : loop.allowance(primary, poolKey());
    if (primary == null || allowance == null) {
      fatal(SqlState.CANNOT_CONNECT_NOW, "no primary server is known");
      return;
    }
    if (!allowance.take()) {
      fatal(
          SqlState.TOO_MANY_CONNECTIONS,
          "the fleet's budget allows no more server connections here");
      return;
    }
    String identity = parameters().identity() + "replication\0" + parameters().replication() + '\0';
    relayed =
        ServerLogin.connect(
            loop,
            primary.address(),
            poolKey(),
            identity,
            loop.auth().loginMillis(),
            challenges,
            new ServerLogin.Outcome() {
              @Override
              public void ready(ServerLogin login) {
                relayed = null;
                if (session.isClosed()) {
                  login.socket().abort(DisconnectReason.RETIRED);
                  allowance.give();
                  return;
                }
                var passed = new PassedConnection(loop, session, login, allowance::give);
                session.send(Backend.authenticationOk());
                login.announced().forEach((n, v) -> session.send(Backend.parameterStatus(n, v)));
                BackendKey key = loop.newKey(session, minor >= 2);
                session.send(Backend.backendKeyData(key.processId(), key.key()));
                session.send(Backend.readyForQuery(Backend.IDLE));
                over();
                session.opened(passed, key, kept);
                loop.flushDirty();
              }

              @Override
              public void failed(ErrorFields why, boolean unreachable) {
                relayed = null;
                allowance.give();
                session.fatal(why.asFatal(), DisconnectReason.UPSTREAM_LOST);
              }
            });
  }

  // ---- welcome

  private PoolKey poolKey() {
    return new PoolKey(parameters().database(), parameters().user());
  }

  private void proven() {
    if (passing) {
      pass(null);
      return;
    }
    if (parameters().database().equals(PostgresLoop.ADMIN_DATABASE)) {
      console();
      return;
    }
    phase = Phase.WELCOMING;
    Conversation conversation = conversation();
    Map<String, String> known = loop.welcomeOf(poolKey(), parameters());
    if (known != null) {
      conversation.state().begin(known);
      finish(conversation);
    } else {
      conversation.welcome(server -> welcomed(conversation, server), this::fatal);
    }
  }

  /** The login's own connection says what there is to say. */
  private void welcome(ServerConnection server) {
    phase = Phase.WELCOMING;
    Conversation conversation = conversation();
    conversation.welcome(server, linked -> welcomed(conversation, linked), this::fatal);
  }

  private Conversation conversation() {
    var initial = new Parameters();
    var state =
        new SessionState(
            initial,
            parameters().tracked().keySet().stream()
                .filter(Parameters::isReportedSettable)
                .collect(Collectors.toCollection(HashSet::new)));
    parameters()
        .tracked()
        .forEach(
            (name, value) -> {
              if (Parameters.isReportedSettable(name) && !name.equals("search_path")) {
                state.wanted().report(name, value);
              } else {
                var assignment = new Parameters.Assignment(value, true);
                initial.track(name, assignment);
                state.wanted().track(name, assignment);
              }
            });
    var conversation =
        new Conversation(
            loop,
            session,
            poolKey(),
            parameters().identity(),
            state,
            parameters().applicationName());
    session.conversation(conversation);
    return conversation;
  }

  private void welcomed(Conversation conversation, ServerConnection server) {
    loop.keepWelcome(poolKey(), parameters(), server.announced());
    conversation.state().begin(server.announced());
    finish(conversation);
  }

  private void finish(Conversation conversation) {
    List<byte[]> messages = new ArrayList<>();
    messages.add(Backend.authenticationOk());
    conversation.state().told().forEach((n, v) -> messages.add(Backend.parameterStatus(n, v)));
    BackendKey key = loop.newKey(session, minor >= 2);
    messages.add(Backend.backendKeyData(key.processId(), key.key()));
    messages.add(Backend.readyForQuery(Backend.IDLE));
    messages.forEach(session::send);
    over();
    session.opened(conversation, key, kept);
  }

  private void console() {
    if (!loop.mayAdminister(parameters().user())) {
      fatal(
          SqlState.INSUFFICIENT_PRIVILEGE,
          "only the user of postgres.control may use the database \""
              + PostgresLoop.ADMIN_DATABASE
              + "\"");
      return;
    }
    BackendKey key = loop.newKey(session, minor >= 2);
    Session.Requests console = loop.console(session);
    session.send(Backend.authenticationOk());
    session.send(Backend.parameterStatus("server_version", "18.0/nearside"));
    session.send(Backend.parameterStatus("client_encoding", "UTF8"));
    session.send(Backend.parameterStatus("server_encoding", "UTF8"));
    session.send(Backend.parameterStatus("DateStyle", "ISO, MDY"));
    session.send(Backend.parameterStatus("standard_conforming_strings", "on"));
    session.send(Backend.parameterStatus("integer_datetimes", "on"));
    session.send(Backend.backendKeyData(key.processId(), key.key()));
    session.send(Backend.readyForQuery(Backend.IDLE));
    over();
    session.opened(console, key, kept);
  }

  private void fatal(ErrorFields why) {
    session.fatal(why.asFatal(), DisconnectReason.UPSTREAM_LOST);
    loop.flushDirty();
  }

  private void fatal(SqlState state, String message) {
    session.fatal(ErrorFields.fatal(state, message), DisconnectReason.PROTOCOL);
  }

  private void over() {
    closed = true;
    deadline.cancel(false);
  }

  /** The client is gone. */
  void closed() {
    over();
    if (relayed != null) {
      relayed.abandon();
    }
    if (reserved != null) {
      reserved.unreserve();
      reserved = null;
    }
  }
}
