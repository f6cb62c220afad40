package io.nearside.tests.linear;

import io.nearside.tests.coherence.FleetConnection;
import io.nearside.tests.coherence.Mishaps;
import io.nearside.tests.coherence.ReplyValues;
import io.nearside.tests.coherence.ReplyValues.ErrorReply;
import io.nearside.tests.linear.Operation.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Reads and writes on one connection until the run ends, and records it. One thread. */
final class StrongClient implements Runnable {
  private static final long AFTER_MISHAP_NANOS = 20_000_000;

  private final String process;
  private final int sidecar;
  private final FleetConnection connection;
  private final StrongPlan plan;
  private final StrongKeys keys;
  private final History history;
  private final Mishaps mishaps;
  private final RandomGenerator random;
  private final BooleanSupplier running;
  private int written;
  private long readCommands;

  StrongClient(
      int sidecar,
      int number,
      FleetConnection connection,
      StrongPlan plan,
      StrongKeys keys,
      History history,
      Mishaps mishaps,
      RandomGenerator random,
      BooleanSupplier running) {
    this.process = "client %d of sidecar %d".formatted(number, sidecar);
    this.sidecar = sidecar;
    this.connection = connection;
    this.plan = plan;
    this.keys = keys;
    this.history = history;
    this.mishaps = mishaps;
    this.random = random;
    this.running = running;
  }

  /** What a command does to one key; what it saw is filled in with the reply. */
  private record Part(String key, Action action) {
    static Part read(String key) {
      return new Part(key, new Action.Read(null));
    }

    static Part write(String key, @Nullable String value) {
      return new Part(key, new Action.Write(value));
    }

    static Part add(String key) {
      return new Part(key, new Action.Add(null));
    }
  }

  /**
   * Command lines that are sent in one piece.
   *
   * @param answersEach whether the last reply is an array with an element for each part
   */
  private record Request(List<List<String>> lines, List<Part> parts, boolean answersEach) {
    static Request of(Part part, String... words) {
      return new Request(List.of(List.of(words)), List.of(part), false);
    }
  }

  /** How many of the commands only read; to be asked when the thread has ended. */
  long readCommands() {
    return readCommands;
  }

  @Override
  public void run() {
    while (running.getAsBoolean()) {
      boolean writes = random.nextInt(100) < plan.writePercent();
      Request request = writes ? write() : read();
      readCommands += writes ? 0 : 1;
      if (!ask(request)) {
        LockSupport.parkNanos(AFTER_MISHAP_NANOS);
      }
      LockSupport.parkNanos(random.nextLong(1_000L * plan.thinkMaxMicros() + 1));
    }
    connection.close();
  }

  private boolean ask(Request request) {
    try {
      connection.open();
    } catch (IOException refused) {
      mishaps.count(sidecar, refused.getMessage());
      return false;
    }
    History.Invocation invocation = history.invoke(process);
    try {
      List<byte[]> replies = connection.exchange(request.lines);
      invocation.returned();
      List<Action> done = done(request, replies.getLast());
      for (int i = 0; i < done.size(); i++) {
        invocation.end(request.parts.get(i).key, done.get(i), Outcome.OK);
      }
      return true;
    } catch (IOException e) {
      Outcome outcome = isRefusal(e) ? Outcome.FAILED : Outcome.UNKNOWN;
      request.parts.forEach(part -> invocation.end(part.key, part.action, outcome));
      mishaps.count(sidecar, e.getMessage());
      return false;
    }
  }

  /** A transaction with a refused command in it is not executed. */
  private static boolean isRefusal(IOException e) {
    return e instanceof ErrorReply refused
        && String.valueOf(refused.getMessage()).matches("(TRYAGAIN nearside|EXECABORT).*");
  }

  private static List<Action> done(Request request, byte[] reply) throws IOException {
    List<@Nullable String> answers =
        request.answersEach
            ? ReplyValues.strings(reply)
            : Collections.nCopies(request.parts.size(), ReplyValues.string(reply));
    if (answers.size() != request.parts.size()) {
      throw new IOException("a reply of another form");
    }
    List<Action> done = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      done.add(done(request.parts.get(i).action, answers.get(i)));
    }
    return done;
  }

  private static Action done(Action asked, @Nullable String answer) throws IOException {
    return switch (asked) {
      case Action.Read _ -> new Action.Read(answer);
      case Action.Write write -> write;
      case Action.Add _ -> {
        if (answer == null) {
          throw new IOException("no sum");
        }
        yield new Action.Add(Long.parseLong(answer));
      }
    };
  }

  private Request read() {
    int dice = random.nextInt(100);
    if (dice < 65) {
      String key = keys.text(random);
      return Request.of(Part.read(key), "GET", key);
    }
    if (dice < 85) {
      String key = keys.counter(random);
      return Request.of(Part.read(key), "GET", key);
    }
    List<String> line = new ArrayList<>(List.of("MGET"));
    List<String> several = keys.texts(random, 2 + random.nextInt(2));
    line.addAll(several);
    return new Request(List.of(line), several.stream().map(Part::read).toList(), true);
  }

  private Request write() {
    String key = keys.text(random);
    String value = value();
    return switch (random.nextInt(12)) {
      case 0 -> Request.of(Part.write(key, null), "DEL", key);
      case 1 -> Request.of(Part.write(key, value), "SET", key, value, "EX", "1000");
      case 2 -> {
        String script = "return redis.call('set', KEYS[1], ARGV[1])";
        yield Request.of(Part.write(key, value), "EVAL", script, "1", key, value);
      }
      case 3, 4 -> severalAtOnce();
      case 5, 6 -> transaction();
      case 7, 8, 9 -> {
        String counter = keys.counter(random);
        yield Request.of(Part.add(counter), "INCR", counter);
      }
      default -> Request.of(Part.write(key, value), "SET", key, value);
    };
  }

  private Request severalAtOnce() {
    List<String> line = new ArrayList<>(List.of("MSET"));
    List<Part> parts = new ArrayList<>();
    for (String key : keys.texts(random, 2)) {
      String value = value();
      line.addAll(List.of(key, value));
      parts.add(Part.write(key, value));
    }
    return new Request(List.of(line), parts, false);
  }

  private Request transaction() {
    List<String> texts = keys.texts(random, 2);
    String counter = keys.counter(random);
    String value = value();
    List<Part> parts =
        List.of(Part.write(texts.get(0), value), Part.read(texts.get(1)), Part.add(counter));
    List<List<String>> lines =
        List.of(
            List.of("MULTI"),
            List.of("SET", texts.get(0), value),
            List.of("GET", texts.get(1)),
            List.of("INCR", counter),
            List.of("EXEC"));
    return new Request(lines, parts, true);
  }

  /** Never twice in a run. */
  private String value() {
    written++;
    return process.replaceAll("[^0-9]+", "-") + "-" + written;
  }
}
