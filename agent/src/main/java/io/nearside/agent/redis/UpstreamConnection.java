package io.nearside.agent.redis;

import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.net.RawSocket;
import io.nearside.agent.redis.resp.ReplyScanner;
import io.netty.buffer.ByteBuf;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the upstream: requests out, replies in, matched by their order. Shared by the
 * stateless commands of many sessions, or pinned to one. What is sent before the connection stands
 * waits here, bounded in number and in time. Stays on one event loop.
 */
final class UpstreamConnection implements RawSocket.Peer {
  private static final byte[] READONLY = "-READONLY".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PING = "*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII);

  private final RedisLoop loop;
  private Lane lane;
  private final ArrayDeque<Exchange> exchanges = new ArrayDeque<>();
  private final ReplyScanner scanner = new ReplyScanner();
  private final Map<FrameKey, Flight> flights = new HashMap<>();
  private final FrameKey flightProbe = new FrameKey();
  private final List<Session> pausedSessions = new ArrayList<>();

  // Sent before the connection stood, in order; null once it stands.
  private @Nullable List<Unsent> unsent = new ArrayList<>();
  // Connected; it becomes the socket when it is logged in.
  private @Nullable RawSocket installed;
  private @Nullable RawSocket socket;
  private @Nullable Session pinnedTo;
  private @Nullable Session slowReader;
  private boolean push;
  private boolean retired;
  private boolean permit;
  private boolean closed;
  private boolean flushScheduled;
  private boolean closeWhenDrained;
  private long lastReceivedNanos;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Unsent(@Nullable Exchange exchange, byte[] bytes, long atNanos) {}

  UpstreamConnection(RedisLoop loop, Lane lane) {
    this.loop = loop;
    this.lane = lane;
    this.lastReceivedNanos = loop.now();
  }

  Lane lane() {
    return lane;
  }

  /** The connection's user, protocol or database has become another's. */
  void lane(Lane now) {
    lane = now;
  }

  /** Whether new work may be given to it. */
  boolean isUsable() {
    return !closed && !retired;
  }

  /** Whether it counts among the pinned connections. */
  boolean holdsPermit() {
    return permit;
  }

  void holdsPermit(boolean holds) {
    permit = holds;
  }

  boolean isClosed() {
    return closed;
  }

  boolean isReady() {
    return socket != null && !closed;
  }

  boolean isIdle() {
    return exchanges.isEmpty() && !scanner.midFrame();
  }

  boolean isWritable() {
    return socket == null || socket.isWritable();
  }

  /** The connection stands and is logged in: what waited goes out. */
  void ready(RawSocket connected) {
    socket = connected;
    List<Unsent> waiting = unsent == null ? List.of() : unsent;
    unsent = null;
    for (Unsent one : waiting) {
      if (one.exchange != null) {
        exchanges.add(one.exchange);
      }
      connected.append(one.bytes);
    }
    connected.flush();
  }

  /**
   * Fails what has waited for the connection to stand since before {@code untilNanos}; it may still
   * stand later. What came after stays: requests of one session fail from the front.
   */
  void failUnsent(String why, long untilNanos) {
    List<Unsent> waiting = unsent;
    if (waiting == null || waiting.isEmpty()) {
      return;
    }
    List<Unsent> failed = new ArrayList<>();
    List<Unsent> kept = new ArrayList<>();
    for (Unsent one : waiting) {
      (one.atNanos - untilNanos <= 0 && kept.isEmpty() ? failed : kept).add(one);
    }
    unsent = kept;
    flights.clear();
    for (Unsent one : failed) {
      if (one.exchange != null) {
        one.exchange.lost(this, false, why);
      }
    }
    loop.flushDirty();
  }

  /** The upstream refuses this user: whoever waits is told in its own words, and closed. */
  void loginRefused(String error) {
    List<Unsent> waiting = unsent == null ? List.of() : unsent;
    unsent = new ArrayList<>();
    flights.clear();
    for (Unsent one : waiting) {
      if (one.exchange instanceof Forwarded forwarded) {
        forwarded.refused(Errors.error(error));
      } else if (one.exchange != null) {
        one.exchange.lost(this, false, error);
      }
    }
    loop.flushDirty();
    if (pinnedTo != null) {
      pinnedTo.close(DisconnectReason.REVOKED);
    }
    close(DisconnectReason.REVOKED);
  }

  /** Whether one more request may wait for the connection to stand. */
  boolean hasRoom() {
    return unsent == null || unsent.size() < loop.face().upstreamConfig().acquireQueueMax();
  }

  /**
   * Sends bytes; they are copied.
   *
   * @param exchange the reply to expect, or null for none (part of a streamed request, or replies
   *     are off)
   */
  void send(byte[] bytes, int from, int to, @Nullable Exchange exchange) {
    if (closed) {
      if (exchange != null) {
        exchange.lost(this, false, "the connection was closed");
      }
      return;
    }
    if (unsent != null) {
      unsent.add(new Unsent(exchange, Arrays.copyOfRange(bytes, from, to), loop.now()));
      return;
    }
    if (exchange != null) {
      exchanges.add(exchange);
    }
    RawSocket out = Objects.requireNonNull(socket);
    out.append(bytes, from, to - from);
    if (!flushScheduled) {
      flushScheduled = true;
      out.later(this::flush);
    }
  }

  private void flush() {
    flushScheduled = false;
    if (socket != null) {
      socket.flush();
    }
  }

  /**
   * The read of this very command line that is on its way on this connection, if its lease still
   * holds.
   */
  @Nullable Flight flight(byte[] bytes, int from, int to) {
    if (flights.isEmpty()) {
      return null;
    }
    Flight read = flights.get(flightProbe.set(bytes, from, to));
    return read != null && read.joinable() ? read : null;
  }

