package io.nearside.tests.bench;

/** Where a figure is to lie: the target and the side of it. */
record Goal(Side side, double target) {
  /** On which side of the target. */
  enum Side {
    AT_LEAST,
    AT_MOST,
    NONE
  }

  static final Goal NONE = new Goal(Side.NONE, 0);

  static Goal atLeast(double target) {
    return new Goal(Side.AT_LEAST, target);
  }

  static Goal atMost(double target) {
    return new Goal(Side.AT_MOST, target);
  }

  /** The target as people read it; empty where there is none. */
  String text() {
    return switch (side) {
      case AT_LEAST -> ">= " + target;
      case AT_MOST -> "<= " + target;
      case NONE -> "";
    };
  }

  /** Met or missed; empty where there is no target. */
  String verdict(double value) {
    return switch (side) {
      case AT_LEAST -> value >= target ? "met" : "missed";
      case AT_MOST -> value <= target ? "met" : "missed";
      case NONE -> "";
    };
  }
}
