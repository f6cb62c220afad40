package io.nearside.agent.redis;

import io.nearside.agent.redis.resp.RequestScanner;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A client's bytes that have not been taken yet. During a read that finds nothing left over they
 * stand in the loop's scratch, where most commands begin and end; what stays is moved into an array
 * of the client's own. Large arrays are counted against what the loop may hold in all.
 */
@SuppressWarnings("ReferenceEquality") // scanners are told apart by identity
final class RequestBuffer {
  private static final byte[] NO_BYTES = {};
  private static final int BYTES_MIN = 1024;
  private static final int BYTES_UNCOUNTED = 64 * 1024;

  private final RedisLoop loop;
  private byte[] bytes = NO_BYTES;
  private int head;
  private int tail;
  private int counted;
  // The client's own while one of its commands is half read, else the loop's.
  private @Nullable RequestScanner own;

  RequestBuffer(RedisLoop loop) {
    this.loop = loop;
  }

  boolean isEmpty() {
    return head == tail;
  }

  byte[] bytes() {
    return bytes;
  }

  int head() {
    return head;
  }

  int tail() {
    return tail;
  }

  /** Everything before {@code index} has been taken. */
  void taken(int index) {
    head = index;
  }

  void discard() {
    head = tail;
    own = null;
  }

  /** Takes a read into the loop's scratch; only when empty. {@link #keepLeftOver} follows. */
  void borrow(ByteBuf in) {
    int length = in.readableBytes();
    bytes = loop.clientScratch(length);
    in.readBytes(bytes, 0, length);
    head = 0;
    tail = length;
  }

  /** Moves what was not taken out of the loop's scratch. */
  void keepLeftOver() {
    if (isEmpty()) {
      clear();
      return;
    }
    int length = tail - head;
    byte[] kept = Arrays.copyOfRange(bytes, head, head + Math.max(BYTES_MIN, length));
    if (own != null) {
      own.rebase(kept, -head);
    }
    bytes = kept;
    head = 0;
    tail = length;
  }

  /** Adds a read to what is left over; false when the loop holds too much already. */
  boolean append(ByteBuf in) {
    int length = in.readableBytes();
    if (!makeRoom(length)) {
      return false;
    }
    in.readBytes(bytes, tail, length);
    tail += length;
    return true;
  }

  private boolean makeRoom(int length) {
    if (isEmpty()) {
      head = 0;
      tail = 0;
    }
    if (bytes.length - tail >= length) {
      return true;
    }
    int unread = tail - head;
    byte[] room = bytes;
    if (bytes.length < unread + length || head == 0) {
      int size = Math.max(unread + length, 2 * unread);
      if (size > BYTES_UNCOUNTED) {
        int more = size - counted;
        counted = size;
        if (!loop.buffer(more)) {
          return false;
        }
      }
      room = new byte[size];
    }
    System.arraycopy(bytes, head, room, 0, unread);
    if (own != null) {
      own.rebase(room, -head);
    }
    bytes = room;
    head = 0;
    tail = unread;
    return true;
  }

  /** Gives the memory back if there is nothing in it. */
  void release() {
    if (isEmpty()) {
      clear();
    }
  }

  private void clear() {
    bytes = NO_BYTES;
    head = 0;
    tail = 0;
    loop.buffer(-counted);
    counted = 0;
  }

  /** The scanner that stands in this client's bytes. */
  RequestScanner scanner() {
    return own == null ? loop.scanner() : own;
  }

  /**
   * The command that {@link #scanner} has begun is not whole: it goes on there with the next bytes.
   */
  void halfRead() {
    if (own == null) {
      own = loop.scanner();
      loop.scannerTaken();
    }
  }

  /** The command is taken; its scanner has done. */
  void commandTaken(RequestScanner scanner, int end) {
    head = end;
    if (scanner == own) {
      own = null;
    }
  }

  /** The command half read is to be read from its start again. */
  void rewind(RequestScanner scanner) {
    scanner.reset();
    if (scanner == own) {
      own = null;
    }
  }
}
