package io.nearside.agent.redis;

import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.net.RawSocket;
import io.nearside.agent.redis.command.Pin;
import io.nearside.agent.redis.resp.InlineCommand;
import io.nearside.agent.redis.resp.ReplyScanner;
import io.nearside.agent.redis.resp.RequestFrame;
import io.nearside.agent.redis.resp.RequestScanner;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: the shell that owns its socket, its unread bytes and the replies that it
 * is owed, in order. What a command means is decided by {@link Router}. A session is either on its
 * lane's shared connection or has one of its own (pinned); it changes between them only when it is
 * owed nothing, so that its requests can not overtake each other.
 */
@SuppressWarnings("ReferenceEquality") // replies and scanners are compared by identity
final class Session implements RawSocket.Peer {
  private static final byte[] NO_BYTES = {};
  private static final long QUIT_MILLIS_MAX = 1000;

  private final RedisLoop loop;
  private final ArrayDeque<PendingReply> owed = new ArrayDeque<>(4);
  private @Nullable RawSocket socket;
  private Lane lane;
  private @Nullable UpstreamConnection shared;
  private @Nullable UpstreamConnection pinned;
  private @Nullable ClientState state;
  private PinReason pinnedFor = PinReason.LOGIN;
  private @Nullable LargeRequest large;

  private final RequestBuffer unread;

  private boolean processing;
  private boolean untilDrained;
  private boolean untilAcquired;
  private boolean acquireFailed;
  private boolean untilWritable;
  private boolean isDirty;
  private boolean blocking;
  private boolean closing;
  private boolean closed;
  private boolean inputClosed;
  private boolean closesWithUpstream;
  private boolean stallWatched;
  private boolean fenceOpen;
  private boolean strongFenceOpen;
  // The hold that the command at hand waits for, or may be sent under.
  private @Nullable StrongWrite strongWrite;
  private boolean untilGranted;
  private boolean fresh;
  private byte[] name = NO_BYTES;

  Session(RedisLoop loop, Lane lane) {
    this.loop = loop;
    this.lane = lane;
    this.unread = new RequestBuffer(loop);
  }

  void open(RawSocket connected) {
    socket = connected;
  }

  private RawSocket socket() {
    if (socket == null) {
      throw new IllegalStateException("the session is not open yet");
    }
    return socket;
  }

  RedisLoop loop() {
    return loop;
  }

  Lane lane() {
    return lane;
  }

  boolean uses(Lane other) {
    return lane == other || (pinned != null && pinned.lane() == other);
  }

  @Nullable UpstreamConnection pinned() {
    return pinned;
  }

  @Nullable ClientState state() {
    return state;
  }

  /** Why it is pinned now; only while it is. */
  PinReason pinnedFor() {
    PinReason now = state == null ? null : state.reason();
    return now == null ? pinnedFor : now;
  }

  boolean fenceOpen() {
    return fenceOpen;
  }

  /** Whether keys of this policy may be answered from memory. */
  boolean fenceOpen(Policy policy) {
    return policy.strong() ? strongFenceOpen : fenceOpen;
  }

  /** Whether it asked to read past the near-cache. */
  boolean isFresh() {
    return fresh;
  }

  byte[] name() {
    return name;
  }

  void name(byte[] now) {
    name = now;
    fresh = loop.face().settings().isFreshName(now);
  }

  boolean isIdle() {
    return owed.isEmpty() && unread.isEmpty() && large == null;
  }

  // ---- bytes from the client

  @Override
  public void received(ByteBuf in) {
    loop.tick();
    if (closing) {
      return;
    }
    if (unread.isEmpty() && large == null) {
      unread.borrow(in);
      process();
      unread.keepLeftOver();
    } else if (unread.append(in)) {
      process();
      unread.release();
    } else {
      respond(Errors.TOO_MANY_LARGE);
      closeWhenAnswered(DisconnectReason.LIMIT);
    }
  }

