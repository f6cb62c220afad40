package io.nearside.agent.redis.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.redis.resp.RequestFrame;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the bundled table of Redis 7.0 is taken to mean. */
final class CommandKnowledgeTest {
  private static final CommandTable TABLE = CommandTable.bundled();

  /** Flagged as writes, yet no key of the data set changes. */
  private static final Set<String> WRITES_NO_KEY =
      Set.of("function|load", "function|delete", "function|flush", "function|restore");

  private static Command find(String line) {
    return TABLE.find(Frames.line(line));
  }

  @ParameterizedTest
  @CsvSource({
    "GET k,NOTHING",
    "SET k v,KEYS",
    "GETEX k PERSIST,KEYS",
    "EXPIRE k 1,KEYS",
    "PERSIST k,KEYS",
    "MOVE k 1,KEYS",
    "PFCOUNT k,KEYS",
    "TOUCH k,NOTHING",
    "XREADGROUP GROUP g c STREAMS s >,KEYS",
    "XREAD STREAMS s 0,NOTHING",
    "XGROUP CREATE s g 0,KEYS",
    "XGROUP HELP,NOTHING",
    "OBJECT FREQ k,NOTHING",
    "FLUSHALL,EPOCH",
    "FLUSHDB ASYNC,EPOCH",
    "SWAPDB 0 1,SWAPDB",
    "DEBUG RELOAD,EPOCH",
    "REPLICAOF NO ONE,EPOCH",
    "SLAVEOF NO ONE,EPOCH",
    "FAILOVER,EPOCH",
    "CLUSTER RESET,EPOCH",
    "CLUSTER NODES,NOTHING",
    "CLUSTER DELSLOTS 1,EPOCH",
    "MODULE LOAD x,EPOCH",
    "MODULE LIST,NOTHING",
    "FUNCTION LOAD x,NOTHING",
    "FUNCTION FLUSH,NOTHING",
    "SCRIPT FLUSH,NOTHING",
    "PUBLISH c m,NOTHING",
    "SPUBLISH c m,NOTHING",
    "ACL SETUSER u,NOTHING",
    "CONFIG SET a b,NOTHING",
    "EVAL x 1 k,KEYS",
    "FCALL f 1 k,KEYS",
    "EVAL_RO x 1 k,NOTHING",
    "EVALSHA_RO x 1 k,NOTHING",
    "FCALL_RO f 1 k,NOTHING",
    "MULTI,NOTHING",
    "EXEC,NOTHING",
    "WATCH k,NOTHING",
    "PING,NOTHING",
    "HELLO 3,NOTHING",
    "INFO,NOTHING",
    "POST /,NOTHING",
  })
  void invalidation_ofACommand_isWhatItCanChange(String line, Invalidation expected) {
    assertEquals(expected, find(line).invalidation());
  }