  void flightBegun(Flight read) {
    flights.put(new FrameKey().set(read.frame(), 0, read.frame().length), read);
  }

  void flightEnded(Flight read) {
    flights.remove(flightProbe.set(read.frame(), 0, read.frame().length), read);
  }

  /** Gives the connection to one session, or (null) takes it back. */
  void pin(@Nullable Session session) {
    pinnedTo = session;
  }

  /**
   * The session that it was pinned to has gone; what it sent is still executed, then the connection
   * closes.
   */
  void orphan() {
    pinnedTo = null;
    closeWhenDrained = true;
    if (isIdle()) {
      close(DisconnectReason.RETIRED);
    }
  }

  /** No new work; closes when the work at hand is answered. */
  void retire() {
    retired = true;
    if (pinnedTo == null) {
      closeWhenDrained = true;
      // One that is still connecting logs in by the rights of then, and serves what waits for it.
      if (isIdle() && (unsent == null || unsent.isEmpty())) {
        close(DisconnectReason.RETIRED);
      }
    }
  }

  void close(DisconnectReason reason) {
    if (installed != null) {
      installed.abort(reason);
    } else if (!closed) {
      closed = true;
      lane.gone(this);
      failUnsent(reason.label(), Long.MAX_VALUE / 2 + loop.now() / 2);
    }
  }

  /** A client can not take more for now: the upstream waits, and others find another connection. */
  void pausedBy(Session session) {
    RawSocket in = socket;
    if (in == null || slowReader != null) {
      return;
    }
    slowReader = session;
    in.reading(false);
    if (pinnedTo == null) {
      // Those who come now must not wait behind it.
      lane.spread(this);
    }
  }

  void resumedBy(Session session) {
    if (slowReader == session && socket != null) {
      slowReader = null;
      socket.reading(true);
    }
  }

  /** The session waits until this connection takes bytes again. */
  void pauseUntilWritable(Session session) {
    pausedSessions.add(session);
  }

  @Override
  public void writabilityChanged(boolean writable) {
    if (writable && !pausedSessions.isEmpty()) {
      List<Session> waiting = List.copyOf(pausedSessions);
      pausedSessions.clear();
      waiting.forEach(Session::proceed);
    }
  }

  @Override
  public void received(ByteBuf in) {
    int length = in.readableBytes();
    byte[] bytes = loop.upstreamScratch(length);
    in.readBytes(bytes, 0, length);
    lastReceivedNanos = loop.tick();
    int at = 0;
    while (at < length && !closed) {
      boolean begins = !scanner.midFrame();
      int end = scanner.scan(bytes, at, length);
      if (end == ReplyScanner.VIOLATION) {
        loop.face().log().warn("upstream sent what is not RESP reason=protocol");
        close(DisconnectReason.PROTOCOL);
        return;
      }
      if (begins) {
        push = scanner.firstByte() == '>' || exchanges.isEmpty();
      }
      int to = end < 0 ? length : end;
      if (push) {
        if (pinnedTo != null) {
          pinnedTo.pushed(bytes, at, to);
        }
      } else {
        exchanges.element().chunk(bytes, at, to);
      }
      if (end >= 0) {
        frameEnded();
      }
      at = to;
    }
  }

  private void frameEnded() {
    if (push) {
      Exchange head = exchanges.peek();
      if (pinnedTo != null && pinnedTo.acknowledged(scanner, head)) {
        exchanges.remove();
        Objects.requireNonNull(head).ended(this, scanner);
      }
    } else if (exchanges.element().takes(scanner)) {
      Exchange exchange = exchanges.remove();
      if (scanner.firstByte() == '-' && scanner.headStartsWith(READONLY)) {
        loop.face().upstreamDemoted();
        retire();
      }
      exchange.ended(this, scanner);
    }
    if (closeWhenDrained && isIdle()) {
      close(DisconnectReason.RETIRED);
    }
  }

  @Override
  public void readComplete() {
    loop.flushDirty();
  }

  @Override
  public void inputClosed() {
    close(DisconnectReason.PEER);
  }

  @Override
  public void closed(@Nullable DisconnectReason reason) {
    if (closed) {
      return;
    }
    closed = true;
    flights.clear();
    lane.gone(this);
    failUnsent("connection lost", loop.now() + 1);
    String why = "connection lost (" + (reason == null ? "peer" : reason.label()) + ")";
    List<Exchange> lost = List.copyOf(exchanges);
    exchanges.clear();
    for (Exchange exchange : lost) {
      exchange.lost(this, true, why);
    }
    if (pinnedTo != null) {
      pinnedTo.pinnedLost();
    }
    writabilityChanged(true);
    loop.flushDirty();
  }

  /** Keeps an idle connection open, and finds a dead one. */
  void keepAlive(long nowNanos, long idleNanos) {
    if (isReady() && isIdle() && nowNanos - lastReceivedNanos > idleNanos) {
      lastReceivedNanos = nowNanos;
      send(PING, 0, PING.length, new Swallowed());
    }
  }

  long lastReceivedNanos() {
    return lastReceivedNanos;
  }

  /** Takes over a connected socket; {@link #ready} follows when it is logged in. */
  RawSocket install(NetSocket connected) {
    RawSocket raw = RawSocket.install(connected, loop.face().outboundBytesMax(), this);
    installed = raw;
    return raw;
  }

  /** For the login: sends at once, before what waits. */
  void sendNow(RawSocket connected, byte[] bytes, Exchange exchange) {
    exchanges.add(exchange);
    connected.append(bytes);
  }
}
