package io.nearside.agent.redis.resp;

import java.util.Arrays;

/**
 * One client command, seen in place: offsets of its arguments into a byte array that belongs to
 * somebody else. Mutable and reused; one per event loop. Argument 0 is the command's name.
 *
 * <p>An argument's bytes may be missing (a large command that is streamed keeps only what routing
 * needs): its {@link #argStart} is then {@link #MISSING} and its length is still true.
 */
public final class RequestFrame {
  /** Start of an argument whose bytes were not kept. */
  public static final int MISSING = -1;

  private byte[] bytes = new byte[0];
  private int start;
  private int end;
  private int argCount;
  private int[] argStarts = new int[16];
  private int[] argLengths = new int[16];

  /** Begins a frame at {@code start} of {@code bytes}; the array is not copied. */
  public void begin(byte[] bytes, int start) {
    this.bytes = bytes;
    this.start = start;
    this.end = start;
    this.argCount = 0;
  }

  /** Adds the next argument; {@code argStart} may be {@link #MISSING}. */
  public void addArg(int argStart, int argLength) {
    if (argCount == argStarts.length) {
      argStarts = Arrays.copyOf(argStarts, argCount * 2);
      argLengths = Arrays.copyOf(argLengths, argCount * 2);
    }
    argStarts[argCount] = argStart;
    argLengths[argCount++] = argLength;
  }

  /** Ends the frame before index {@code end}. */
  public void finish(int end) {
    this.end = end;
  }

  /** The bytes have moved to another array, {@code delta} further on. */
  public void rebase(byte[] bytes, int delta) {
    this.bytes = bytes;
    if (delta == 0) {
      return;
    }
    start += delta;
    end += delta;
    for (int i = 0; i < argCount; i++) {
      if (argStarts[i] != MISSING) {
        argStarts[i] += delta;
      }
    }
  }

  public byte[] bytes() {
    return bytes;
  }

  /** Index of the frame's first byte. */
  public int start() {
    return start;
  }

  /** Index after the frame's last byte. */
  public int end() {
    return end;
  }

  public int argCount() {
    return argCount;
  }

  /** Index of the argument's first byte in {@link #bytes()}, or {@link #MISSING}. */
  public int argStart(int index) {
    return argStarts[index];
  }

  public int argLength(int index) {
    return argLengths[index];
  }

  /** Whether the argument's bytes are here. */
  public boolean hasArg(int index) {
    return index < argCount && argStarts[index] != MISSING;
  }

  /** A copy of the argument's bytes. */
  public byte[] arg(int index) {
    return Arrays.copyOfRange(bytes, argStarts[index], argStarts[index] + argLengths[index]);
  }

  /** Whether the argument is {@code upper} (ASCII capitals), whatever its case. */
  public boolean argIs(int index, byte[] upper) {
    if (!hasArg(index) || argLengths[index] != upper.length) {
      return false;
    }
    int at = argStarts[index];
    for (byte expected : upper) {
      byte b = bytes[at++];
      if (b >= 'a' && b <= 'z') {
        b = (byte) (b - 32);
      }
      if (b != expected) {
        return false;
      }
    }
    return true;
  }
}