  @Test
  void invalidation_everyWrite_invalidatesUnlessReviewed() {
    for (Command command : TABLE.commands()) {
      if (command.effect() == Effect.WRITE && !WRITES_NO_KEY.contains(command.name())) {
        assertFalse(command.invalidation() == Invalidation.NOTHING, command.name());
      }
      if (command.effect() == Effect.WRITE) {
        assertFalse(command.cacheable(), command.name());
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      value = {
        "GET k > k",
        "MSET a 1 b 2 > a b",
        "DEL a b c > a b c",
        "RENAME a b > a b",
        "COPY a b DB 1 > a b",
        "SORT k BY w* GET x* STORE d > k d",
        "SORT k STORE d STORE e > k d e",
        "SORT_RO k BY w* > k",
        "BITOP AND d a b > d a b",
        "PFMERGE d a b > d a b",
        "ZUNIONSTORE d 2 a b WEIGHTS 1 2 > a b d",
        "ZUNION 2 a b WITHSCORES > a b",
        "ZMPOP 2 a b MIN > a b",
        "BLMPOP 0 2 a b LEFT > a b",
        "BLPOP a b 0 > a b",
        "EVAL s 2 a b c > a b",
        "EVAL s 0 > ...",
        "EVAL s 0 a > ...",
        "EVAL s 3 a b > ...",
        "EVAL s x a > ...",
        "EVAL s -1 a > ...",
        "EVAL s 01 a > ...",
        "EVAL s > ...",
        "EVAL_RO s 0 > ",
        "XREAD COUNT 1 STREAMS a b 0 0 > a b",
        "XREADGROUP GROUP streams c streams a b 0 0 > a b",
        "XREADGROUP GROUP g c COUNT 1 > ",
        "GEORADIUS k 1 2 3 m STORE a STOREDIST b STORE c > k a b c",
        "MIGRATE h 1 k 0 9 > k",
        "MIGRATE h 1 \"\" 0 9 AUTH keys KEYS a b > a b",
        "MEMORY USAGE k > k",
        "XGROUP CREATE k g 0 > k",
        "PING > ",
        "SET > ",
        "RENAME a > a",
      })
  void keys_ofARequest_areNamed(String line, String expected) {
    List<String> keys = Frames.keys(TABLE, Frames.line(line));

    assertEquals(words(expected).stream().sorted().toList(), keys.stream().sorted().toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      value = {
        "SET k v > k",
        "COPY a b > b",
        "BITOP AND d a b > d",
        "SORT k STORE d > d",
        "SORT k > ",
        "GEORADIUS k 1 2 3 m STORE a > a",
        "ZUNIONSTORE d 2 a b > d",
        "SMOVE a b x > a b",
        "RENAME a b > a b",
        "XREADGROUP GROUP g c STREAMS s 0 > s",
        "PFCOUNT a b > a b",
        "EVAL s 2 a b > a b",
      })
  void writtenKeys_ofARequest_leaveOutWhatIsOnlyRead(String line, String expected) {
    List<String> keys = Frames.writtenKeys(TABLE, Frames.line(line));

    assertEquals(words(expected).stream().sorted().toList(), keys.stream().sorted().toList());
  }

  private static List<String> words(String text) {
    return text == null || text.isBlank() ? List.of() : List.of(text.strip().split(" ", -1));
  }

  @Test
  void keys_bytesNotKept_areNotAllNamed() {
    assertNotNamed(List.of("b", "..."), Set.of(1), "DEL", "a", "b");
    assertNotNamed(List.of("..."), Set.of(2), "EVAL", "s", "1", "k");
    assertNotNamed(List.of("..."), Set.of(3), "EVAL", "s", "1", "k");
    assertNotNamed(List.of("k", "..."), Set.of(2), "SORT", "k", "STORE", "d");
    assertNotNamed(List.of("k", "..."), Set.of(3), "SORT", "k", "STORE", "d");
    assertNotNamed(List.of("..."), Set.of(4), "XREADGROUP", "GROUP", "g", "c", "STREAMS", "a", "0");
    assertNotNamed(List.of("..."), Set.of(6), "MIGRATE", "h", "1", "", "0", "9", "KEYS", "k");
  }

  private static void assertNotNamed(List<String> expected, Set<Integer> missing, String... words) {
    assertEquals(expected, Frames.keys(TABLE, Frames.without(missing, words)));
  }

  @Test
  void keys_valueNotKept_areNamed() {
    assertEquals(
        List.of("k"), Frames.keys(TABLE, Frames.without(Set.of(2), "SET", "k", "a large value")));
  }

  @ParameterizedTest
  @CsvSource({
    "GET k,1",
    "HGET k f,1",
    "EXISTS k,1",
    "EXISTS a b,-1",
    "EXISTS k k,-1",
    "MGET k,1",
    "MGET a b,-1",
    "SINTER k,1",
    "SINTER a b,-1",
    "ZUNION 1 k,2",
    "ZUNION 2 a b,-1",
    "ZUNION x k,-1",
    "SINTERCARD 1 k LIMIT 3,2",
    "SORT_RO k,1",
    "SORT_RO k LIMIT 0 1 DESC,1",
    "SORT_RO k BY w*,-1",
    "SORT_RO k GET #,-1",
    "SORT k,-1",
    "GEORADIUS_RO k 1 2 3 m,1",
    "GEORADIUS k 1 2 3 m,-1",
    "TTL k,-1",
    "PTTL k,-1",
    "EXPIRETIME k,1",
    "OBJECT ENCODING k,-1",
    "RANDOMKEY,-1",
    "SRANDMEMBER k,-1",
    "HRANDFIELD k,-1",
    "ZRANDMEMBER k,-1",
    "SCAN 0,-1",
    "SSCAN k 0,-1",
    "TIME,-1",
    "XREAD STREAMS k 0,-1",
    "XRANGE k - +,1",
    "XPENDING k g,-1",
    "XINFO STREAM k,-1",
    "LCS a b,-1",
    "DUMP k,-1",
    "TOUCH k,-1",
    "MEMORY USAGE k,-1",
    "PFCOUNT k,-1",
    "EVAL_RO s 1 k,-1",
    "KEYS *,-1",
    "DBSIZE,-1",
    "GET,-1",
    "GETEX k,-1",
    "SET k v,-1",
  })
  void cacheableKeyIndex_ofARequest_isItsOneKeyOrNone(String line, int expected) {
    assertEquals(expected, find(line).cacheableKeyIndex(Frames.line(line)));
  }

  @Test
  void cacheableKeyIndex_keyNotKept_isNone() {
    RequestFrame frame = Frames.without(Set.of(1), "GET", "k");

    assertEquals(-1, TABLE.find(frame).cacheableKeyIndex(frame));
  }

  @ParameterizedTest
  @CsvSource({
    "GET k,NONE",
    "SET k v,NONE",
    "AUTH p,AUTH",
    "HELLO,HELLO",
    "SELECT 1,SELECT",
    "MULTI,MULTI",
    "EXEC,EXEC",
    "WATCH k,WATCH",
    "SSUBSCRIBE c,SUBSCRIBE",
    "PUNSUBSCRIBE,UNSUBSCRIBE",
    "BLPOP k 0,BLOCKING",
    "XREAD STREAMS k 0,NONE",
    "XREAD BLOCK 0 STREAMS k 0,BLOCKING",
    "XREAD COUNT 1 BLOCK 0 STREAMS k 0,BLOCKING",
    "XREAD STREAMS block 0,NONE",
    "XREADGROUP GROUP g c STREAMS k >,NONE",
    "XREADGROUP GROUP g c BLOCK 1 STREAMS k >,BLOCKING",
    "CLIENT REPLY OFF,CLIENT_REPLY",
    "CLIENT CACHING YES,CLIENT_TRACKING",
    "CLIENT ID,CLIENT_ID",
    "CLIENT NO-TOUCH on,CLIENT_SETTING",
    "CLIENT SETINFO lib-name x,CLIENT_SETINFO",
    "CLIENT LIST,NONE",
    "SCRIPT DEBUG YES,SCRIPT_DEBUG",
    "SCRIPT LOAD x,NONE",
    "WAIT 1 0,WAIT",
    "WAITAOF 0 1 0,WAIT",
    "READONLY,CLUSTER_MODE",
    "PSYNC ? -1,REPLICATION",
    "REPLCONF x y,REPLICATION",
    "RESET,RESET",
    "QUIT,QUIT",
    "MONITOR,MONITOR",
    "POST / HTTP/1.1,FORBIDDEN_NAME",
    "Host: x,FORBIDDEN_NAME",
  })
  void pin_ofARequest_isItsMeaningForTheConnection(String line, Pin expected) {
    assertEquals(expected, find(line).pin(Frames.line(line)));
  }

  @Test
  void changesAcl_andOtherMarks_areOnTheRightCommands() {
    assertEquals(List.of("acl|deluser", "acl|load", "acl|setuser"), marked(Command::changesAcl));
    assertEquals(
        List.of("module|load", "module|loadex", "module|unload"), marked(Command::changesTable));
    assertEquals(
        List.of("copy", "eval", "evalsha", "fcall", "move"), marked(Command::crossesDatabases));
    assertEquals(List.of("mget"), marked(Command::isMget));
    assertTrue(find("HGETALL k").hashFamily());
    assertFalse(find("HSET k f v").hashFamily());
  }

  private static List<String> marked(java.util.function.Predicate<Command> mark) {
    return TABLE.commands().stream().filter(mark).map(Command::name).sorted().toList();
  }

  /** All that is derived from the bundled table, so that a change of a rule is seen in review. */
  @Test
  void knowledge_ofEveryBundledCommand_isAsApproved() throws IOException {
    List<String> lines = new ArrayList<>();
    for (Command command :
        TABLE.commands().stream().sorted(Comparator.comparing(Command::name)).toList()) {
      RequestFrame frame = Frames.line(command.name().replace('|', ' ') + " BLOCK");
      lines.add(
          String.join(
              " ",
              command.name(),
              command.effect().name(),
              command.invalidation().name(),
              command.pin(frame).name(),
              command.family().label(),
              command.cacheable() ? "cacheable" : "-"));
    }
    String actual = String.join("\n", lines) + "\n";
    String approved;
    try (InputStream in =
        Objects.requireNonNull(getClass().getResourceAsStream("command-knowledge.txt"))) {
      approved = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    }
    Path received = Path.of("target", "command-knowledge.txt");
    Files.writeString(received, actual);

    assertEquals(approved, actual, "copy " + received + " over the test resource if this is meant");
  }
}
