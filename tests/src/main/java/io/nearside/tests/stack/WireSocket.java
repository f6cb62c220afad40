package io.nearside.tests.stack;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;

/**
 * A TCP or unix socket with a growing buffer of what was received. It reads only when its owner
 * waits for bytes, or while it sends: so a pipeline of any length cannot block on a peer that waits
 * for us to read, and an owner that does not read is a slow reader indeed. One thread at a time.
 */
final class WireSocket implements AutoCloseable {
  private static final int READ_CHUNK_BYTES = 64 * 1024;

  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final ByteBuffer chunk = ByteBuffer.allocate(READ_CHUNK_BYTES);
  private final Duration sendTimeout;
  private byte[] received = new byte[READ_CHUNK_BYTES];
  private int start;
  private int limit;
  private boolean ended;

  /**
   * Connects.
   *
   * @param sendTimeout how long a peer may take nothing
   */
  WireSocket(SocketAddress address, Duration sendTimeout) throws IOException {
    this.sendTimeout = sendTimeout;
    channel = SocketChannel.open(address);
    if (!(address instanceof UnixDomainSocketAddress)) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    channel.configureBlocking(false);
    selector = Selector.open();
    key = channel.register(selector, SelectionKey.OP_READ);
  }

  /** How many received bytes stand unread. */
  int available() {
    return limit - start;
  }

  /** The unread byte at an index below {@link #available}. */
  int at(int index) {
    return received[start + index] & 0xff;
  }

  /** Finds the end of a message in a part of an array. */
  interface Scan {
    int end(byte[] bytes, int from, int to);
  }

  /** How many unread bytes a scan finds to be one message; -1 while it is not whole. */
  int scan(Scan scan) {
    int end = start == limit ? -1 : scan.end(received, start, limit);
    return end < 0 ? -1 : end - start;
  }

  /** The unread bytes; they stay unread. */
  byte[] peek() {
    return Arrays.copyOfRange(received, start, limit);
  }

  /** Takes unread bytes, at most {@link #available}. */
  byte[] take(int count) {
    byte[] bytes = Arrays.copyOfRange(received, start, start + count);
    start += count;
    return bytes;
  }

  /** Whether the peer has closed or reset the connection. */
  boolean ended() {
    return ended;
  }

  /**
   * Sends bytes as they are; what arrives meanwhile is kept.
   *
   * @throws SocketTimeoutException when the peer takes nothing in time
   */
  void send(byte[] bytes) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(bytes);
    long deadline = System.nanoTime() + sendTimeout.toNanos();
    while (true) {
      if (channel.write(out) > 0) {
        deadline = System.nanoTime() + sendTimeout.toNanos();
      }
      if (!out.hasRemaining()) {
        return;
      }
      key.interestOps(ended ? SelectionKey.OP_WRITE : SelectionKey.OP_WRITE | SelectionKey.OP_READ);
      await(deadline, "the peer takes no bytes");
      receive();
    }
  }

  /**
   * Waits for more bytes or the end.
   *
   * @param deadline of {@link System#nanoTime}
   * @throws SocketTimeoutException with {@code otherwise} when nothing comes in time
   */
  void receive(long deadline, String otherwise) throws IOException {
    key.interestOps(SelectionKey.OP_READ);
    await(deadline, otherwise);
    receive();
  }

  void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  void resetOnClose() throws IOException {
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
}
