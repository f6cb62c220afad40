package io.nearside.cluster.local;

import java.util.Random;

/** What a hub does to the frames that it carries. Safe from any thread. */
@FunctionalInterface
public interface Faults {

  /**
   * The fate of one frame on its way to one receiver: the delay of each copy that arrives, in
   * nanoseconds. None: it is lost.
   */
  long[] copies(String from, String to);

  /** Every frame arrives once, at once, in order. */
  static Faults none() {
    return (from, to) -> new long[] {0};
  }

  /**
   * How likely each fault is, from 0 to 1, frame by frame.
   *
   * @param delayNanosMax of those that are delayed; the others overtake them
   */
  record Rates(double lost, double repeated, double delayed, long delayNanosMax) {}

  /** Faults drawn with these rates; the same for the same seed and the same calls. */
  static Faults seeded(long seed, Rates rates) {
    Random random = new Random(seed);
    return (from, to) -> {
      synchronized (random) {
        if (random.nextDouble() < rates.lost()) {
          return new long[0];
        }
        int copies = random.nextDouble() < rates.repeated() ? 2 : 1;
        long[] delays = new long[copies];
        for (int i = 0; i < copies; i++) {
          boolean delayed = random.nextDouble() < rates.delayed();
          delays[i] = delayed ? random.nextLong(1 + rates.delayNanosMax()) : 0;
        }
        return delays;
      }
    };
  }
}
