package io.nearside.agent.postgres;

import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.postgres.wire.Backend;
import io.nearside.agent.postgres.wire.ErrorFields;
import io.nearside.agent.postgres.wire.Frontend;
import io.nearside.agent.postgres.wire.SqlState;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client of the database {@code nearside}, which is the sidecar itself. Answers simple queries of
 * one or more commands, in turn; a command may take its time, and the next one waits for it. On the
 * event loop.
 */
final class AdminConsole implements Session.Requests, ConsoleCommands.Reply {
  private static final long STEP_MILLIS = 20;

  private final PostgresLoop loop;
  private final Session session;
  private final ConsoleCommands commands;
  private String text = "";
  private int at;
  private boolean answering;
  private boolean answeredOne;
  private boolean skippingToSync;
  private boolean ended;
  private boolean running;
  private @Nullable Runnable onEnd;

  AdminConsole(PostgresLoop loop, Session session) {
    this.loop = loop;
    this.session = session;
    this.commands = new ConsoleCommands(loop, this);
  }

  @Override
  public boolean message(
      byte type, byte[] bytes, int from, int to, boolean whole, int messageLength) {
    switch (type) {
      case Frontend.TERMINATE -> session.quit();
      case Frontend.QUERY -> {
        if (!whole) {
          session.fatal(
              ErrorFields.fatal(SqlState.PROGRAM_LIMIT_EXCEEDED, "the command is too long"),
              DisconnectReason.PROTOCOL);
        } else if (!skippingToSync) {
          begin(new String(bytes, from + 5, to - from - 6, StandardCharsets.UTF_8));
        }
      }
      case Frontend.SYNC -> {
        skippingToSync = false;
        session.send(Backend.readyForQuery(Backend.IDLE));
      }
      case Frontend.PARSE,
          Frontend.BIND,
          Frontend.DESCRIBE,
          Frontend.EXECUTE,
          Frontend.CLOSE,
          Frontend.FLUSH,
          Frontend.FUNCTION_CALL ->
          refuse(type);
      case Frontend.COPY_DATA, Frontend.COPY_DONE, Frontend.COPY_FAIL -> {
        // What is left of a COPY is ignored, as a server does.
      }
      default ->
          session.fatal(
              ErrorFields.fatal(
                  SqlState.PROTOCOL_VIOLATION, "invalid frontend message type " + (type & 0xff)),
              DisconnectReason.PROTOCOL);
    }
    return true;
  }

  private void refuse(byte type) {
    if (!skippingToSync) {
      skippingToSync = type != Frontend.FUNCTION_CALL;
      session.send(
          Backend.error(
              ErrorFields.error(
                  SqlState.FEATURE_NOT_SUPPORTED,
                  "the admin console answers simple queries only, not the extended protocol")));
      if (type == Frontend.FUNCTION_CALL) {
        session.send(Backend.readyForQuery(Backend.IDLE));
      }
    }
  }

  private void begin(String query) {
    text = query;
    at = 0;
    answering = true;
    answeredOne = false;
    next();
  }

  /** The next command; those that answer at once do it in a loop, not deeper and deeper. */
  private void next() {
    if (running) {
      return;
    }
    running = true;
    try {
      while (answering && onEnd == null && !ended) {
        ConsoleCommand.Cut cut = ConsoleCommand.cut(text, at);
        if (cut == null) {
          finish();
        } else {
          at = cut.end();
          answeredOne = true;
          commands.run(cut.command());
        }
      }
    } catch (ConsoleException e) {
      failed(e.state(), String.valueOf(e.getMessage()));
    } finally {
      running = false;
    }
  }

  private void finish() {
    if (!answeredOne) {
      session.send(Backend.EMPTY_QUERY_MESSAGE);
    }
    answering = false;
    session.send(Backend.readyForQuery(Backend.IDLE));
  }

  // ---- what commands answer

  @Override
  public void table(ConsoleTable table) {
    table.messages().forEach(session::send);
  }

  @Override
  public void done(String tag) {
    session.send(Backend.commandComplete(tag));
  }

  @Override
  public void notice(String message) {
    session.send(
        Backend.notice(
            ErrorFields.of(ErrorFields.NOTICE, SqlState.SUCCESSFUL_COMPLETION, message)));
  }

  @Override
  public void failed(SqlState state, String message) {
    session.send(Backend.error(ErrorFields.error(state, message)));
    onEnd = null;
    answering = false;
    session.send(Backend.readyForQuery(Backend.IDLE));
  }

  @Override
  public ConsoleCommands.Later later(Runnable whenClientLeaves) {
    onEnd = whenClientLeaves;
    return answer -> {
      if (!ended) {
        loop.tick();
        onEnd = null;
        try {
          answer.run();
        } catch (ConsoleException e) {
          failed(e.state(), String.valueOf(e.getMessage()));
        }
        next();
        session.proceed();
        loop.flushDirty();
      }
    };
  }

  @Override
  public void when(BooleanSupplier condition, Runnable whenClientLeaves, Runnable answer) {
    ConsoleCommands.Later later = later(whenClientLeaves);
    look(condition, later, answer);
  }

  private void look(BooleanSupplier condition, ConsoleCommands.Later later, Runnable answer) {
    if (ended) {
      return;
    }
    if (condition.getAsBoolean()) {
      later.answer(answer);
    } else {
      loop.after(STEP_MILLIS, () -> look(condition, later, answer));
    }
  }

  // ---- the session

  @Override
  public void piece(byte[] bytes, int from, int to) {}

  @Override
  public boolean isBlocked() {
    return answering;
  }

  @Override
  public void ended(boolean goodbye) {
    ended = true;
    Runnable undo = onEnd;
    onEnd = null;
    if (undo != null) {
      undo.run();
    }
  }

  @Override
  public void clientWritable(boolean writable) {}
}
