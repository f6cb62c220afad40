package io.nearside.agent.postgres;

import io.nearside.agent.postgres.wire.Backend;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * What a server connection owes, and to whom: the one place where the order of the protocol's
 * replies is known (PostgreSQL manual, "Message Flow"). Pure; on one event loop.
 *
 * <p>After an error in the extended protocol the server skips everything up to the next Sync: so do
 * the replies that are expected, and the effects of what was skipped are undone, newest first.
 */
final class ExpectedReplies {
  /** Who is to get a message. */
  enum To {
    CLIENT,
    NOBODY,
    /** Our own query, which reads it. */
    OWN,
    /** The server said what nothing had asked for: the connection is out of step. */
    VIOLATION
  }

  /** Receives what is answered in the server's stead. */
  interface Synthetic {
    void answer(byte[] message);
  }

  private final ArrayDeque<Expected> queue = new ArrayDeque<>();
  private final Synthetic synthetic;
  // Of the reply at the head: ParameterDescription came, the row description is to come.
  private boolean described;
  private boolean copyIn;
  // After an error, with no Sync sent yet: the server ignores all else.
  private boolean skipping;
  private int syncs;

  ExpectedReplies(Synthetic synthetic) {
    this.synthetic = synthetic;
  }

  void add(Expected expected) {
    if (expected.kind() == Expected.Kind.SYNC) {
      skipping = false;
      if (copyIn) {
        // A server that reads COPY data ignores it.
        return;
      }
      syncs++;
    } else if (skipping) {
      skip(expected);
      return;
    } else if (expected.endsReady()) {
      syncs++;
    } else if (expected.kind() == Expected.Kind.COPY_END) {
      copyIn = false;
      if (queue.isEmpty()) {
        return;
      }
    }
    queue.add(expected);
    settle();
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  int size() {
    return queue.size();
  }

  /** Whether anything but the answers to our own queries is to come. */
  boolean owesClient() {
    for (Expected one : queue) {
      if (one.own() == null) {
        return true;
      }
    }
    return false;
  }

  /** ReadyForQuery messages that are owed, our own queries' among them. */
  int readies() {
    return syncs;
  }

  @Nullable Expected head() {
    return queue.peek();
  }

  /** Whether the server ignores what it gets until a Sync comes. */
  boolean isSkipping() {
    return skipping;
  }

  /** Whether the server waits for the client's COPY data. */
  boolean isCopyIn() {
    return copyIn;
  }

  /** Who gets a message of this type; for all but the asynchronous ones and ReadyForQuery. */
  To receive(byte type) {
    Expected head = queue.peek();
    if (head == null) {
      return To.VIOLATION;
    }
    To to = head.own() != null ? To.OWN : head.forward() ? To.CLIENT : To.NOBODY;
    if (head.kind() == Expected.Kind.QUERY || head.kind() == Expected.Kind.FUNCTION_CALL) {
      if (type == Backend.COPY_IN || type == Backend.COPY_BOTH) {
        copyIn = true;
      } else if (type == Backend.COMMAND_COMPLETE || type == Backend.ERROR) {
        copyIn = false;
      }
      return to;
    }
    return switch (type) {
      case Backend.ERROR -> {
        skipToSync();
        // An error is the client's, whatever brought it about.
        yield To.CLIENT;
      }
      case Backend.PARSE_COMPLETE -> ended(head, Expected.Kind.PARSE, to);
      case Backend.BIND_COMPLETE -> ended(head, Expected.Kind.BIND, to);
      case Backend.CLOSE_COMPLETE -> ended(head, Expected.Kind.CLOSE, to);
      case Backend.PARAMETER_DESCRIPTION -> {
        described = true;
        yield head.kind() == Expected.Kind.DESCRIBE_STATEMENT ? to : To.VIOLATION;
      }
      case Backend.ROW_DESCRIPTION, Backend.NO_DATA -> {
        if (described) {
          described = false;
          yield ended(head, Expected.Kind.DESCRIBE_STATEMENT, to);
        }
        yield ended(head, Expected.Kind.DESCRIBE_PORTAL, to);
      }
      case Backend.COMMAND_COMPLETE, Backend.EMPTY_QUERY, Backend.PORTAL_SUSPENDED -> {
        copyIn = false;
        yield ended(head, Expected.Kind.EXECUTE, to);
      }
      case Backend.DATA_ROW, Backend.COPY_OUT, Backend.COPY_DATA, Backend.COPY_DONE ->
          head.kind() == Expected.Kind.EXECUTE ? to : To.VIOLATION;
      case Backend.COPY_IN, Backend.COPY_BOTH -> {
        if (head.kind() != Expected.Kind.EXECUTE) {
          yield To.VIOLATION;
        }
        copyInBegins();
        yield to;
      }
      default -> To.VIOLATION;
    };
  }

  private To ended(Expected head, Expected.Kind kind, To to) {
    if (head.kind() != kind) {
      return To.VIOLATION;
    }
    queue.remove();
    if (head.effect() != null) {
      head.effect().completed();
    }
    return to;
  }

  /** A Sync that was sent before the data's end is ignored by a server that reads COPY data. */
  private void copyInBegins() {
    Iterator<Expected> each = queue.iterator();
    each.next();
    boolean ended = false;
    while (each.hasNext() && !ended) {
      Expected next = each.next();
      if (next.kind() == Expected.Kind.COPY_END) {
        ended = true;
      } else if (next.kind() == Expected.Kind.SYNC) {
        each.remove();
        syncs--;
      } else {
        // Anything else ends the COPY with an error, which is handled as such.
        return;
      }
    }
    copyIn = !ended;
  }

  private void skipToSync() {
    described = false;
    copyIn = false;
    var skipped = new ArrayDeque<Expected>();
    while (!queue.isEmpty() && queue.element().kind() != Expected.Kind.SYNC) {
      Expected one = queue.remove();
      if (one.endsReady()) {
        syncs--;
      }
      skipped.push(one);
    }
    skipping = queue.isEmpty();
    skipped.forEach(ExpectedReplies::skip);
  }

  private static void skip(Expected one) {
    if (one.effect() != null) {
      one.effect().skipped();
    }
    if (one.own() != null) {
      one.own().lost();
    }
  }

  /**
   * The server is ready: what was asked is over.
   *
   * @return what is over; null when nothing was owed
   */
  @Nullable Expected ready() {
    Expected head = queue.peek();
    if (head == null || !head.endsReady()) {
      return null;
    }
    queue.remove();
    syncs--;
    copyIn = false;
    return head;
  }

  /** Sends what is due in the server's stead; after each message and each addition. */
  void settle() {
    for (Expected head = queue.peek(); head != null; head = queue.peek()) {
      if (head.kind() == Expected.Kind.SYNTHETIC && head.bytes() != null) {
        queue.remove();
        if (head.effect() != null) {
          head.effect().completed();
        }
        synthetic.answer(head.bytes());
      } else if (head.kind() == Expected.Kind.COPY_END) {
        queue.remove();
      } else {
        return;
      }
    }
  }

  /** The connection is gone: nothing of what is owed will come. */
  void abandon() {
    while (!queue.isEmpty()) {
      skip(queue.removeLast());
    }
    syncs = 0;
  }
}
