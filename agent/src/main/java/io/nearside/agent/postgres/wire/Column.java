package io.nearside.agent.postgres.wire;

/** A column of an answer that we make ourselves: text format, no table behind it. */
public record Column(String name, int typeOid) {
  public static final int BOOL = 16;
  public static final int INT8 = 20;
  public static final int INT4 = 23;
  public static final int TEXT = 25;
  public static final int FLOAT8 = 701;
  public static final int NUMERIC = 1700;

  /** {@code typlen} of pg_type: bytes of the type, -1 where it varies. */
  int typeLength() {
    return switch (typeOid) {
      case BOOL -> 1;
      case INT4 -> 4;
      case INT8, FLOAT8 -> 8;
      default -> -1;
    };
  }
}
