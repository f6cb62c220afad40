package io.nearside.agent.postgres;

import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.net.RawSocket;
import io.nearside.agent.postgres.wire.Backend;
import io.nearside.agent.postgres.wire.BackendKey;
import io.nearside.agent.postgres.wire.ErrorFields;
import io.nearside.agent.postgres.wire.Frontend;
import io.nearside.agent.postgres.wire.MessageScanner;
import io.nearside.agent.postgres.wire.WireViolation;
import io.netty.buffer.ByteBuf;
import io.vertx.core.net.NetSocket;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One client connection: owns its socket and the bytes that wait. First the {@link Opening} gets
 * them, then the {@link Conversation} (or, in the admin database, the console), message by message.
 * On the event loop.
 */
final class Session implements RawSocket.Peer {

  /** Who gets a client's messages once it is logged in. */
  interface Requests {
    /**
     * A whole message, or the first piece of one that streams.
     *
     * @param whole whether it is all there
     * @return false when it can not be taken now: it is offered again
     */
    boolean message(byte type, byte[] bytes, int from, int to, boolean whole, int messageLength);

    /** More of a message that streams. */
    void piece(byte[] bytes, int from, int to);

    /** Whether no message is taken now. */
    boolean isBlocked();

    /** The client said goodbye, or is gone. */
    void ended(boolean goodbye);

    /** The client takes bytes again, or none for now. */
    void clientWritable(boolean writable);
  }

  private static final int SMALL_BYTES_MAX = 10_001;

  private final PostgresLoop loop;
  private final MessageScanner scanner = new MessageScanner(MessageScanner.PROTOCOL_LENGTH_MAX);
  private final long openedNanos;
  private final String address;
  private final int port;
  private @Nullable RawSocket socket;
  private @Nullable Opening opening;
  private @Nullable Requests requests;
  private @Nullable Conversation conversation;
  private @Nullable BackendKey key;
  private byte[] kept = new byte[0];
  private int keptLength;
  private boolean dirty;
  private boolean closed;
  private boolean processing;
  private boolean inOpening;
  private boolean tls;
  private long lastRequestNanos;

  Session(PostgresLoop loop, NetSocket connected) {
    this.loop = loop;
    this.openedNanos = loop.now();
    this.lastRequestNanos = openedNanos;
    this.address =
        connected.remoteAddress() == null
            ? "unix"
            : Objects.requireNonNullElse(connected.remoteAddress().hostAddress(), "unix");
    this.port =
        connected.remoteAddress() == null ? 0 : Math.max(0, connected.remoteAddress().port());
    this.opening = new Opening(loop, this);
  }

  void install(RawSocket raw) {
    socket = raw;
  }

  RawSocket socket() {
    return Objects.requireNonNull(socket);
  }

  /** The client's address, for people and for the limit of failed logins. */
  String address() {
    return address;
  }

  /** The client's port; 0 over a unix socket. */
  int port() {
    return port;
  }

  /** Its bytes come through TLS from here on. */
  void encrypted() {
    tls = true;
  }

  boolean isEncrypted() {
    return tls;
  }

  long openedNanos() {
    return openedNanos;
  }

  long lastRequestNanos() {
    return lastRequestNanos;
  }

  boolean isClosed() {
    return closed;
  }

  @Nullable Conversation conversation() {
    return conversation;
  }

  Conversation talk() {
    return Objects.requireNonNull(conversation);
  }

  /** By what the client cancels; null before its login. */
  @Nullable BackendKey key() {
    return key;
  }

  /** The login is over: messages go to the conversation. */
  void opened(Requests with, BackendKey cancelKey, byte[] rest) {
    opening = null;
    requests = with;
    key = cancelKey;
    keep(rest, 0, rest.length);
    if (!inOpening) {
      proceed();
      readOn();
    }
  }

  /** With whom servers talk from here on; the login goes on. */
  void conversation(Conversation with) {
    conversation = with;
  }

