package io.nearside.tests.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nearside.tests.coherence.CoherencePlan;
import io.nearside.tests.stack.Printable;
import io.nearside.tests.stack.RawRedis;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes that no client should send, in ways in which no client should send them. */
@ParameterizedClass(name = "{0}")
@MethodSource("io.nearside.tests.fault.HostileTarget#all")
final class HostileBytesTest {
  private static final int FUZZ_THREADS = 4;
  private static final Duration FUZZ_READ = Duration.ofMillis(20);
  private static final Duration SILENCE = Duration.ofMillis(120);
  private static final Duration SHORT_SILENCE = Duration.ofMillis(30);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

  private final HostileTarget target;

  HostileBytesTest(HostileTarget target) {
    this.target = target;
  }

  @Test
  void fuzz_mutatedStreamsAndNoise_othersKeepTheirService() throws InterruptedException {
    long seed = Long.getLong("nearside.seed", System.nanoTime());
    System.out.printf("fuzz %s: -Dnearside.seed=%d%n", target, seed);
    SplittableRandom random = new SplittableRandom(seed);
    long end = System.nanoTime() + fuzzing().toNanos();
    AtomicLong streams = new AtomicLong();
    try (ControlClient control = new ControlClient(target)) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < FUZZ_THREADS; i++) {
        MutatedStreams mutated = new MutatedStreams(random.split());
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      while (System.nanoTime() - end < 0) {
                        fuzzOnce(mutated.next());
                        streams.incrementAndGet();
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      control.assertServed();
      System.out.printf(
          "fuzz %s: %,d streams; %s; %d MiB%n",
          target, streams.get(), control, target.residentMib());
    }
    target.assertResidentWithinLimit();
  }

  private Duration fuzzing() {
    return CoherencePlan.isLong()
        ? Duration.ofSeconds(30)
        : Duration.ofSeconds(target.isSidecar() ? 3 : 1);
  }

  /** What comes of it does not matter here; that the connection ends does. */
  private void fuzzOnce(byte[] stream) {
    try (RawRedis connection = target.connect()) {
      connection.send(stream);
      connection.readToEnd(FUZZ_READ);
    } catch (IOException anything) {
      // a reset or silence is an answer to noise
    }
  }

