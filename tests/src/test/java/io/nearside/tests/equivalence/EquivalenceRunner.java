package io.nearside.tests.equivalence;

import io.nearside.tests.stack.Printable;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs scripts in lockstep against a server and against an endpoint in front of a second server of
 * the same kind, and throws a {@link Difference} at the first reply that is not equal. One thread.
 */
final class EquivalenceRunner {
  /** How the bytes of a script are sent. */
  record Delivery(boolean resp3, boolean pipelined, long splitSeed) {
    /** No splitting: every step is one write. */
    static final long WHOLE = 0;

    @Override
    public String toString() {
      return (resp3 ? "RESP3" : "RESP2")
          + (pipelined ? " pipelined" : "")
          + (splitSeed == WHOLE ? "" : " split with seed " + splitSeed);
    }
  }

  private static final Duration REPLY_WITHIN = Duration.ofSeconds(5);
  private static final Duration BLOCKED_WITHIN = Duration.ofSeconds(8);
  private static final int CONTEXT_STEPS = 6;
  private static final int PIECES_MAX = 12;

  private final Side direct;
  private final Side endpoint;
  private final String password;
  private final Deque<String> context = new ArrayDeque<>();

  /**
   * @param direct the server that says what is right
   * @param behind the server behind the endpoint
   * @param endpoint where to connect for it
   */
  EquivalenceRunner(RedisServer direct, RedisServer behind, SocketAddress endpoint) {
    this(direct, behind, endpoint, "");
  }