  // ---- bytes from the client

  @Override
  public void received(ByteBuf buf) {
    loop.tick();
    lastRequestNanos = loop.now();
    int length = buf.readableBytes();
    Opening still = opening;
    if (still != null) {
      byte[] bytes = new byte[length];
      buf.readBytes(bytes);
      inOpening = true;
      still.received(bytes);
      inOpening = false;
      if (requests != null) {
        proceed();
        readOn();
      }
      return;
    }
    if (keptLength > 0 || processing) {
      ensureKept(keptLength + length);
      buf.readBytes(kept, keptLength, length);
      keptLength += length;
      proceed();
    } else {
      byte[] bytes = loop.clientScratch(length);
      buf.readBytes(bytes, 0, length);
      int done = process(bytes, length);
      if (done < length && !closed) {
        keep(bytes, done, length);
      }
    }
    readOn();
  }

  private void keep(byte[] bytes, int from, int to) {
    ensureKept(keptLength + to - from);
    System.arraycopy(bytes, from, kept, keptLength, to - from);
    keptLength += to - from;
  }

  private void ensureKept(int length) {
    if (kept.length < length) {
      kept = Arrays.copyOf(kept, Math.max(length, Math.min(2 * kept.length, 1 << 20)));
    }
  }

  /** What waits is looked at again. */
  void proceed() {
    if (processing || closed || keptLength == 0) {
      return;
    }
    int total = keptLength;
    int done = process(kept, total);
    keptLength -= done;
    System.arraycopy(kept, done, kept, 0, keptLength);
    if (keptLength == 0 && kept.length > 64 * 1024) {
      kept = new byte[0];
    }
    readOn();
  }

  /** Reads on while there is room for what can not be taken yet. */
  private void readOn() {
    Requests to = requests;
    RawSocket from = socket;
    if (to != null && from != null && !closed) {
      from.reading(!to.isBlocked() || keptLength < loop.requestBufferBytes());
    }
  }

  private int process(byte[] bytes, int to) {
    Requests receiver = Objects.requireNonNull(requests);
    int at = 0;
    processing = true;
    try {
      while (!closed && !receiver.isBlocked() && scanner.next(bytes, at, to)) {
        int from = scanner.pieceFrom();
        int end = scanner.pieceTo();
        if (scanner.starts() && isTooLong(scanner.type(), scanner.messageLength())) {
          throw new WireViolation("message too long for its type");
        }
        if (!scanner.starts()) {
          receiver.piece(bytes, from, end);
        } else if (!scanner.ends()
            && scanner.type() != Frontend.COPY_DATA
            && scanner.messageLength() <= loop.requestBufferBytes()) {
          scanner.unread();
          break;
        } else if (!receiver.message(
            scanner.type(), bytes, from, end, scanner.ends(), scanner.messageLength())) {
          scanner.unread();
          break;
        }
        at = end;
      }
    } catch (WireViolation e) {
      // A length that can not be: the server closes without a word, too.
      loop.log().debug("client out of step reason=\"{}\"", e.getMessage());
      close(DisconnectReason.PROTOCOL);
    } finally {
      processing = false;
    }
    return at;
  }

  /** The limit of messages that hold little more than a name, as the server has it. */
  private static boolean isTooLong(byte type, int messageLength) {
    return messageLength > SMALL_BYTES_MAX
        && switch (type) {
          case Frontend.CLOSE,
              Frontend.DESCRIBE,
              Frontend.EXECUTE,
              Frontend.SYNC,
              Frontend.FLUSH,
              Frontend.COPY_DONE,
              Frontend.TERMINATE ->
              true;
          default -> false;
        };
  }

  /** Whether the client's last message is not there as a whole. */
  boolean isBetweenMessages() {
    return scanner.betweenMessages();
  }

  @Override
  public void readComplete() {
    loop.flushDirty();
    Conversation to = conversation;
    if (to != null) {
      to.flushServer();
    }
  }

