package io.nearside.tests.coherence;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * The keys of a run, their locks, and the values that writers give them.
 *
 * <p>A value begins with its name, {@code KEY#NUMBER#}, the number unique in the run; then its own
 * length and padding, so that a reply that was cut or mixed is seen. Few keys take most of the
 * traffic: races need company. Safe from any thread.
 */
final class WorkloadKeys {
  private static final int HOT_KEYS = 6;
  private static final int MULTI_LINES = 8;
  private static final int[] PADDING_BYTES = {0, 20, 80, 80, 80, 400, 3_000, 20_000};

  private final List<String> strings = new ArrayList<>();
  private final List<String> hashes = new ArrayList<>();
  private final Map<String, ReentrantLock> locks = new TreeMap<>();
  private final List<List<String>> multiLines = new ArrayList<>();
  private final AtomicLong numbers = new AtomicLong();

  /** One key in five holds a hash. */
  WorkloadKeys(int count, RandomGenerator random) {
    for (int i = 0; i < count; i++) {
      boolean hash = i % 5 == 4;
      String key = (hash ? "h:%02d" : "s:%02d").formatted(i);
      (hash ? hashes : strings).add(key);
      locks.put(key, new ReentrantLock());
    }
    for (int i = 0; i < MULTI_LINES; i++) {
      multiLines.add(someStrings(random, 2 + random.nextInt(3)));
    }
  }

  Collection<String> all() {
    return locks.keySet();
  }

  static boolean isHash(String key) {
    return key.startsWith("h:");
  }

  String string(RandomGenerator random) {
    return strings.get(index(random, strings.size()));
  }

  String hash(RandomGenerator random) {
    return hashes.get(index(random, hashes.size()));
  }

  /** Different string keys. */
  List<String> someStrings(RandomGenerator random, int count) {
    TreeSet<String> chosen = new TreeSet<>();
    while (chosen.size() < count) {
      chosen.add(string(random));
    }
    return List.copyOf(chosen);
  }

  /** One of few fixed lists of keys: the same command line must come again to be a hit. */
  List<String> multiLine(RandomGenerator random) {
    return multiLines.get(random.nextInt(multiLines.size()));
  }

  private static int index(RandomGenerator random, int size) {
    return random.nextInt(10) < 7 ? random.nextInt(Math.min(HOT_KEYS, size)) : random.nextInt(size);
  }

  /** A value that was never used before. */
  String freshValue(String key, RandomGenerator random) {
    int padding = PADDING_BYTES[random.nextInt(PADDING_BYTES.length)];
    return String.format(
        Locale.ROOT, "%s#%d#%d#%s", key, numbers.incrementAndGet(), padding, "x".repeat(padding));
  }

  /** The part of a value, or of its first 64 characters, that the checker knows it by. */
  static String name(String value) {
    int end = value.indexOf('#', value.indexOf('#') + 1);
    return end < 0 ? "spoilt: " + value : value.substring(0, end + 1);
  }

  /** As {@link #name}, for a whole value: what is too short or too long has no good name. */
  static String wholeName(String value) {
    String name = name(value);
    int end = value.indexOf('#', name.length());
    if (end > 0) {
      String padding = value.substring(name.length(), end);
      if (padding.equals(Integer.toString(value.length() - end - 1))) {
        return name;
      }
    }
    return "spoilt, %d characters: %s".formatted(value.length(), name);
  }

  /** Takes the locks of some keys, all or none; false when one is not free in time. */
  boolean lock(Collection<String> keys, long waitMillis) {
    List<ReentrantLock> taken = new ArrayList<>();
    for (String key : new TreeSet<>(keys)) {
      ReentrantLock lock = lockOf(key);
      try {
        if (!lock.tryLock(waitMillis, TimeUnit.MILLISECONDS)) {
          taken.forEach(ReentrantLock::unlock);
          return false;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        taken.forEach(ReentrantLock::unlock);
        return false;
      }
      taken.add(lock);
    }
    return true;
  }

  void unlock(Collection<String> keys) {
    keys.forEach(key -> lockOf(key).unlock());
  }

  private ReentrantLock lockOf(String key) {
    ReentrantLock lock = locks.get(key);
    if (lock == null) {
      throw new IllegalArgumentException("not a key of this run: " + key);
    }
    return lock;
  }
}
