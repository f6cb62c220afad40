package io.nearside.agent.postgres.wire;

import java.util.Arrays;

/**
 * What a Parse prepares: text and parameter types, without the name it is to have. Equal when a
 * server would prepare the same; the key of what is prepared where. Immutable.
 */
public final class StatementDefinition implements Comparable<StatementDefinition> {
  private final byte[] bytes; // as in the message: text, zero byte, count, types
  private final int textLength;
  private final int hash;

  /** {@code bytes} is not copied and has been checked by {@link StatementNames#definition}. */
  StatementDefinition(byte[] bytes, int textLength) {
    this.bytes = bytes;
    this.textLength = textLength;
    this.hash = Arrays.hashCode(bytes);
  }

  /** A copy of the text, in the client's encoding. */
  public byte[] text() {
    return Arrays.copyOf(bytes, textLength);
  }

  /** Type oids of the parameters that the client declared; 0: the server infers. */
  public int[] parameterTypes() {
    int at = textLength + 3;
    int[] types = new int[(bytes.length - at) / 4];
    for (int i = 0; i < types.length; i++) {
      types[i] = Int32.read(bytes, at + 4 * i);
    }
    return types;
  }

  /** The bytes this holds in memory, for bounds of caches. */
  public int size() {
    return bytes.length;
  }

  /** The Parse that prepares it under {@code name}. */
  public byte[] parse(byte[] name) {
    return MessageWriter.of(Frontend.PARSE, name.length + 1 + bytes.length)
        .string(name)
        .raw(bytes)
        .finish();
  }

  // Clients choose what is hashed: among equal hashes a HashMap falls back on the order.
  @Override
  public int compareTo(StatementDefinition other) {
    return Arrays.compare(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StatementDefinition that
        && hash == that.hash
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Says nothing of the text. */
  @Override
  public String toString() {
    return "StatementDefinition[" + textLength + " bytes of text]";
  }
}