  // ---- bytes to the client

  void deliver(byte[] bytes, int from, int to) {
    Conversation with = conversation;
    if (with != null && with.holds(bytes, from, to)) {
      return;
    }
    send(bytes, from, to);
  }

  /** Sends past everything that is held back. */
  void send(byte[] bytes, int from, int to) {
    if (closed || socket == null) {
      return;
    }
    socket.append(bytes, from, to - from);
    if (!dirty) {
      dirty = true;
      loop.dirty(this);
    }
  }

  void send(byte[] message) {
    send(message, 0, message.length);
  }

  void flush() {
    dirty = false;
    if (socket != null && !closed) {
      socket.flush();
    }
  }

  @Override
  public void writabilityChanged(boolean writable) {
    if (requests != null) {
      requests.clientWritable(writable);
    }
  }

  /** The server takes bytes again, or none for now. */
  void serverWritable(boolean writable) {
    if (socket != null && !closed) {
      if (writable) {
        proceed();
        if (conversation != null) {
          // What went on was not sent by a read, which would have ended with a flush.
          conversation.flushServer();
        }
        readOn();
      } else {
        socket.reading(false);
      }
    }
  }

  // ---- what a server connection tells, passed on to the conversation

  boolean wantsParameter(String name, String value) {
    return talk().wantsParameter(name, value);
  }

  boolean wants(byte type, byte[] bytes, int from, int to) {
    return talk().wants(type, bytes, from, to);
  }

  boolean wantsError(ServerConnection server, byte[] bytes, int from, int to) {
    return talk().wantsError(server, bytes, from, to);
  }

  boolean wantsLastWords() {
    return talk().wantsLastWords();
  }

  boolean wantsReady(ServerConnection server) {
    return talk().wantsReady(server);
  }

  void ready(ServerConnection server) {
    talk().ready(server);
  }

  void serverLost(ServerConnection server) {
    talk().serverLost(server);
  }

  void granted(ServerConnection server) {
    talk().granted(server);
    // A message that streams was waiting for it.
    proceed();
    // Not every place where connections come free is a server's read, which would flush.
    talk().flushServer();
  }

  void refused(ErrorFields why) {
    talk().refused(why);
  }

  void elsewhere(ErrorFields why) {
    talk().elsewhere(why);
  }

  // ---- the end

  /** Tells the client why, if it is not in the middle of a message, and closes. */
  void fatal(ErrorFields why, DisconnectReason reason) {
    if (!closed) {
      if (conversation == null || !conversation.isInMessage()) {
        send(Backend.error(why));
      }
      close(reason);
    }
  }

  void close(DisconnectReason reason) {
    if (!closed && socket != null) {
      socket.close(reason);
      end(reason, false);
    }
  }

  /** The client said goodbye. */
  void quit() {
    if (!closed && socket != null) {
      socket.close(DisconnectReason.QUIT);
      end(DisconnectReason.QUIT, true);
    }
  }

  @Override
  public void inputClosed() {
    // A client that will ask nothing more gets nothing more: as the server does.
    loop.tick();
    if (!closed && socket != null) {
      socket.close(DisconnectReason.PEER);
      end(DisconnectReason.PEER, true);
    }
    loop.flushDirty();
  }

  @Override
  public void closed(@Nullable DisconnectReason reason) {
    loop.tick();
    end(reason == null ? DisconnectReason.PEER : reason, false);
    loop.flushDirty();
  }

  private void end(DisconnectReason reason, boolean goodbye) {
    if (closed) {
      return;
    }
    closed = true;
    keptLength = 0;
    kept = new byte[0];
    if (opening != null) {
      opening.closed();
    }
    if (conversation != null) {
      conversation.ended(goodbye);
    } else if (requests != null) {
      requests.ended(goodbye);
    }
    loop.closed(this, reason);
  }
}
