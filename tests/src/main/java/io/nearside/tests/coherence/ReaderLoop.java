package io.nearside.tests.coherence;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Reads on one connection until the run ends, and reports each read. One thread. */
final class ReaderLoop implements Runnable {
  private static final long AFTER_MISHAP_NANOS = 20_000_000;
  private static final int PIPELINE_READS = 6;

  private final int path;
  private final FleetConnection connection;
  private final WorkloadKeys keys;
  private final CoherenceChecker checker;
  private final Mishaps mishaps;
  private final RandomGenerator random;
  private final BooleanSupplier running;

  ReaderLoop(
      int path,
      FleetConnection connection,
      WorkloadKeys keys,
      CoherenceChecker checker,
      Mishaps mishaps,
      RandomGenerator random,
      BooleanSupplier running) {
    this.path = path;
    this.connection = connection;
    this.keys = keys;
    this.checker = checker;
    this.mishaps = mishaps;
    this.random = random;
    this.running = running;
  }

  /** One command and what its reply says of its keys. */
  record Query(List<String> command, List<String> keys) {
    /** What tells a key's whole value. */
    static Query whole(String key) {
      List<String> command =
          WorkloadKeys.isHash(key) ? List.of("HGET", key, "f") : List.of("GET", key);
      return new Query(command, List.of(key));
    }

    /** Names of the values, in the order of the keys. */
    List<@Nullable String> names(byte[] reply) throws IOException {
      return switch (command.getFirst()) {
        case "GET", "get" -> Collections.singletonList(wholeName(ReplyValues.string(reply)));
        case "GETRANGE" -> Collections.singletonList(partName(ReplyValues.string(reply)));
        case "HGET" -> Collections.singletonList(wholeName(ReplyValues.string(reply)));
        case "HMGET" -> Collections.singletonList(sameName(ReplyValues.strings(reply)));
        case "HGETALL" -> Collections.singletonList(pairName(ReplyValues.strings(reply)));
        case "MGET" -> ReplyValues.strings(reply).stream().map(Query::wholeName).toList();
        default -> throw new IllegalStateException("no form is known for " + command);
      };
    }

    private static @Nullable String wholeName(@Nullable String value) {
      return value == null ? null : WorkloadKeys.wholeName(value);
    }

    /** GETRANGE of an absent key is empty. */
    private static @Nullable String partName(@Nullable String value) {
      return value == null || value.isEmpty() ? null : WorkloadKeys.name(value);
    }

    private static @Nullable String sameName(List<@Nullable String> values) {
      String first = values.getFirst();
      for (String value : values) {
        if (!String.valueOf(first).equals(String.valueOf(value))) {
          return "spoilt, fields of one write differ: " + first + " and " + value;
        }
      }
      return wholeName(first);
    }

    private static @Nullable String pairName(List<@Nullable String> pairs) {
      List<@Nullable String> values = new ArrayList<>();
      for (int i = 1; i < pairs.size(); i += 2) {
        values.add(pairs.get(i));
      }
      return values.isEmpty() ? null : sameName(values);
    }
  }

  @Override
  public void run() {
    while (running.getAsBoolean()) {
      List<Query> queries = new ArrayList<>();
      int count = random.nextInt(20) == 0 ? PIPELINE_READS : 1;
      for (int i = 0; i < count; i++) {
        queries.add(query());
      }
      try {
        connection.open();
        ask(queries);
      } catch (IOException e) {
        mishaps.count(path, e.getMessage());
        LockSupport.parkNanos(AFTER_MISHAP_NANOS);
      }
    }
    connection.close();
  }

  private void ask(List<Query> queries) throws IOException {
    List<Read> reads = new ArrayList<>();
    for (Query query : queries) {
      reads.add(checker.beginRead(path, connection.cacheLine(query.command()), query.keys()));
    }
    List<byte[]> replies = connection.exchange(queries.stream().map(Query::command).toList());
    for (int i = 0; i < replies.size(); i++) {
      List<@Nullable String> names;
      try {
        names = queries.get(i).names(replies.get(i));
      } catch (ReplyValues.ErrorReply refused) {
        mishaps.count(path, refused.getMessage());
        continue; // a refused read says nothing
      }
      checker.endRead(reads.get(i), names);
    }
  }

  private Query query() {
    int dice = random.nextInt(100);
    if (dice < 45) {
      return single("GET", keys.string(random));
    }
    if (dice < 50) {
      return single("get", keys.string(random));
    }
    if (dice < 60) {
      String key = keys.string(random);
      return new Query(List.of("GETRANGE", key, "0", "63"), List.of(key));
    }
    if (dice < 80) {
      List<String> several = keys.multiLine(random);
      List<String> command = new ArrayList<>(List.of("MGET"));
      command.addAll(several);
      return new Query(command, several);
    }
    String hash = keys.hash(random);
    if (dice < 90) {
      return new Query(List.of("HGET", hash, random.nextBoolean() ? "f" : "n"), List.of(hash));
    }
    return dice < 95
        ? new Query(List.of("HMGET", hash, "f", "n"), List.of(hash))
        : single("HGETALL", hash);
  }

  private static Query single(String command, String key) {
    return new Query(List.of(command, key), List.of(key));
  }
}
