package io.nearside.config;

/** The words for a setting's range. */
final class Limits {
  private Limits() {}

  /** {@code 1..65535}, {@code at least 1}, {@code 4KiB..1GiB}; empty where nothing is limited. */
  static String text(Setting setting, boolean size) {
    boolean low = setting.min() != Long.MIN_VALUE;
    boolean high = setting.max() != Long.MAX_VALUE;
    if (low && high) {
      return number(setting.min(), size) + ".." + number(setting.max(), size);
    }
    if (low) {
      return "at least " + number(setting.min(), size);
    }
    return high ? "at most " + number(setting.max(), size) : "";
  }

  private static String number(long number, boolean size) {
    return size ? new ByteSize(number).toString() : Long.toString(number);
  }
}
