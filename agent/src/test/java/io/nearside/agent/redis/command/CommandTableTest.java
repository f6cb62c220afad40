package io.nearside.agent.redis.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.nearside.agent.redis.resp.RequestFrame;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandTableTest {
  private static final CommandTable TABLE = CommandTable.bundled();

  private static Command find(String line) {
    return TABLE.find(Frames.line(line));
  }

  @ParameterizedTest
  @CsvSource({
    "GET k,get",
    "get k,get",
    "gEt k,get",
    "CONFIG SET a b,config|set",
    "config sEt a b,config|set",
    "CLIENT NO-EVICT on,client|no-evict",
    "XGROUP CREATE s g 0,xgroup|create",
    "OBJECT FREQ k,object|freq",
    "HOST: x,host:",
    "post /,post",
  })
  void find_anyCase_isTheCommand(String line, String name) {
    assertEquals(name, find(line).name());
  }

  @Test
  void find_everyName_isFoundInCapitalsAndInLowerCase() {
    for (Command command : TABLE.commands()) {
      String line = command.name().replace('|', ' ');

      assertSame(command, TABLE.find(Frames.line(line)));
      assertSame(command, TABLE.find(Frames.line(line.toUpperCase(Locale.ROOT))));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"NOPE", "G", "GETS", "\"\"", "GET\u0000", "G\u00c5T", "zzzzzzzzzzzzzzzzzzz"})
  void find_nameNotInTheTable_isUnknown(String line) {
    Command command = find(line);

    assertSame(Command.UNKNOWN, command);
    assertEquals(Effect.UNKNOWN, command.effect());
    assertEquals(Invalidation.EPOCH_UNLESS_ERROR, command.invalidation());
    assertEquals(Family.UNKNOWN, command.family());
    assertEquals(-1, command.cacheableKeyIndex(Frames.line(line + " k")));
  }

  @Test
  void find_bytesOfTheNameNotKept_isUnknown() {
    assertSame(Command.UNKNOWN, TABLE.find(Frames.without(Set.of(0), "GET", "k")));
  }

  @Test
  void find_frameWithoutArguments_isUnknown() {
    assertSame(Command.UNKNOWN, TABLE.find(Frames.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"CONFIG", "CONFIG NOPE", "CLIENT NOPE x", "XGROUP"})
  void find_unknownSubcommand_isTheContainerAndMovesTheEpochUnlessRefused(String line) {
    assertFalse(find(line).name().contains("|"));
    assertEquals(Invalidation.EPOCH_UNLESS_ERROR, find(line).invalidation());
    assertEquals(Pin.NONE, find(line).pin(Frames.line(line)));
  }

  @Test
  void pin_serverWithATinyTable_knowsTheProtocolAllTheSame() {
    CommandTable table = parse("*1\r\n*3\r\n+get\r\n:2\r\n*1\r\n+readonly\r\n");
    RequestFrame frame = Frames.line("CLIENT REPLY OFF");

    assertEquals(Pin.CLIENT_REPLY, table.find(frame).pin(frame));
    assertEquals(Pin.MULTI, table.find(Frames.line("MULTI")).pin(Frames.line("MULTI")));
    assertSame(Command.UNKNOWN, table.find(Frames.line("SET k v")));
  }

  @Test
  void invalidation_newSubcommandOfCluster_movesTheEpoch() {
    CommandTable table =
        parse(
            """
            *1\r
            *10\r
            +cluster\r
            :-2\r
            *0\r
            :0\r
            :0\r
            :0\r
            *0\r
            *0\r
            *0\r
            *1\r
            *3\r
            +cluster|flushslot\r
            :3\r
            *1\r
            +admin\r
            """);

    assertEquals(Invalidation.EPOCH, table.find(Frames.line("CLUSTER FLUSHSLOT 1")).invalidation());
  }

  @Test
  void module_withoutFlagsOrKeys_movesTheEpoch() {
    CommandTable table =
        parse("*1\r\n*7\r\n+m.x\r\n:-1\r\n*1\r\n+module\r\n:0\r\n:0\r\n:0\r\n*0\r\n");

    assertEquals(Invalidation.EPOCH, table.find(Frames.line("M.X a")).invalidation());
    assertEquals(Family.MODULE, table.find(Frames.line("M.X a")).family());
  }

  @Test
  void module_withoutFlagsButKeys_namesThemAndCrossesDatabases() {
    CommandTable table =
        parse("*1\r\n*7\r\n+m.x\r\n:-1\r\n*1\r\n+module\r\n:1\r\n:1\r\n:1\r\n*0\r\n");
    Command command = table.find(Frames.line("M.X a"));

    assertEquals(Invalidation.KEYS, command.invalidation());
    assertTrue(command.crossesDatabases());
    assertEquals(List.of("..."), Frames.keys(table, Frames.line("M.X")));
  }

  @Test
  void module_blockingFlag_pins() {
    CommandTable table =
        parse("*1\r\n*7\r\n+m.x\r\n:-1\r\n*2\r\n+module\r\n+blocking\r\n:0\r\n:0\r\n:0\r\n*0\r\n");

    assertEquals(Pin.BLOCKING, table.find(Frames.line("M.X")).pin(Frames.line("M.X")));
  }

  @Test
  void module_read_isCacheableOnlyWhenNamed() {
    CommandTable table =
        parse("*1\r\n*7\r\n+m.x\r\n:-1\r\n*2\r\n+module\r\n+readonly\r\n:1\r\n:1\r\n:1\r\n*0\r\n");
    RequestFrame frame = Frames.line("M.X k");

    assertEquals(-1, table.find(frame).cacheableKeyIndex(frame));
    table = table.withCacheableModuleReads(List.of("M.x"));
    assertEquals(1, table.find(frame).cacheableKeyIndex(frame));
  }

  @Test
  void withDenied_commandSubcommandContainerAndUnlistedName_areDenied() {
    CommandTable table =
        TABLE.withDenied(
            List.of("KEYS", "config set", "ACL", "FT.SEARCH", "NEW SUB", "CLIENT NEW"));

    assertTrue(table.find(Frames.line("keys *")).denied());
    assertTrue(table.find(Frames.line("CONFIG SET a b")).denied());
    assertFalse(table.find(Frames.line("CONFIG GET a")).denied());
    assertTrue(table.find(Frames.line("ACL WHOAMI")).denied());
    assertTrue(table.find(Frames.line("ft.search x")).denied());
    assertTrue(table.find(Frames.line("NEW SUB x")).denied());
    assertFalse(table.find(Frames.line("NEW OTHER")).denied());
    assertTrue(table.find(Frames.line("CLIENT NEW")).denied());
    assertFalse(table.find(Frames.line("GET k")).denied());
  }

  @Test
  void withDenied_unlistedName_isOtherwiseUnknown() {
    CommandTable table = TABLE.withDenied(List.of("NEW SUB"));

    assertEquals(Effect.UNKNOWN, table.find(Frames.line("NEW SUB")).effect());
    assertEquals(
        Invalidation.EPOCH_UNLESS_ERROR, table.find(Frames.line("NEW OTHER")).invalidation());
  }

  @Test
  void fromBundledPlus_upstreamsEntries_win() {
    CommandTable upstream =
        parse("*1\r\n*7\r\n+m.x\r\n:1\r\n*1\r\n+write\r\n:0\r\n:0\r\n:0\r\n*0\r\n");
    CommandTable table = CommandTable.fromBundledPlus(upstream.withDenied(List.of("get")));

    assertEquals(Effect.WRITE, table.find(Frames.line("M.X")).effect());
    assertEquals(Effect.READ, table.find(Frames.line("HGET k f")).effect());
    assertTrue(table.find(Frames.line("GET k")).denied());
  }

  @Test
  void hasHashFieldExpiry_tellsNewServersFromOld() {
    assertFalse(TABLE.hasHashFieldExpiry());
    assertTrue(parse("*1\r\n*3\r\n+hpexpire\r\n:2\r\n*1\r\n+write\r\n").hasHashFieldExpiry());
  }

  @Test
  void hotPath_findKeysAndCacheability_allocatesNothing() {
    List<RequestFrame> frames =
        List.of(
            Frames.line("GET k"),
            Frames.line("set k v"),
            Frames.line("CLIENT ID"),
            Frames.line("nope"),
            Frames.line("ZUNIONSTORE d 2 a b"),
            Frames.line("XREADGROUP GROUP g c STREAMS a b 0 0"),
            Frames.line("SORT k STORE d"));
    KeySink sink = _ -> {};
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long ask = 0;
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 10_000; i++) {
        for (int f = 0; f < frames.size(); f++) {
          RequestFrame frame = frames.get(f);
          Command command = TABLE.find(frame);
          ask += command.cacheableKeyIndex(frame) + (command.pin(frame) == Pin.NONE ? 1 : 0);
          ask += command.keys(frame, sink) ? 1 : 0;
        }
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }

    assertTrue(least < 10_000, least + " bytes in 70,000 requests (answer " + ask + ")");
  }

  private static CommandTable parse(String reply) {
    return CommandTable.parse(reply.getBytes(StandardCharsets.ISO_8859_1));
  }
}