  @Override
  public void readComplete() {
    loop.counters().batchEnded(loop.now());
    flush();
  }

  /** Takes commands as long as they may be taken. */
  private void process() {
    if (processing || closing) {
      return;
    }
    processing = true;
    fenceOpen = loop.fenceOpen();
    strongFenceOpen = fenceOpen && loop.strongFenceOpen();
    try {
      while (accepting() && (large != null ? streamLarge() : takeOne())) {
        // The loop's condition does the work.
      }
    } finally {
      processing = false;
    }
    if (!closed) {
      socket().reading(accepting() || (unread.isEmpty() && !untilDrained && !untilAcquired));
    }
    if (inputClosed && unread.isEmpty() && owed.isEmpty()) {
      close(DisconnectReason.PEER);
    }
  }

  private boolean accepting() {
    return !closing
        && !untilDrained
        && !untilAcquired
        && !untilGranted
        && !untilWritable
        && owed.size() < loop.face().settings().clients().pipelineMax()
        && socket().isWritable();
  }

  /** Takes one command from the buffer; false when there is none whole, or it must wait. */
  private boolean takeOne() {
    if (unread.isEmpty()) {
      return false;
    }
    RequestScanner scanner = unread.scanner();
    scanner.unauthenticated(loop.face().mustLogIn() && lane.scope().credentials() == null);
    int end = scanner.scan(unread.bytes(), unread.head(), unread.tail());
    if (end == RequestScanner.VIOLATION) {
      byte[] error = Errors.error(scanner.violation());
      unread.rewind(scanner);
      unread.discard();
      respond(error);
      closeWhenAnswered(DisconnectReason.PROTOCOL);
      return false;
    }
    if (end == RequestScanner.NEED_MORE) {
      if (scanner.bytesNeeded() > loop.face().requestBufferBytes()) {
        return beginLarge(scanner);
      }
      unread.halfRead();
      return false;
    }
    boolean taken = scanner.inline() ? takeInline(scanner.frame()) : take(scanner.frame());
    if (taken) {
      unread.commandTaken(scanner, end);
    }
    return taken;
  }

  private boolean take(RequestFrame frame) {
    boolean taken = frame.argCount() == 0 || loop.router().handle(this, frame);
    if (taken) {
      giveUpHold();
    }
    return taken;
  }

  private boolean takeInline(RequestFrame line) {
    byte[] command;
    try {
      command = InlineCommand.canonical(line.bytes(), line.start(), line.end());
    } catch (IllegalArgumentException e) {
      command = null;
    }
    if (command == null) {
      respond(Errors.error("ERR Protocol error: unbalanced quotes in request"));
      closeWhenAnswered(DisconnectReason.PROTOCOL);
      return false;
    }
    var canonical = new RequestScanner(loop.face().settings().limits());
    int end = canonical.scan(command, 0, command.length);
    return end != command.length || take(canonical.frame());
  }

  // ---- large commands, streamed over a connection of their own

  private boolean beginLarge(RequestScanner scanner) {
    if (takeAcquireFailure()) {
      respond(loop.router().exhausted());
      closeWhenAnswered(DisconnectReason.LIMIT);
      return false;
    }
    if (pinned == null && !obtainPinned(PinReason.LARGE_REQUEST)) {
      // Asked again when it may go on.
      unread.rewind(scanner);
      return false;
    }
    large = new LargeRequest(this, scanner);
    unread.rewind(scanner);
    return true;
  }

  private boolean streamLarge() {
    LargeRequest request = large;
    UpstreamConnection connection = pinned;
    if (request == null || connection == null || unread.isEmpty()) {
      return false;
    }
    if (!connection.isWritable()) {
      waitUntilWritable(connection);
      return false;
    }
    unread.taken(request.stream(unread.bytes(), unread.head(), unread.tail(), connection));
    if (request.isOver()) {
      large = null;
      return true;
    }
    return false;
  }

