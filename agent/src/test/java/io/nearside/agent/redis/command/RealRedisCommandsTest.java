package io.nearside.agent.redis.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Our knowledge of commands beside what a real Redis 7.0.15 says. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RealRedisCommandsTest {
  private static final int LINES_PER_COMMAND = 60;
  private static final Set<String> OWN_GRAMMAR =
      Set.of("sort", "georadius", "georadiusbymember", "migrate");
  private static final String[] VOCABULARY = {
    "a",
    "b",
    "c",
    "k1",
    "k2",
    "0",
    "1",
    "2",
    "3",
    "7",
    "-1",
    "99999999999",
    "x",
    "",
    "STORE",
    "store",
    "STOREDIST",
    "STREAMS",
    "BLOCK",
    "COUNT",
    "LIMIT",
    "BY",
    "GET",
    "ASC",
    "KEYS",
    "AUTH",
    "AUTH2",
    "COPY",
    "WITHSCORES",
    "WEIGHTS",
    "AGGREGATE",
    "GROUP",
    "NOACK"
  };

  private @Nullable RealRedis redis;

  @BeforeAll
  void start() throws IOException, InterruptedException {
    redis = RealRedis.start();
  }

  @AfterAll
  void stop() throws IOException {
    if (redis != null) {
      redis.close();
    }
  }

  private RealRedis redis() {
    return Objects.requireNonNull(redis);
  }

  @Test
  void bundledTable_besideTheServersOwn_isTheSame() throws IOException {
    String actual = CommandText.format(CommandReply.parse(redis().raw("COMMAND")));

    String bundled = CommandText.format(CommandText.bundled());
    if (!actual.equals(bundled)) {
      Path received = Path.of("target", "redis-7.0-commands.txt");
      Files.writeString(received, actual);
      assertEquals(bundled, actual, "copy " + received + " over the resource if this is meant");
    }
  }

  @Test
  void parse_resp3Reply_givesTheSameTable() throws IOException {
    byte[] resp2 = redis().raw("COMMAND");
    redis().raw("HELLO", "3");
    byte[] resp3 = redis().raw("COMMAND");
    redis().raw("HELLO", "2");

    assertEquals(
        CommandText.format(CommandReply.parse(resp2)),
        CommandText.format(CommandReply.parse(resp3)));
  }

  /**
   * Random arguments for every command: the server's own key extraction is the model. Three
   * documented differences: GETKEYS takes "01" and "1x" for key counts, which the commands
   * themselves refuse (as we do); it takes an XREADGROUP without GROUP, which the server refuses as
   * well; and for SORT, GEORADIUS and MIGRATE it is right about well-formed requests only, which
   * the next test makes.
   */
  @Test
  void keys_randomArguments_areThoseOfCommandGetkeys() throws IOException {
    long seed = Long.getLong("nearside.seed", System.nanoTime());
    System.out.println("RealRedisCommandsTest seed " + seed);
    var random = new Random(seed);
    CommandTable table = CommandTable.parse(redis().raw("COMMAND"));
    List<String> differences = new ArrayList<>();
    int compared = 0;
    for (Command command : table.commands()) {
      for (int i = 0; i < LINES_PER_COMMAND && !OWN_GRAMMAR.contains(command.name()); i++) {
        String[] words = randomRequest(command, random);
        if (compare(table, words, differences)) {
          compared++;
        }
      }
    }
    assertTrue(compared > 5_000, "compared " + compared);
    assertEquals(
        "", differences.stream().limit(40).collect(Collectors.joining("\n")), "seed " + seed);
  }

  @Test
  void keys_commandsWithAGrammarOfTheirOwn_areThoseOfCommandGetkeys() throws IOException {
    long seed = Long.getLong("nearside.seed", System.nanoTime());
    var random = new Random(seed);
    CommandTable table = CommandTable.parse(redis().raw("COMMAND"));
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      String by = shuffled(random, "BY p*|GET x*|GET #|LIMIT 0 1|ASC|ALPHA|STORE d");
      compare(table, Frames.words("SORT k" + by), differences);
      compare(table, Frames.words("SORT_RO k" + by.replace(" STORE d", "")), differences);
      String geo = shuffled(random, "WITHDIST|WITHCOORD|COUNT 3|ANY|DESC|STORE d|STOREDIST e");
      compare(table, Frames.words("GEORADIUS k 1 2 3 m" + geo), differences);
      compare(table, Frames.words("georadiusbymember k x 3 m" + geo), differences);
      String options = shuffled(random, "COPY|REPLACE|AUTH pw|AUTH2 user keys");
      compare(table, Frames.words("MIGRATE h 1 k 0 99" + options), differences);
      compare(table, Frames.words("MIGRATE h 1 \"\" 0 99" + options + " KEYS a b"), differences);
    }

    assertEquals(
        "", differences.stream().limit(40).collect(Collectors.joining("\n")), "seed " + seed);
  }

  /** Some of the options, in any order, with a blank before each. */
  private static String shuffled(Random random, String options) {
    List<String> some = new ArrayList<>(List.of(options.split("\\|", -1)));
    Collections.shuffle(some, random);
    return some.subList(0, random.nextInt(some.size() + 1)).stream()
        .map(option -> " " + option)
        .collect(Collectors.joining());
  }

  private static String[] randomRequest(Command command, Random random) {
    List<String> words = new ArrayList<>(List.of(command.name().split("\\|", -1)));
    int arity = Math.abs(command.arity());
    int count = command.arity() > 0 ? arity : arity + random.nextInt(7);
    while (words.size() < count) {
      words.add(VOCABULARY[random.nextInt(VOCABULARY.length)]);
    }
    if (command.name().equals("xreadgroup")) {
      words.set(1, "GROUP");
    }
    return words.toArray(String[]::new);
  }

  /** Whether the server had keys to compare with. */
  private boolean compare(CommandTable table, String[] words, List<String> differences)
      throws IOException {
    List<String> request = new ArrayList<>(List.of("COMMAND", "GETKEYS"));
    request.addAll(List.of(words));
    Object answer = redis().ask(request.toArray(String[]::new));
    List<String> ours = Frames.keys(table, Frames.of(words));
    boolean named = !ours.contains("...");
    if (answer instanceof List<?> keys) {
      if (!named && keys.isEmpty()) {
        return false; // a script without keys
      }
      List<String> theirs = keys.stream().map(String::valueOf).sorted().toList();
      if (!named || !theirs.equals(ours.stream().sorted().toList())) {
        differences.add(String.join(" ", words) + ": " + ours + ", server " + theirs);
      }
      return true;
    }
    // no keys, or arguments that the server would refuse
    if (String.valueOf(answer).contains("no key arguments") && named && !ours.isEmpty()) {
      differences.add(String.join(" ", words) + ": " + ours + ", server: no keys");
    }
    return false;
  }
}
