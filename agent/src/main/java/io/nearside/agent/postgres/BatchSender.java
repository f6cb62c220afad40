package io.nearside.agent.postgres;

import io.nearside.agent.postgres.sql.Analysis;
import io.nearside.agent.postgres.sql.Effect;
import io.nearside.agent.postgres.sql.StatementAnalyzer;
import io.nearside.agent.postgres.wire.Backend;
import io.nearside.agent.postgres.wire.Frontend;
import io.nearside.agent.postgres.wire.StatementNames;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a client's batch to a server connection. On connections that clients share, prepared
 * statements go by names of ours, are parsed where they are missing, and are kept when a client
 * closes them. On the event loop.
 */
final class BatchSender {
  private static final byte[] NO_NAME = {};

  private final SessionState state;
  private final long stamp;
  private final ServerConnection server;
  private final boolean shared;

  /**
   * @param shared whether other clients use the connection too, before or after
   * @param stamp what texts mean depends on: what was parsed under another one is parsed anew
   */
  BatchSender(SessionState state, ServerConnection server, boolean shared, long stamp) {
    this.state = state;
    this.server = server;
    this.shared = shared;
    this.stamp = stamp;
  }

  void send(Batch batch) {
    byte[] bytes = batch.bytes();
    for (int i = 0; i < batch.count(); i++) {
      int from = batch.start(i);
      int to = batch.end(i);
      Batch.Named named = batch.named(i);
      switch (bytes[from]) {
        case Frontend.QUERY -> query(batch, bytes, from, to);
        case Frontend.PARSE -> parse(bytes, from, to, named);
        case Frontend.BIND -> use(bytes, from, to, named, Expected.BIND);
        case Frontend.DESCRIBE ->
            use(
                bytes,
                from,
                to,
                named,
                named == null ? Expected.DESCRIBE_PORTAL : Expected.DESCRIBE_STATEMENT);
        case Frontend.CLOSE -> close(bytes, from, to, named);
        case Frontend.EXECUTE -> server.send(bytes, from, to, Expected.EXECUTE);
        case Frontend.SYNC -> server.send(bytes, from, to, Expected.SYNC);
        case Frontend.FUNCTION_CALL -> server.send(bytes, from, to, Expected.FUNCTION_CALL);
        default -> server.sendRaw(bytes, from, to);
      }
    }
  }

  private void query(Batch batch, byte[] bytes, int from, int to) {
    // A simple query does away with the unnamed statement.
    state.unnamed(null);
    server.statements().unnamed(null);
    byte[] rewritten = shared && batch.hasEffects() ? renamed(bytes, from, to) : null;
    if (rewritten == null) {
      server.send(bytes, from, to, Expected.QUERY);
    } else {
      server.send(rewritten, 0, rewritten.length, Expected.QUERY);
    }
  }

  /** EXECUTE and DEALLOCATE of what the client knows by another name; null for none. */
  private byte @Nullable [] renamed(byte[] bytes, int from, int to) {
    // Ranges are those of the text by itself; what is cached was read elsewhere.
    byte[] text = Arrays.copyOfRange(bytes, from + 5, to - 1);
    Analysis analysis = StatementAnalyzer.analyze(text, 0, text.length, true, Set.of());
    for (Effect effect : analysis.effects()) {
      switch (effect) {
        case Effect.Deallocate one -> {
          Prepared statement = state.statements().get(one.name());
          if (statement != null) {
            provide(statement);
            server.statements().remove(statement);
            return rewritten(text, one.from(), one.to(), statement);
          }
        }
        case Effect.ExecuteNamed one -> {
          Prepared statement = state.statements().get(one.name());
          if (statement != null) {
            provide(statement);
            return rewritten(text, one.from(), one.to(), statement);
          }
        }
        default -> {}
      }
    }
    return null;
  }

  private static byte[] rewritten(byte[] text, int from, int to, Prepared statement) {
    var out = new ByteArrayOutputStream(text.length + 24);
    out.write(text, 0, from);
    out.writeBytes(statement.serverName());
    out.write(text, to, text.length - to);
    return Frontend.query(out.toByteArray());
  }

  private void parse(byte[] bytes, int from, int to, Batch.@Nullable Named named) {
    Prepared statement = named == null ? null : named.statement();
    if (named == null || statement == null) {
      // Not well-formed: the server says so.
      server.send(bytes, from, to, Expected.parse(true, null));
      return;
    }
    if (named.name().length == 0) {
      state.unnamed(statement);
      server.statements().unnamed(statement);
      server.send(bytes, from, to, Expected.parse(true, new UnnamedParsed()));
      return;
    }
    String name = SessionState.name(named.name());
    Prepared before = state.statements().get(name);
    if (before != null) {
      duplicate(bytes, from, to, before);
      return;
    }
    state.statements().put(name, statement);
    if (!shared) {
      server.send(bytes, from, to, Expected.parse(true, new NameParsed(name, statement)));
    } else if (server.statements().holds(statement, stamp) && !state.isUnsettled(server)) {
      server
          .replies()
          .add(Expected.synthetic(Backend.PARSE_COMPLETE_MESSAGE, new NameParsed(name, statement)));
    } else {
      closeOutdated(statement);
      server.statements().add(statement, stamp);
      byte[] message = statement.parseMessage(statement.serverName());
      server.send(
          message, 0, message.length, Expected.parse(true, new SharedParsed(name, statement)));
      makeRoom();
    }
  }