  /** The same for servers that ask for a password; scripts log in themselves. */
  EquivalenceRunner(
      RedisServer direct, RedisServer behind, SocketAddress endpoint, String password) {
    this.password = password;
    this.direct =
        new Side(
            "direct",
            direct,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), direct.port()));
    this.endpoint = new Side("endpoint", behind, endpoint);
  }

  /**
   * Runs one script on emptied servers.
   *
   * @throws Difference at the first reply that differs, or that one side does not give
   */
  void run(Script script, Delivery delivery) throws IOException {
    context.clear();
    var splits = new SplittableRandom(delivery.splitSeed);
    try (direct;
        endpoint) {
      direct.resp3 = endpoint.resp3 = delivery.resp3;
      empty();
      Script form = delivery.pipelined ? script.pipelined() : script;
      for (Step step : form.steps()) {
        run(step, delivery.splitSeed == Delivery.WHOLE ? null : splits);
      }
      for (String connection : List.copyOf(direct.connections.keySet())) {
        note(connection + ": the closing PING, which shows replies too many or too few");
        byte[] ping = RawRedis.encode("PING", "closing");
        direct.send(connection, List.of(ping));
        endpoint.send(connection, List.of(ping));
        compare(connection, 1, Normaliser.EXACT);
      }
    } catch (Difference | IOException e) {
      throw new Difference(
          script.name()
              + ", "
              + delivery
              + ": "
              + e.getMessage()
              + "\n  "
              + String.join("\n  ", context));
    }
  }

  private void empty() throws IOException {
    List<String> commands = new ArrayList<>(List.of("FLUSHALL", "FUNCTION FLUSH", "SCRIPT FLUSH"));
    if (!password.isEmpty()) {
      commands.addFirst("AUTH " + password);
    }
    for (String command : commands) {
      byte[] request = RawRedis.encode(command.split(" ", -1));
      send("reset", List.of(new Exchange(request, 1, Normaliser.EXACT)), null);
    }
  }

  private void run(Step step, @Nullable SplittableRandom splits) throws IOException {
    switch (step) {
      case Step.Send(String connection, List<Exchange> exchanges) ->
          send(connection, exchanges, splits);
      case Step.Read(String connection, int replies, Normaliser normaliser) -> {
        note(connection + "< " + replies);
        compare(connection, replies, normaliser);
      }
      case Step.Closed(String connection) -> {
        note(connection + " closed");
        String right = Printable.of(direct.remove(connection));
        String answer = Printable.of(endpoint.remove(connection));
        if (!right.equals(answer)) {
          throw different("before the close", right, answer);
        }
      }
      case Step.Close(String connection) -> {
        note(connection + " close");
        direct.drop(connection);
        endpoint.drop(connection);
      }
      case Step.Wait(Duration time) -> LockSupport.parkNanos(time.toNanos());
      case Step.AwaitBlocked(int clients) -> {
        note("await-blocked " + clients);
        direct.awaitBlocked(clients);
        endpoint.awaitBlocked(clients);
      }
    }
  }

  private void send(String connection, List<Exchange> exchanges, @Nullable SplittableRandom splits)
      throws IOException {
    byte[] all = join(exchanges);
    List<byte[]> pieces = splits == null ? List.of(all) : split(all, splits);
    for (Exchange exchange :
        exchanges.subList(Math.max(0, exchanges.size() - 3), exchanges.size())) {
      note(connection + ": " + Printable.of(exchange.request));
    }
    direct.send(connection, pieces);
    endpoint.send(connection, pieces);
    for (Exchange exchange : exchanges) {
      if (exchanges.size() > 1 && exchange.replies > 0) {
        note("in the pipeline: " + Printable.of(exchange.request));
      }
      compare(connection, exchange.replies, exchange.normaliser);
    }
  }

  private void compare(String connection, int replies, Normaliser normaliser) throws IOException {
    for (int i = 0; i < replies; i++) {
      byte[] right = direct.connection(connection).read(1, REPLY_WITHIN).getFirst();
      byte[] answer;
      try {
        answer = endpoint.connection(connection).read(1, REPLY_WITHIN).getFirst();
      } catch (IOException | IllegalArgumentException none) {
        throw different("reply " + (i + 1), Printable.of(right), "none: " + none);
      }
      if (!Arrays.equals(normaliser.apply(right), normaliser.apply(answer))) {
        throw different(
            "reply " + (i + 1) + " compared as " + normaliser,
            Printable.of(right),
            Printable.of(answer));
      }
    }
  }

  private static Difference different(String what, String right, String answer) {
    return new Difference(
        what + "\n  direct:   " + right + "\n  endpoint: " + answer + "\n  after");
  }

  private void note(String line) {
    context.addLast(line);
    if (context.size() > CONTEXT_STEPS) {
      context.removeFirst();
    }
  }

  private static byte[] join(List<Exchange> exchanges) {
    var all = new ByteArrayOutputStream();
    exchanges.forEach(e -> all.writeBytes(e.request));
    return all.toByteArray();
  }

  private static List<byte[]> split(byte[] bytes, SplittableRandom random) {
    int cuts = Math.min(bytes.length - 1, random.nextInt(PIECES_MAX));
    int[] at = random.ints(Math.max(0, cuts), 1, Math.max(2, bytes.length)).sorted().toArray();
    List<byte[]> pieces = new ArrayList<>();
    int from = 0;
    for (int cut : at) {
      pieces.add(Arrays.copyOfRange(bytes, from, cut));
      from = cut;
    }
    pieces.add(Arrays.copyOfRange(bytes, from, bytes.length));
    return pieces;
  }

  /** One of the two that are compared. */
  private static final class Side implements AutoCloseable {
    private final String name;
    private final RedisServer server;
    private final SocketAddress address;
    private final Map<String, RawRedis> connections = new HashMap<>();
    private boolean resp3;

    Side(String name, RedisServer server, SocketAddress address) {
      this.name = name;
      this.server = server;
      this.address = address;
    }

    RawRedis connection(String id) throws IOException {
      RawRedis connection = connections.get(id);
      if (connection == null) {
        connection = connect();
        connections.put(id, connection);
        if (resp3) {
          connection.command("HELLO", "3");
        }
      }
      return connection;
    }

    private RawRedis connect() throws IOException {
      try {
        return RawRedis.connect(address);
      } catch (IOException refused) {
        throw new IOException(name + " at " + address + ": " + refused.getMessage(), refused);
      }
    }

    void send(String id, List<byte[]> pieces) throws IOException {
      RawRedis connection = connection(id);
      try {
        for (byte[] piece : pieces) {
          connection.send(piece);
        }
      } catch (SocketTimeoutException stuck) {
        throw stuck;
      } catch (IOException closedByPeer) {
        // It may close before it has read all: what it answered before that is what is compared.
      }
    }

    byte[] remove(String id) throws IOException {
      try (RawRedis connection = connection(id)) {
        connections.remove(id);
        return connection.readToEnd(REPLY_WITHIN);
      }
    }

    void drop(String id) throws IOException {
      connection(id).close();
      connections.remove(id);
    }

    void awaitBlocked(int clients) {
      long deadline = System.nanoTime() + BLOCKED_WITHIN.toNanos();
      String wanted = Integer.toString(clients);
      while (!wanted.equals(server.info().get("blocked_clients"))) {
        if (System.nanoTime() > deadline) {
          throw new Difference(name + ": never " + clients + " blocked clients");
        }
        LockSupport.parkNanos(2_000_000);
      }
    }

    @Override
    public void close() {
      connections.values().forEach(RawRedis::close);
      connections.clear();
    }
  }
}