  // ---- replies to the client

  /** Adds to what the client is owed; its requests are answered in this order. */
  void owe(PendingReply reply) {
    owed.add(reply);
  }

  /** Answers without anybody upstream, in turn. */
  void respond(byte[] reply) {
    if (owed.isEmpty()) {
      append(reply, 0, reply.length);
    } else {
      owed.add(new PendingReply.Local(reply));
    }
  }

  /** Bytes of a reply that is on its way: sent at once when it is its turn, else held. */
  void deliver(PendingReply reply, byte[] bytes, int from, int to) {
    if (closed) {
      return;
    }
    if (owed.peek() == reply) {
      append(bytes, from, to - from);
    } else {
      reply.hold(bytes, from, to);
      if (reply.heldLength() > loop.face().outboundBytesMax() + loop.face().requestBufferBytes()) {
        close(DisconnectReason.LIMIT);
      }
    }
  }

  /** A push of the upstream: outside the order of replies. */
  void pushed(byte[] bytes, int from, int to) {
    append(bytes, from, to - from);
  }

  private void append(byte[] bytes, int from, int length) {
    if (closed) {
      return;
    }
    socket().append(bytes, from, length);
    if (!isDirty) {
      isDirty = true;
      if (!processing) {
        loop.dirty(this);
      }
    }
  }

  /** A reply is whole: what waited for it may leave, and the client's next commands may come in. */
  void replyEnded() {
    if (closed) {
      owed.clear();
      return;
    }
    PendingReply first = owed.peek();
    while (first != null && first.isDone()) {
      owed.remove();
      if (first.heldLength() > 0) {
        append(first.held(), 0, first.heldLength());
      }
      first = owed.peek();
      if (first != null && !first.isDone() && first.heldLength() > 0) {
        append(first.held(), 0, first.heldLength());
        first.heldSent();
      }
    }
    if (owed.isEmpty()) {
      untilDrained = false;
      blocking = false;
      unpinIfClean();
      if (closing) {
        if (!closesWithUpstream) {
          closeNow();
        }
        return;
      }
    }
    if (!unread.isEmpty() && !processing) {
      proceed();
    } else if (inputClosed && owed.isEmpty()) {
      close(DisconnectReason.PEER);
    } else if (!processing && !closing && large == null) {
      socket().reading(true);
    }
  }

  /** Something that the session waited for has happened. */
  void proceed() {
    untilWritable = false;
    if (closed || processing) {
      return;
    }
    process();
    unread.release();
    if (!processing && isDirty) {
      flush();
    }
  }

  void flush() {
    if (!isDirty || closed) {
      return;
    }
    isDirty = false;
    socket().flush();
    if (!socket().isWritable()) {
      UpstreamConnection source = pinned != null ? pinned : shared;
      if (source != null && !owed.isEmpty()) {
        source.pausedBy(this);
      }
      watchStall();
    }
  }

  @Override
  public void writabilityChanged(boolean writable) {
    if (!writable || closed) {
      return;
    }
    if (shared != null) {
      shared.resumedBy(this);
    }
    if (pinned != null) {
      pinned.resumedBy(this);
    }
    proceed();
  }

  /** A client that holds up others on a shared connection may do so only for a while. */
  private void watchStall() {
    if (stallWatched || pinned != null) {
      return;
    }
    stallWatched = true;
    loop.after(
        loop.face().settings().clients().stallMillis(),
        () -> {
          stallWatched = false;
          if (!closed && !socket().isWritable() && pinned == null && !owed.isEmpty()) {
            abort(DisconnectReason.SLOW_READER);
          }
        });
  }

  // ---- connections upstream

