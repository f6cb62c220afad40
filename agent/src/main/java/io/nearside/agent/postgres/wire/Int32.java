package io.nearside.agent.postgres.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The protocol's integers: big-endian, unaligned. */
final class Int32 {
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private Int32() {}

  static int read(byte[] bytes, int at) {
    return (int) INTS.get(bytes, at);
  }

  static void write(byte[] bytes, int at, int value) {
    INTS.set(bytes, at, value);
  }
}
