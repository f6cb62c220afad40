package io.nearside.tests.coherence;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Writes on one connection until the run ends: single keys, several at once, transactions, scripts,
 * renames, removals, now and then everything. One thread.
 */
final class WriterLoop implements Runnable {
  private static final long AFTER_MISHAP_NANOS = 20_000_000;
  private static final long LOCK_WAIT_MILLIS = 50;
  private static final long LOCK_ALL_WAIT_MILLIS = 500;
  private static final String SET_DECLARED =
      "for i = 1, #KEYS do redis.call('SET', KEYS[i], ARGV[i]) end return 'OK'";
  private static final String SET_UNDECLARED = "return redis.call('SET', ARGV[1], ARGV[2])";

  private final int path;
  private final FleetConnection connection;
  private final WorkloadKeys keys;
  private final CoherenceChecker checker;
  private final Mishaps mishaps;
  private final RandomGenerator random;
  private final long pauseNanosMax;
  private final boolean wild;
  private final BooleanSupplier running;

  WriterLoop(
      int path,
      FleetConnection connection,
      WorkloadKeys keys,
      CoherenceChecker checker,
      Mishaps mishaps,
      RandomGenerator random,
      CoherencePlan plan,
      BooleanSupplier running) {
    this.path = path;
    this.connection = connection;
    this.keys = keys;
    this.checker = checker;
    this.mishaps = mishaps;
    this.random = random;
    this.pauseNanosMax = plan.writePauseMaxMillis() * 1_000_000L;
    this.wild = plan.wild();
    this.running = running;
  }

  /**
   * Commands that are one write, and the values they give.
   *
   * @param behind a read sent in the same piece, right behind the write
   */
  private record Step(
      String operation,
      List<List<String>> commands,
      Map<String, @Nullable String> values,
      ReaderLoop.@Nullable Query behind) {}

  @Override
  public void run() {
    while (running.getAsBoolean()) {
      List<Step> steps = steps();
      TreeSet<String> touched = new TreeSet<>();
      steps.forEach(step -> touched.addAll(step.values().keySet()));
      boolean all = touched.size() == keys.all().size();
      if (keys.lock(touched, all ? LOCK_ALL_WAIT_MILLIS : LOCK_WAIT_MILLIS)) {
        boolean done;
        try {
          done = steps.stream().allMatch(this::write);
        } finally {
          keys.unlock(touched);
        }
        if (!done) {
          LockSupport.parkNanos(AFTER_MISHAP_NANOS);
        }
      }
      LockSupport.parkNanos(random.nextLong(pauseNanosMax + 1));
    }
    connection.close();
  }

  /** Writes under the locks; false when the outcome is unknown or nothing was sent. */
  private boolean write(Step step) {
    try {
      connection.open();
    } catch (IOException refused) {
      mishaps.count(path, refused.getMessage());
      return false;
    }
    List<List<String>> commands = new ArrayList<>(step.commands());
    Map<String, @Nullable String> names = new HashMap<>();
    step.values()
        .forEach((key, value) -> names.put(key, value == null ? null : WorkloadKeys.name(value)));
    Write write = checker.beginWrite(path, step.operation(), names);
    ReaderLoop.Query behind = step.behind();
    Read read = null;
    if (behind != null) {
      commands.add(behind.command());
      read =
          checker.beginReadAfter(
              path, connection.cacheLine(behind.command()), behind.keys(), write);
    }
    List<byte[]> replies;
    try {
      replies = connection.exchange(commands);
      for (int i = 0; i < step.commands().size(); i++) {
        requireDone(step.commands().get(i).getFirst(), replies.get(i));
      }
    } catch (IOException e) {
      checker.unknown(write);
      mishaps.count(path, e.getMessage());
      connection.close();
      return false;
    }
    checker.acknowledge(write);
    return behind == null || read == null || readBehind(behind, read, replies.getLast());
  }

  private boolean readBehind(ReaderLoop.Query behind, Read read, byte[] reply) {
    try {
      checker.endRead(read, behind.names(reply));
      return true;
    } catch (IOException e) {
      mishaps.count(path, e.getMessage());
      connection.close();
      return false;
    }
  }

  private static void requireDone(String command, byte[] reply) throws IOException {
    if (!command.equals("EXEC")) {
      ReplyValues.string(reply);
    } else if (reply[0] == '_' || reply[1] == '-') {
      throw new IOException("EXEC was not done");
    } else {
      ReplyValues.strings(reply);
    }
  }

  private List<Step> steps() {
    int dice = random.nextInt(1_000);
    if (dice < 2 && wild) {
      return flushAll();
    }
    if (dice < 550) {
      return List.of(singleString(dice % 11, keys.string(random)));
    }
    if (dice < 700) {
      return List.of(hash(keys.hash(random)));
    }
    return several(dice % 6);
  }

  private List<Step> flushAll() {
    Map<String, @Nullable String> values = new HashMap<>();
    keys.all().forEach(key -> values.put(key, null));
    return List.of(new Step("FLUSHALL", List.of(List.of("FLUSHALL")), values, null));
  }