  /**
   * The shared connection that takes this session's next command, or null when it must first be
   * owed nothing.
   */
  @Nullable UpstreamConnection sharedConnection() {
    UpstreamConnection connection = shared;
    if (connection == null || !connection.isUsable()) {
      if (!owed.isEmpty() && connection != null && !connection.isClosed()) {
        untilDrained = true;
        return null;
      }
      connection = lane.shared();
      shared = connection;
    }
    if (!connection.isWritable()) {
      waitUntilWritable(connection);
      return null;
    }
    return connection;
  }

  /**
   * The user's rights or the server's role have changed: the next command finds a fresh connection.
   */
  void retireShared() {
    if (owed.isEmpty()) {
      shared = null;
    }
  }

  private void waitUntilWritable(UpstreamConnection connection) {
    untilWritable = true;
    connection.pauseUntilWritable(this);
  }

  /** The router has found its connection full. */
  void waitsForUpstream() {
    untilWritable = true;
  }

  /** No further command is taken until the client is owed nothing. */
  void barrier() {
    untilDrained = true;
  }

  /**
   * Makes sure of a connection of its own; false: the command is handled again when there is one.
   */
  boolean obtainPinned(PinReason why) {
    if (acquireFailed) {
      return false;
    }
    if (!owed.isEmpty()) {
      untilDrained = true;
      return false;
    }
    UpstreamConnection connection = lane.acquire(this);
    pinnedFor = why;
    if (connection == null) {
      untilAcquired = true;
      return false;
    }
    pin(connection);
    return true;
  }

  /** Whether the wait for a connection ended without one; forgets it. */
  boolean takeAcquireFailure() {
    boolean failed = acquireFailed;
    acquireFailed = false;
    return failed;
  }

  private void pin(UpstreamConnection connection) {
    shared = null;
    pinned = connection;
    state = new ClientState();
  }

  /** The connection that it waited for. */
  void acquired(UpstreamConnection connection) {
    untilAcquired = false;
    if (closed || closing) {
      connection.lane().release(connection);
      return;
    }
    pin(connection);
    proceed();
  }

  void acquireFailed() {
    untilAcquired = false;
    acquireFailed = true;
    proceed();
  }

  void later(Runnable task) {
    loop.later(task);
  }

  // ---- writes of strongly consistent keys

  /** The hold that the command at hand has asked for; null for none. */
  @Nullable StrongWrite strongWrite() {
    return strongWrite;
  }

  void strongWrite(@Nullable StrongWrite asked) {
    strongWrite = asked;
  }

  /** The command at hand is sent: its hold is the write's now. */
  @Nullable StrongWrite takeStrongWrite() {
    StrongWrite taken = strongWrite;
    strongWrite = null;
    return taken;
  }

  /** The command was not sent after all. */
  private void giveUpHold() {
    StrongWrite unsent = takeStrongWrite();
    if (unsent != null) {
      unsent.settle();
    }
  }

  /** No further command is taken until {@link #askAgain}. */
  void waitForGrant() {
    untilGranted = true;
  }

  /** The command that waits for this hold is handled again, if it still does. */
  void askAgain(StrongWrite asked) {
    if (strongWrite == asked && untilGranted) {
      untilGranted = false;
      loop.tick();
      proceed();
    }
  }

  void blocks() {
    blocking = true;
  }

  /** The client has become another: user, protocol or database. */
  void moved(Lane now, boolean connectionToo) {
    lane = now;
    UpstreamConnection connection = pinned;
    if (connection != null) {
      if (connectionToo) {
        connection.lane(now);
      } else {
        connection.retire();
      }
    }
  }

  private void unpinIfClean() {
    UpstreamConnection connection = pinned;
    if (connection != null
        && large == null
        && !closesWithUpstream
        && state != null
        && state.isClean()) {
      pinned = null;
      state = null;
      connection.lane().release(connection);
    }
  }

  /** The connection of its own is gone, and with it what the server knew of the client. */
  void pinnedLost() {
    pinned = null;
    close(closesWithUpstream ? DisconnectReason.QUIT : DisconnectReason.UPSTREAM_LOST);
  }

