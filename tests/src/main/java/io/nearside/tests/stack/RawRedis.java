package io.nearside.tests.stack;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A Redis connection that knows only bytes: it sends what it is given and reads whole replies as
 * they stood on the wire, over TCP or a unix socket. While it sends it keeps reading, so that a
 * pipeline of any length cannot block on a peer that waits for us to read. One thread at a time.
 */
public final class RawRedis implements AutoCloseable {
  /** How long a read or a write may wait unless the caller says otherwise. */
  public static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final WireSocket socket;

  private RawRedis(WireSocket socket) {
    this.socket = socket;
  }

  /** Connects to a TCP or unix socket address. */
  public static RawRedis connect(SocketAddress address) throws IOException {
    return new RawRedis(new WireSocket(address, TIMEOUT));
  }

  /** Connects to a port of the loopback address. */
  public static RawRedis connect(int port) throws IOException {
    return connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /** Connects to a unix socket. */
  public static RawRedis connect(Path unixSocket) throws IOException {
    return connect(UnixDomainSocketAddress.of(unixSocket));
  }

  /** A command as an array of bulk strings, the form in which clients send it. */
  public static byte[] encode(String... arguments) {
    return encode(Arrays.stream(arguments).map(RawRedis::utf8).toList());
  }

  /** A command as an array of bulk strings, the form in which clients send it. */
  public static byte[] encode(List<byte[]> arguments) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(utf8("*" + arguments.size() + "\r\n"));
    for (byte[] argument : arguments) {
      out.writeBytes(utf8("$" + argument.length + "\r\n"));
      out.writeBytes(argument);
      out.writeBytes(utf8("\r\n"));
    }
    return out.toByteArray();
  }

  /** Sends one command and reads its one reply, as raw bytes. */
  public byte[] command(String... arguments) throws IOException {
    send(encode(arguments));
    return read(1).getFirst();
  }

  /** Sends one command and gives its one reply as text, protocol marks included. */
  public String ask(String... arguments) throws IOException {
    return new String(command(arguments), StandardCharsets.UTF_8);
  }

  /**
   * Sends bytes as they are; what arrives meanwhile is kept for the next read.
   *
   * @throws SocketTimeoutException when the peer takes nothing for {@link #TIMEOUT}
   */
  public void send(byte[] bytes) throws IOException {
    socket.send(bytes);
  }

  /** Reads exactly {@code count} replies within {@link #TIMEOUT}. */
  public List<byte[]> read(int count) throws IOException {
    return read(count, TIMEOUT);
  }

  /**
   * Reads exactly {@code count} replies.
   *
   * @throws SocketTimeoutException when they have not all arrived in time; says what has
   * @throws EOFException when the peer closed before
   */
  public List<byte[]> read(int count, Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    List<byte[]> replies = new ArrayList<>(count);
    while (replies.size() < count) {
      int end = socket.scan(ReplyScanner::end);
      if (end == ReplyScanner.INCOMPLETE) {
        String missing = replies.size() + " of " + count + " replies, then " + leftover();
        if (socket.ended()) {
          throw new EOFException("the peer closed after " + missing);
        }
        socket.receive(deadline, "only " + missing);
      } else {
        replies.add(socket.take(end));
      }
    }
    return replies;
  }

  /**
   * Reads until the peer closes and gives all bytes; a reset counts as a close.
   *
   * @throws SocketTimeoutException when the peer stays
   */
  public byte[] readToEnd(Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!socket.ended()) {
      socket.receive(deadline, "the peer stays open after " + leftover());
    }
    return socket.take(socket.available());
  }

  /** Whether bytes arrive within the time, or stand unread; a close counts as none. */
  public boolean hasBytesWithin(Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (socket.available() == 0 && !socket.ended()) {
      try {
        socket.receive(deadline, "silence");
      } catch (SocketTimeoutException silent) {
        return false;
      }
    }
    return socket.available() > 0;
  }

  /** Ends our direction only (a FIN); replies can still be read. */
  public void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Makes {@link #close} end the connection by a reset instead of a FIN (TCP only). */
  public void resetOnClose() throws IOException {
    socket.resetOnClose();
  }

  @Override
  public void close() {
    socket.close();
  }

  private String leftover() {
    return socket.available() == 0 ? "nothing" : Printable.of(socket.peek()) + " unfinished";
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