  private Step singleString(int form, String key) {
    String value = keys.freshValue(key, random);
    return switch (form) {
      case 0 -> single("SET EX", List.of("SET", key, value, "EX", "1000"), key, value);
      case 1 -> single("GETSET", List.of("GETSET", key, value), key, value);
      case 2 -> single("PSETEX", List.of("PSETEX", key, "1000000", value), key, value);
      case 3 -> single("EVAL", List.of("EVAL", SET_DECLARED, "1", key, value), key, value);
      case 4 -> single("DEL", List.of("DEL", key), key, null);
      case 5 -> single("UNLINK", List.of("UNLINK", key), key, null);
      case 6, 7 -> {
        var behind = new ReaderLoop.Query(List.of("GET", key), List.of(key));
        yield new Step(
            "SET, GET behind it", List.of(List.of("SET", key, value)), values(key, value), behind);
      }
      case 8 ->
          random.nextInt(10) == 0
              ? single(
                  "EVAL without keys", List.of("EVAL", SET_UNDECLARED, "0", key, value), key, value)
              : single("set", List.of("set", key, value), key, value);
      default -> single("SET", List.of("SET", key, value), key, value);
    };
  }

  private Step hash(String key) {
    String value = keys.freshValue(key, random);
    List<String> set = List.of("HSET", key, "f", value, "n", value);
    return switch (random.nextInt(6)) {
      case 0 -> single("DEL", List.of("DEL", key), key, null);
      case 1 -> single("HDEL", List.of("HDEL", key, "f", "n"), key, null);
      case 2 -> {
        List<List<String>> commands = transaction(List.of(List.of("DEL", key), set));
        yield new Step("MULTI DEL HSET EXEC", commands, values(key, value), null);
      }
      case 3 -> {
        var behind = new ReaderLoop.Query(List.of("HGET", key, "f"), List.of(key));
        yield new Step("HSET, HGET behind it", List.of(set), values(key, value), behind);
      }
      default -> single("HSET", set, key, value);
    };
  }

  private List<Step> several(int form) {
    List<String> chosen =
        random.nextInt(3) == 0
            ? keys.someStrings(random, 2 + random.nextInt(3))
            : keys.multiLine(random);
    Map<String, @Nullable String> values = new HashMap<>();
    List<String> pairs = new ArrayList<>();
    List<String> fresh = new ArrayList<>();
    List<List<String>> sets = new ArrayList<>();
    for (String key : chosen) {
      String value = keys.freshValue(key, random);
      values.put(key, value);
      pairs.addAll(List.of(key, value));
      fresh.add(value);
      sets.add(List.of("SET", key, value));
    }
    String from = chosen.get(0);
    String to = chosen.get(1);
    String value = fresh.getFirst();
    List<String> setFrom = List.of("SET", from, value);
    return switch (form) {
      case 0 -> {
        List<String> keysAndValues = new ArrayList<>(chosen);
        keysAndValues.addAll(fresh);
        yield step(
            "EVAL", command("EVAL", keysAndValues, SET_DECLARED, "" + chosen.size()), values);
      }
      case 1 -> List.of(new Step("MULTI SET.. EXEC", transaction(sets), values, null));
      case 2 -> {
        List<List<String>> commands =
            transaction(List.of(setFrom, List.of("COPY", from, to, "REPLACE")));
        Map<String, @Nullable String> both = values(from, value);
        both.put(to, value);
        yield List.of(new Step("MULTI SET COPY EXEC", commands, both, null));
      }
      case 3 -> {
        Map<String, @Nullable String> moved = values(from, null);
        moved.put(to, value);
        if (!wild) {
          List<List<String>> commands = transaction(List.of(setFrom, List.of("RENAME", from, to)));
          yield List.of(new Step("MULTI SET RENAME EXEC", commands, moved, null));
        }
        yield List.of(
            single("SET", setFrom, from, value),
            new Step("RENAME", List.of(List.of("RENAME", from, to)), moved, null));
      }
      case 4 -> {
        values.replaceAll((key, any) -> null);
        yield step("DEL..", command("DEL", chosen), values);
      }
      default -> step("MSET", command("MSET", pairs), values);
    };
  }

  private static List<Step> step(
      String operation, List<String> command, Map<String, @Nullable String> values) {
    return List.of(new Step(operation, List.of(command), values, null));
  }

  private static List<String> command(String name, List<String> last, String... first) {
    List<String> command = new ArrayList<>(List.of(name));
    command.addAll(List.of(first));
    command.addAll(last);
    return command;
  }

  private static Step single(
      String operation, List<String> command, String key, @Nullable String value) {
    return new Step(operation, List.of(command), values(key, value), null);
  }

  private static List<List<String>> transaction(List<List<String>> commands) {
    List<List<String>> all = new ArrayList<>();
    all.add(List.of("MULTI"));
    all.addAll(commands);
    all.add(List.of("EXEC"));
    return all;
  }

  private static Map<String, @Nullable String> values(String key, @Nullable String value) {
    Map<String, @Nullable String> values = new HashMap<>();
    values.put(key, value);
    return values;
  }
}
