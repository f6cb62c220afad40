package io.nearside.tests.stack;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
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

  private static final int READ_CHUNK_BYTES = 64 * 1024;

  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final ByteBuffer chunk = ByteBuffer.allocate(READ_CHUNK_BYTES);
  private byte[] received = new byte[READ_CHUNK_BYTES];
  private int start;
  private int limit;
  private boolean ended;

  private RawRedis(SocketChannel channel) throws IOException {
    this.channel = channel;
    channel.configureBlocking(false);
    selector = Selector.open();
    key = channel.register(selector, SelectionKey.OP_READ);
  }

  /** Connects to a TCP or unix socket address. */
  public static RawRedis connect(SocketAddress address) throws IOException {
    SocketChannel channel = SocketChannel.open(address);
    if (!(address instanceof UnixDomainSocketAddress)) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    return new RawRedis(channel);
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
    ByteBuffer out = ByteBuffer.wrap(bytes);
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (true) {
      if (channel.write(out) > 0) {
        deadline = System.nanoTime() + TIMEOUT.toNanos();
      }
      if (!out.hasRemaining()) {
        return;
      }
      key.interestOps(ended ? SelectionKey.OP_WRITE : SelectionKey.OP_WRITE | SelectionKey.OP_READ);
      await(deadline, "the peer takes no bytes");
      receive();
    }
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
      int end = start == limit ? ReplyScanner.INCOMPLETE : ReplyScanner.end(received, start, limit);
      if (end == ReplyScanner.INCOMPLETE) {
        String missing = replies.size() + " of " + count + " replies, then " + leftover();
        if (ended) {
          throw new EOFException("the peer closed after " + missing);
        }
        key.interestOps(SelectionKey.OP_READ);
        await(deadline, "only " + missing);
        receive();
      } else {
        replies.add(Arrays.copyOfRange(received, start, end));
        start = end;
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
    while (!ended) {
      key.interestOps(SelectionKey.OP_READ);
      await(deadline, "the peer stays open after " + leftover());
      receive();
    }
    byte[] rest = Arrays.copyOfRange(received, start, limit);
    start = limit;
    return rest;
  }

  /** Whether bytes arrive within the time, or stand unread; a close counts as none. */
  public boolean hasBytesWithin(Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (start == limit && !ended) {
      key.interestOps(SelectionKey.OP_READ);
      try {
        await(deadline, "silence");
      } catch (SocketTimeoutException silent) {
        return false;
      }
      receive();
    }
    return start < limit;
  }

  /** Ends our direction only (a FIN); replies can still be read. */
  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  /** Makes {@link #close} end the connection by a reset instead of a FIN (TCP only). */
  public void resetOnClose() throws IOException {
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
  }

  @Override
  public void close() {
    try (selector;
        channel) {
      ended = true;
    } catch (IOException alreadyGone) {
      // closing is all that was asked for
    }
  }

  private void await(long deadline, String otherwise) throws IOException {
    long millis = (deadline - System.nanoTime()) / 1_000_000;
    if (millis <= 0) {
      throw new SocketTimeoutException(otherwise);
    }
    selector.select(millis);
    selector.selectedKeys().clear();
  }

  private void receive() throws IOException {
    if (ended) {
      return;
    }
    chunk.clear();
    int count;
    try {
      count = channel.read(chunk);
    } catch (IOException reset) {
      count = -1;
    }
    if (count < 0) {
      ended = true;
      return;
    }
    if (limit + count > received.length) {
      int unread = limit - start;
      byte[] target =
          unread + count > received.length / 2
              ? new byte[Math.max(received.length * 2, unread + count)]
              : received;
      System.arraycopy(received, start, target, 0, unread);
      received = target;
      start = 0;
      limit = unread;
    }
    System.arraycopy(chunk.array(), 0, received, limit, count);
    limit += count;
  }

  private String leftover() {
    return limit == start
        ? "nothing"
        : Printable.of(Arrays.copyOfRange(received, start, limit)) + " unfinished";
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
