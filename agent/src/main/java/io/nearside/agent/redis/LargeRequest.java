package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.redis.command.Command;
import io.nearside.agent.redis.command.Pin;
import io.nearside.agent.redis.resp.RequestFrame;
import io.nearside.agent.redis.resp.RequestScanner;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command too large to be gathered: it is passed on as it comes, over a connection of the
 * client's own, and only what may be a key is kept. Its keys are invalidated, and strongly
 * consistent ones are held, before its last bytes leave: until then the upstream can not have
 * executed it.
 */
final class LargeRequest {
  private static final int MORE = -1;
  private static final int LINE_BYTES_MAX = 64;

  private final Session session;
  private final RequestFrame seen = new RequestFrame();
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream(256);
  private final List<int[]> args = new ArrayList<>();
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(32);
  private int argsLeft;
  // Bytes of the current argument that are still to come, its CRLF included; -1 while its header is
  // being read.
  private long bulkLeft;
  private int bulkLength;
  private boolean keep;
  private boolean over;
  // Bytes that end the command and are not sent until it is let through; 0 before they are here.
  private int lastLength;
  private boolean sawCr;
  private @Nullable String violation;

  LargeRequest(Session session, RequestScanner begun) {
    this.session = session;
    RequestFrame frame = begun.frame();
    for (int i = 0; i < frame.argCount(); i++) {
      int length = frame.argLength(i);
      if (length <= Key.KEY_BYTES_MAX) {
        args.add(new int[] {kept.size(), length});
        kept.write(frame.bytes(), frame.argStart(i), length);
      } else {
        args.add(new int[] {RequestFrame.MISSING, length});
      }
    }
    argsLeft = begun.argsLeft();
    skipped = begun.position() - frame.start();
    if (begun.currentBulkLength() >= 0) {
      beginBulk(begun.currentBulkLength());
    } else {
      bulkLeft = MORE;
    }
  }

  // Bytes at the front that the scanner has understood already; they are sent, not read again.
  private int skipped;

  boolean isOver() {
    return over;
  }

  /**
   * Takes bytes {@code from} up to {@code to}; the index after the last byte taken. The last ones
   * are offered again when the session had to wait.
   */
  int stream(byte[] bytes, int from, int to, UpstreamConnection connection) {
    int at = from + lastLength + skipped;
    skipped = 0;
    while (at < to && argsLeft > 0 && violation == null) {
      at = bulkLeft == MORE ? header(bytes, at, to) : content(bytes, at, to);
    }
    if (violation != null) {
      // What has been sent of it is no whole command, and never will be.
      refuse(
          Errors.error("ERR Protocol error: " + violation), DisconnectReason.PROTOCOL, connection);
      return to;
    }
    if (argsLeft == 0) {
      over = finish(bytes, from, at, connection);
      lastLength = at - from;
      return over ? at : from;
    } else {
      connection.send(bytes, from, at, null);
    }
    return at;
  }

  /**
   * A line {@code $length}: it ends at its CR, and the byte after that is skipped unseen, as Redis
   * does.
   */
  private int header(byte[] bytes, int from, int to) {
    for (int at = from; at < to; at++) {
      if (sawCr) {
        sawCr = false;
        endHeader();
        return at + 1;
      }
      if (bytes[at] == '\r') {
        sawCr = true;
      } else if (line.size() == LINE_BYTES_MAX) {
        violation = "too big bulk count string";
        return to;
      } else {
        line.write(bytes[at]);
      }
    }
    return to;
  }

  private void endHeader() {
    String text = line.toString(StandardCharsets.ISO_8859_1);
    line.reset();
    if (text.isEmpty() || text.charAt(0) != '$') {
      violation = "expected '$', got '" + (text.isEmpty() ? "" : text.charAt(0)) + "'";
    } else if (!text.matches("\\$(0|[1-9][0-9]{0,9})")
        || Long.parseLong(text.substring(1))
            > session.loop().face().settings().limits().bulkBytesMax()) {
      violation = "invalid bulk length";
    } else {
      beginBulk((int) Long.parseLong(text.substring(1)));
    }
  }

  private void beginBulk(int length) {
    bulkLength = length;
    bulkLeft = length + 2L;
    keep = length <= Key.KEY_BYTES_MAX;
    args.add(new int[] {keep ? kept.size() : RequestFrame.MISSING, length});
  }

  private int content(byte[] bytes, int from, int to) {
    int step = (int) Math.min(bulkLeft, to - from);
    if (keep) {
      long done = bulkLength + 2L - bulkLeft;
      kept.write(bytes, from, (int) Math.max(0, Math.min(step, bulkLength - done)));
    }
    bulkLeft -= step;
    if (bulkLeft == 0) {
      bulkLeft = MORE;
      argsLeft--;
    }
    return from + step;
  }

  /** Sends the last bytes, or refuses the command; false when the session must wait. */
  private boolean finish(byte[] bytes, int from, int to, UpstreamConnection connection) {
    byte[] content = kept.toByteArray();
    seen.begin(content, 0);
    for (int[] arg : args) {
      seen.addArg(arg[0], arg[1]);
    }
    seen.finish(content.length);
    Command command = session.loop().face().commands().find(seen);
    Pin pin = command.pin(seen);
    if (command.denied() || !(pin == Pin.NONE || pin == Pin.BLOCKING)) {
      refuse(
          command.denied()
              ? Errors.denied(command.name())
              : Errors.tooLarge(command.name(), session.loop().face().requestBufferBytes()),
          DisconnectReason.LIMIT,
          connection);
      return true;
    }
    Router router = session.loop().router();
    return switch (router.admit(session, command, seen)) {
      case StrongWrites.Admitted _ -> {
        router.sendPinned(session, connection, command, seen, bytes, from, to);
        yield true;
      }
      case StrongWrites.Waiting _ -> false;
      case StrongWrites.Refused refused -> {
        refuse(refused.error(), DisconnectReason.LIMIT, connection);
        yield true;
      }
    };
  }

  /**
   * Answers and closes. Without its end the upstream can not execute the command: its connection
   * goes too.
   */
  private void refuse(byte[] error, DisconnectReason why, UpstreamConnection connection) {
    over = true;
    session.respond(error);
    session.closeWhenAnswered(why);
    connection.pin(null);
    connection.close(DisconnectReason.RETIRED);
  }
}