  /** Malformed requests and what follows from Redis's own parser, word for word. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "*abc\r\n",
        "*2147483648\r\n",
        "*99999999999999999999\r\n",
        "*-10\r\n*1\r\n$4\r\nPING\r\n",
        "*0\r\n*1\r\n$4\r\nPING\r\n",
        "*1\r\n$-1\r\n",
        "*1\r\n$-5\r\n",
        "*1\r\n$536870913\r\n",
        "*1\r\n$99999999999999999999\r\n",
        "*1\r\n$abc\r\n",
        "*1\r\n$\r\n",
        "*\r\nPING\r\n",
        "*1\r\nX4\r\nPING\r\n",
        "*1\r\n\r\nPING\r\n",
        "*2\r\n$4\r\nPING\r\n:1\r\n",
        "*1\r\n*1\r\n*1\r\n$4\r\nPING\r\n",
        "*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\r\n",
        "*1\r\n$4\r\nPING",
        "*1\n$4\nPING\n",
        "*+1\r\n$4\r\nPING\r\n",
        "*01\r\n$4\r\nPING\r\n",
        "* 1\r\n$4\r\nPING\r\n",
        "SET a \"unbalanced\r\n",
        "SET a 'unbalanced\r\n",
        "SET a \"x\"y\r\n",
        "\r\n\r\nPING\r\n",
        "PING\n",
        "ping hello\r\n",
        "   \r\nPING\r\n",
        "NOSUCHCOMMAND a b\r\n",
        "\0\0\0\0\r\n",
        "GET\r\n",
        "$4\r\nPING\r\n",
        "+PING\r\n",
        "-ERR\r\n",
        "quit\r\nPING\r\n",
        "*1\r\n$4\r\nQUIT\r\n*1\r\n$4\r\nPING\r\n",
      })
  void malformed_afterAValidCommand_isAnsweredAsByRedis(String input) throws IOException {
    byte[] stream = ("*1\r\n$4\r\nPING\r\n" + input).getBytes(StandardCharsets.ISO_8859_1);
    assertSameAnswer(List.of(stream));
  }

  /** A browser led here by a page: Redis's guard against it. Earlier replies may be lost. */
  @ParameterizedTest
  @ValueSource(strings = {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\n\r\n"})
  void httpRequest_endsTheConnection(String input) throws IOException {
    try (RawRedis connection = target.connect()) {
      connection.send((input + "SET from browser\r\n").getBytes(StandardCharsets.ISO_8859_1));
      String answer = Printable.of(connection.readToEnd(CLOSE_WITHIN));
      assertFalse(answer.contains("OK"), answer);
    }
  }

  /** The sidecar's own limit (`redis.clients.argumentsMax`), in the words of Redis before 7. */
  @Test
  void tooManyArguments_areRefusedInRedisWords() throws IOException {
    assumeTrue(target.isSidecar(), "Redis 7 itself takes two thousand million");
    try (RawRedis connection = target.connect()) {
      connection.send("*1048577\r\n".getBytes(StandardCharsets.ISO_8859_1));
      assertEquals(
          "-ERR Protocol error: invalid multibulk length\\r\\n",
          Printable.of(connection.readToEnd(CLOSE_WITHIN)));
    }
  }

  @Test
  void overlong_lengthsAndLines_areAnsweredAsByRedis() throws IOException {
    String digits = "1".repeat(70_000);
    for (String input :
        List.of(
            "A".repeat(70_000),
            "*" + digits,
            "*1\r\n$" + digits,
            "*" + digits + "\r\n",
            "PING " + "x".repeat(60_000) + "\r\n")) {
      assertSameAnswer(List.of(input.getBytes(StandardCharsets.ISO_8859_1)));
    }
  }

  @Test
  void byteByByte_commandsOfAllForms_areAnsweredAsByRedis() throws IOException {
    StringBuilder stream = new StringBuilder();
    for (String command :
        List.of(
            "SET slow1 a\r\nbc",
            "GET slow1",
            "get slow1",
            "HSET slow2 f v",
            "HGETALL slow2",
            "HELLO 9",
            "MGET slow1 none",
            "MULTI",
            "GET slow1",
            "EXEC")) {
      byte[] encoded = RawRedis.encode(command.split(" ", -1));
      stream.append(new String(encoded, StandardCharsets.ISO_8859_1));
    }
    stream.append("PING\r\nGET slow1\r\nGET \"slow1\"\n");
    List<byte[]> pieces = new ArrayList<>();
    for (byte one : stream.toString().getBytes(StandardCharsets.ISO_8859_1)) {
      pieces.add(new byte[] {one});
    }
    assertSameAnswer(pieces);
  }

  @Test
  void halfClose_afterCommands_theirRepliesComeFirst() throws IOException {
    try (RawRedis connection = target.connect()) {
      connection.send(RawRedis.encode("SET", "half", "closed"));
      connection.send(RawRedis.encode("GET", "half"));
      connection.send(RawRedis.encode("ECHO", "last"));
      connection.shutdownOutput();
      assertEquals(
          "+OK\r\n$6\r\nclosed\r\n$4\r\nlast\r\n",
          new String(connection.readToEnd(CLOSE_WITHIN), StandardCharsets.ISO_8859_1));
    }
  }

  @Test
  void halfClose_insideACommand_endsTheConnection() throws IOException {
    try (RawRedis connection = target.connect()) {
      connection.send("*2\r\n$3\r\nGET\r\n$100\r\nabc".getBytes(StandardCharsets.ISO_8859_1));
      connection.shutdownOutput();
      assertEquals(0, connection.readToEnd(CLOSE_WITHIN).length);
    }
  }

  @Test
  void reset_insideACommandAndInsideAReply_harmsNobody() throws IOException {
    target.redis().command("SET", "large", "x".repeat(1 << 20));
    try (ControlClient control = new ControlClient(target)) {
      for (int i = 0; i < 100; i++) {
        try (RawRedis connection = target.connect()) {
          connection.resetOnClose();
          connection.send(
              i % 2 == 0
                  ? "*3\r\n$3\r\nSET\r\n$3\r\nhah\r\n$9999\r\nxx"
                      .getBytes(StandardCharsets.ISO_8859_1)
                  : RawRedis.encode("GET", "large"));
        }
      }
      control.assertServed();
    }
    target.assertResidentWithinLimit();
  }

  @Test
  void declaredLengths_withoutTheData_takeNoMemory() throws IOException {
    List<RawRedis> waiting = new ArrayList<>();
    try (ControlClient control = new ControlClient(target)) {
      for (int i = 0; i < 60; i++) {
        RawRedis connection = target.connect();
        waiting.add(connection);
        String lie =
            switch (i % 3) {
              case 0 -> "*2\r\n$3\r\nGET\r\n$536870912\r\n";
              case 1 -> "*1048576\r\n";
              default -> "*1048576\r\n$4\r\nMGET\r\n$1\r\na\r\n";
            };
        connection.send(lie.getBytes(StandardCharsets.ISO_8859_1));
      }
      for (RawRedis connection : waiting) {
        assertFalse(connection.hasBytesWithin(Duration.ofMillis(1)), "an answer to half a command");
      }
      control.assertServed();
      System.out.printf("declared lengths %s: %d MiB%n", target, target.residentMib());
      target.assertResidentWithinLimit();
    } finally {
      waiting.forEach(RawRedis::close);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 100, 1_000, 3_000, 7_500, 20_000})
  void nestedReply_ofAnyDepth_isPassedOn(int depth) throws IOException {
    String script = "local t = {'core'} for i = 1, tonumber(ARGV[1]) do t = {t} end return t";
    try (RawRedis through = target.connect();
        RawRedis direct = target.connectDirect()) {
      String[] command = {"EVAL", script, "0", Integer.toString(depth)};
      assertEquals(Printable.of(direct.command(command)), Printable.of(through.command(command)));
      assertEquals("+PONG\r\n", through.ask("PING"));
    }
  }

  /** Sends the same pieces both ways and compares all that comes back, the close included. */
  private void assertSameAnswer(List<byte[]> pieces) throws IOException {
    try (RawRedis through = target.connect();
        RawRedis direct = target.connectDirect()) {
      target.redis().command("FLUSHALL");
      String expected = answer(direct, pieces);
      target.redis().command("FLUSHALL");
      assertEquals(expected, answer(through, pieces));
    }
  }

  private String answer(RawRedis connection, List<byte[]> pieces) throws IOException {
    try {
      for (byte[] piece : pieces) {
        connection.send(piece);
      }
    } catch (IOException closedEarly) {
      // then what was answered is still there to read
    }
    StringBuilder all = new StringBuilder();
    try {
      all.append(Printable.of(connection.readToEnd(target.isSidecar() ? SILENCE : SHORT_SILENCE)))
          .append(" (closed)");
    } catch (SocketTimeoutException open) {
      all.append(open.getMessage());
    }
    return all.toString();
  }
}