  /** The name is taken: the server has to say so, and to fail what follows. */
  private void duplicate(byte[] bytes, int from, int to, Prepared before) {
    if (!shared) {
      server.send(bytes, from, to, Expected.parse(true, null));
      return;
    }
    provide(before);
    byte[] message = StatementNames.rename(bytes, from, to, before.serverName());
    server.send(message, 0, message.length, Expected.parse(true, null));
  }

  private void use(byte[] bytes, int from, int to, Batch.@Nullable Named named, Expected expected) {
    if (named == null) {
      server.send(bytes, from, to, expected);
      return;
    }
    if (named.name().length == 0) {
      provideUnnamed();
      server.send(bytes, from, to, expected);
      return;
    }
    Prepared statement = state.statements().get(SessionState.name(named.name()));
    if (statement == null || !shared) {
      // Made by PREPARE, or unknown: the server says so.
      server.send(bytes, from, to, expected);
      return;
    }
    provide(statement);
    byte[] message = StatementNames.rename(bytes, from, to, statement.serverName());
    server.send(message, 0, message.length, expected);
  }

  private void close(byte[] bytes, int from, int to, Batch.@Nullable Named named) {
    if (named == null) {
      server.send(bytes, from, to, Expected.CLOSE);
      return;
    }
    if (named.name().length == 0) {
      state.unnamed(null);
      server.statements().unnamed(null);
      server.send(bytes, from, to, Expected.CLOSE);
      return;
    }
    String name = SessionState.name(named.name());
    Prepared statement = state.statements().remove(name);
    Expected.Effect undo = statement == null ? null : new NameClosed(name, statement);
    if (statement == null || !shared) {
      server.send(bytes, from, to, Expected.close(undo));
    } else {
      server.replies().add(Expected.synthetic(Backend.CLOSE_COMPLETE_MESSAGE, undo));
    }
  }

  /** The first piece of a Bind that streams; its names are whole. */
  void bindHead(byte[] bytes, int from, int to) {
    byte[] name = StatementNames.nameInHead(bytes, from, to);
    Prepared statement = shared ? state.statements().get(SessionState.name(name)) : null;
    if (name.length == 0) {
      provideUnnamed();
    }
    if (statement == null) {
      server.send(bytes, from, to, Expected.BIND);
    } else {
      provide(statement);
      byte[] head = StatementNames.renameHead(bytes, from, to, statement.serverName());
      server.send(head, 0, head.length, Expected.BIND);
    }
  }

  /** Sees to it that the connection holds a statement under our name. */
  void provide(Prepared statement) {
    if (!server.statements().holds(statement, stamp)) {
      closeOutdated(statement);
      server.statements().add(statement, stamp);
      server.send(
          statement.parseMessage(statement.serverName()),
          Expected.parse(false, new Provided(statement)));
      makeRoom();
    }
  }

  private void closeOutdated(Prepared statement) {
    if (server.statements().holdsOutdated(statement)) {
      drop(statement);
    }
  }

  private void makeRoom() {
    Prepared excess = server.statements().takeExcess();
    if (excess != null) {
      drop(excess);
    }
  }

  private void drop(Prepared statement) {
    server.statements().remove(statement);
    server.send(
        Frontend.closeStatement(statement.serverName()),
        Expected.swallowedClose(new Dropped(statement)));
  }

  @SuppressWarnings("ReferenceEquality") // statements are told apart by identity
  private void provideUnnamed() {
    Prepared wanted = state.unnamed();
    if (wanted == server.statements().unnamed()) {
      return;
    }
    server.statements().unnamed(wanted);
    if (wanted == null) {
      server.send(Frontend.closeStatement(NO_NAME), Expected.swallowedClose(null));
    } else {
      server.send(wanted.parseMessage(NO_NAME), Expected.parse(false, new UnnamedParsed()));
    }
  }

  private final class UnnamedParsed implements Expected.Effect {
    @Override
    public void completed() {}

    @Override
    public void skipped() {
      // Whether the one before it is still there depends on where the error was.
      state.unnamed(null);
      server.statements().unnamed(null);
    }
  }

  /** Only the session's name depends on it. */
  private final class NameParsed implements Expected.Effect {
    private final String name;
    private final Prepared statement;

    NameParsed(String name, Prepared statement) {
      this.name = name;
      this.statement = statement;
    }

    @Override
    public void completed() {}

    @Override
    public void skipped() {
      state.statements().remove(name, statement);
    }
  }

  /** The name and what the connection holds. */
  private final class SharedParsed implements Expected.Effect {
    private final String name;
    private final Prepared statement;

    SharedParsed(String name, Prepared statement) {
      this.name = name;
      this.statement = statement;
    }

    @Override
    public void completed() {}

    @Override
    public void skipped() {
      state.statements().remove(name, statement);
      server.statements().remove(statement);
    }
  }

  private final class Provided implements Expected.Effect {
    private final Prepared statement;

    Provided(Prepared statement) {
      this.statement = statement;
    }

    @Override
    public void completed() {}

    @Override
    public void skipped() {
      server.statements().remove(statement);
    }
  }

  /** What was not closed is still there, and must be before it can be parsed again. */
  private final class Dropped implements Expected.Effect {
    private final Prepared statement;

    Dropped(Prepared statement) {
      this.statement = statement;
    }

    @Override
    public void completed() {}

    @Override
    public void skipped() {
      server.statements().addOutdated(statement);
    }
  }

  /** A name that was closed is back when the Close was skipped. */
  private final class NameClosed implements Expected.Effect {
    private final String name;
    private final Prepared statement;

    NameClosed(String name, Prepared statement) {
      this.name = name;
      this.statement = statement;
    }

    @Override
    public void completed() {}

    @Override
    public void skipped() {
      state.statements().putIfAbsent(name, statement);
    }
  }
}