  /** Sends a read once more, on a connection that stands. */
  boolean retry(FilledRead read) {
    return ask(read, read.frame());
  }

  /** Sends {@code frame} for a reply that is owed already; false when nobody can be asked. */
  boolean ask(Exchange exchange, byte[] frame) {
    if (closed) {
      return false;
    }
    UpstreamConnection connection = shared;
    if (connection == null || !connection.isUsable()) {
      connection = lane.shared();
      shared = connection;
    }
    if (!connection.hasRoom()) {
      return false;
    }
    connection.send(frame, 0, frame.length, exchange);
    return true;
  }

  /**
   * Whether an out-of-band frame of the pinned connection completes {@code head}: in RESP3
   * subscriptions are acknowledged by pushes.
   */
  boolean acknowledged(ReplyScanner reply, @Nullable Exchange head) {
    return head instanceof Subscribed subscribed && subscribed.acknowledges(reply);
  }

  // ---- the end

  @Override
  public void inputClosed() {
    inputClosed = true;
    if (blocking || (state != null && (state.isSubscribed() || state.isRaw()))) {
      close(DisconnectReason.PEER);
    } else if (unread.isEmpty() && owed.isEmpty()) {
      close(DisconnectReason.PEER);
    } else if (!unread.isEmpty() && accepting() && large == null) {
      // A command half sent will never be whole.
      process();
      if (!unread.isEmpty() && accepting()) {
        closeWhenAnswered(DisconnectReason.PEER);
      }
    } else if (large != null && !untilGranted) {
      close(DisconnectReason.PEER);
    }
  }

  private DisconnectReason closeReason = DisconnectReason.PEER;

  /** Closes once the client has what it is owed. */
  void closeWhenAnswered(DisconnectReason why) {
    closeReason = why;
    closing = true;
    if (!closed) {
      socket().reading(false);
    }
    if (owed.isEmpty()) {
      closeNow();
    }
  }

  /** QUIT on a connection of its own: the upstream closes first. */
  void closeWithUpstream() {
    closeReason = DisconnectReason.QUIT;
    closing = true;
    closesWithUpstream = true;
    loop.after(QUIT_MILLIS_MAX, () -> close(DisconnectReason.QUIT));
  }

  private void closeNow() {
    close(closeReason);
  }

  /** Sends what is ready and closes. */
  void close(DisconnectReason why) {
    closing = true;
    if (!closed) {
      socket().close(why);
    }
  }

  private void abort(DisconnectReason why) {
    closing = true;
    socket().abort(why);
  }

  @Override
  public void closed(@Nullable DisconnectReason reason) {
    closed = true;
    closing = true;
    loop.face().disconnected(reason == null ? DisconnectReason.PEER : reason);
    lane.stopWaiting(this);
    unread.discard();
    unread.release();
    giveUpHold();
    if (shared != null) {
      shared.resumedBy(this);
    }
    UpstreamConnection connection = pinned;
    if (connection != null) {
      pinned = null;
      connection.resumedBy(this);
      if (owed.isEmpty()
          && large == null
          && !closesWithUpstream
          && state != null
          && state.isClean()) {
        connection.lane().release(connection);
      } else if (blocking || large != null || state == null || state.isRaw()) {
        connection.pin(null);
        connection.close(DisconnectReason.RETIRED);
      } else {
        connection.orphan();
      }
    }
    large = null;
    owed.clear();
    loop.closed(this);
  }

  /**
   * Whether a command of this kind is only a question of the sidecar, when the session is not
   * pinned.
   */
  static boolean isSharedSafe(Pin pin) {
    return switch (pin) {
      case NONE,
          EXEC,
          DISCARD,
          UNWATCH,
          CLIENT_SETINFO,
          CLIENT_INFO,
          CLIENT_SETNAME,
          CLIENT_GETNAME ->
          true;
      default -> false;
    };
  }
}
