package io.nearside.tests.equivalence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.equivalence.EquivalenceRunner.Delivery;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.TamperProxy;
import io.nearside.tests.stack.TamperProxy.Direction;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The comparison itself: it finds two servers equal, and it finds one wrong byte. */
@SuppressWarnings("NullAway.Init") // set before every test
final class EquivalenceSelfTest {
  private static final Delivery WHOLE = new Delivery(false, false, Delivery.WHOLE);

  private static RedisServer one;
  private static RedisServer other;

  @BeforeAll
  static void startServers() {
    one = RedisServer.start();
    other = RedisServer.start();
  }

  @AfterAll
  static void stopServers() {
    one.close();
    other.close();
  }

  @TestFactory
  Stream<DynamicTest> twoServers_wholeCorpus_areEqual() {
    return Corpus.tests(
        new EquivalenceRunner(one, other, EndpointUnderTest.direct(other).address()));
  }

  @TestFactory
  Stream<DynamicTest> twoServers_withPassword_areEqual() {
    RedisServer locked = RedisServer.start("--requirepass", Corpus.PASSWORD);
    RedisServer twin = RedisServer.start("--requirepass", Corpus.PASSWORD);
    var address = EndpointUnderTest.direct(twin).address();
    return Corpus.lockedTests(new EquivalenceRunner(locked, twin, address, Corpus.PASSWORD))
        .onClose(locked::close)
        .onClose(twin::close);
  }

  @Test
  void corpus_commands_areAtLeastTwoThousand() {
    int commands = Corpus.written().stream().mapToInt(Script::commands).sum();
    assertTrue(commands >= 2_000, commands + " commands");
  }

  @Test
  void generator_sameSeed_sameScript() {
    Script script = new CommandGenerator(7).script(500);
    Script again = new CommandGenerator(7).script(500);
    assertEquals(bytes(script), bytes(again));
    assertTrue(script.commands() >= 500);
  }

  @Test
  void run_oneBitFlipped_isFound() {
    Script script =
        ScriptParser.parse("self", "== flip\na: SET k value\na:: GET k\na:: GET k\n").getFirst();
    try (TamperProxy proxy = TamperProxy.inFrontOf(other.port())) {
      var runner = new EquivalenceRunner(one, other, EndpointUnderTest.loopback(proxy.port()));
      assertDoesNotThrow(() -> runner.run(script, WHOLE));
      // Behind +OK and two replies "$5 value": inside the value of the third.
      proxy.flipByteAt(Direction.TO_CLIENT, 5 + 11 + 11 + 6);
      var difference = assertThrows(Difference.class, () -> runner.run(script, WHOLE));
      assertTrue(difference.toString().contains("endpoint: $5\\r\\nvamue"), difference.toString());
    }
  }

  @Test
  void run_replyCutOff_isFound() {
    Script script = ScriptParser.parse("self", "== cut\na: PING\n").getFirst();
    try (TamperProxy proxy = TamperProxy.inFrontOf(other.port())) {
      var runner = new EquivalenceRunner(one, other, EndpointUnderTest.loopback(proxy.port()));
      assertDoesNotThrow(() -> runner.run(script, WHOLE));
      // In the middle of the first reply of every connection.
      proxy.cutAfter(Direction.TO_CLIENT, 3);
      assertThrows(Difference.class, () -> runner.run(script, WHOLE));
    }
  }

  @Test
  void normaliser_unordered_seesMultisets() {
    byte[] ab = "*2\r\n$1\r\na\r\n$1\r\nb\r\n".getBytes(UTF_8);
    byte[] ba = "*2\r\n$1\r\nb\r\n$1\r\na\r\n".getBytes(UTF_8);
    assertArrayEquals(Normaliser.UNORDERED.apply(ab), Normaliser.UNORDERED.apply(ba));
    assertFalse(Arrays.equals(Normaliser.PAIRS.apply(ab), Normaliser.PAIRS.apply(ba)));
  }

  private static List<String> bytes(Script script) {
    return script.steps().stream()
        .filter(step -> step instanceof Step.Send)
        .flatMap(step -> ((Step.Send) step).exchanges().stream())
        .map(e -> Arrays.toString(e.request))
        .toList();
  }
}
