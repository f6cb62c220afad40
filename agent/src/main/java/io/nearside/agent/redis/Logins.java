package io.nearside.agent.redis;

import io.nearside.agent.redis.command.Command;
import io.nearside.agent.redis.resp.RequestFrame;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * AUTH, HELLO, SELECT and RESET: the upstream decides, and when it agrees the client is another
 * scope's from then on. One per event loop.
 */
final class Logins {
  private static final byte[] AUTH = "AUTH".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SETNAME = "SETNAME".getBytes(StandardCharsets.US_ASCII);

  private final RedisLoop loop;
  private final PinnedRouter router;

  Logins(RedisLoop loop, PinnedRouter router) {
    this.loop = loop;
    this.router = router;
  }

  void auth(Session session, UpstreamConnection own, Command command, RequestFrame frame) {
    Scope.Credentials credentials = authCredentials(frame, 1);
    moves(
        session,
        own,
        command,
        frame,
        scope -> loop.face().scope(credentials, scope.protocol(), scope.database()));
  }

  void select(Session session, UpstreamConnection own, Command command, RequestFrame frame) {
    int database = number(frame, 1);
    moves(
        session,
        own,
        command,
        frame,
        scope -> loop.face().scope(scope.credentials(), scope.protocol(), database));
  }

  private interface Move {
    @Nullable Scope from(Scope scope);
  }

  private void moves(
      Session session, UpstreamConnection own, Command command, RequestFrame frame, Move move) {
    router.changeAlone(
        session,
        own,
        command,
        frame,
        agreed -> {
          if (agreed) {
            moved(session, move.from(session.lane().scope()), true);
          }
        });
  }

  private void moved(Session session, @Nullable Scope scope, boolean connectionToo) {
    if (scope == null) {
      Objects.requireNonNull(session.state()).stick(PinReason.SCOPE_LIMIT);
      Objects.requireNonNull(session.state()).databaseIsUnknown();
    } else {
      session.moved(loop.lane(scope), connectionToo);
    }
  }

  void hello(Session session, UpstreamConnection own, Command command, RequestFrame frame) {
    int protocol = number(frame, 1);
    Scope.Credentials credentials = null;
    byte[] name = null;
    for (int i = 2; i < frame.argCount(); i++) {
      if (frame.argIs(i, AUTH) && i + 2 < frame.argCount()) {
        credentials = authCredentials(frame, i + 1);
        i += 2;
      } else if (frame.argIs(i, SETNAME) && i + 1 < frame.argCount()) {
        name = frame.arg(++i);
      }
    }
    Scope.Credentials now = credentials;
    byte[] called = name;
    moves(
        session,
        own,
        command,
        frame,
        scope -> {
          if (called != null) {
            session.name(called);
          }
          return loop.face()
              .scope(
                  now == null ? scope.credentials() : now,
                  protocol < 2 ? scope.protocol() : protocol,
                  scope.database());
        });
  }

  void reset(
      Session session,
      UpstreamConnection own,
      ClientState state,
      Command command,
      RequestFrame frame) {
    router.changeAlone(
        session,
        own,
        command,
        frame,
        agreed -> {
          if (agreed) {
            state.reset();
            session.name(new byte[0]);
            Scope initial = loop.face().initialScope();
            moved(session, initial, initial.credentials() == null);
          }
        });
  }

  private static Scope.Credentials authCredentials(RequestFrame frame, int from) {
    int last = frame.argCount() - 1;
    if (from == 1) {
      return last == 1
          ? new Scope.Credentials("", text(frame, 1))
          : new Scope.Credentials(text(frame, 1), text(frame, Math.min(2, last)));
    }
    return new Scope.Credentials(text(frame, from), text(frame, from + 1));
  }

  private static String text(RequestFrame frame, int index) {
    return index < frame.argCount() && frame.hasArg(index)
        ? new String(frame.arg(index), StandardCharsets.UTF_8)
        : "";
  }

  private static int number(RequestFrame frame, int index) {
    try {
      return Integer.parseInt(text(frame, index));
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
