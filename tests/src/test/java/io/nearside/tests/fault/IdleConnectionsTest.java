package io.nearside.tests.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.stack.RawRedis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Ten thousand clients that do nothing, and one that works. */
@ParameterizedClass(name = "{0}")
@MethodSource("io.nearside.tests.fault.HostileTarget#all")
final class IdleConnectionsTest {
  private static final int WANTED = 10_000;

  /** Files that this JVM and the servers need besides. */
  private static final int OTHER_FILES = 1_000;

  private static final int ACCEPTED_EVERY = 64;

  /** An idle connection through a sidecar must not cost a connection upstream. */
  private static final int UPSTREAM_CONNECTIONS_MAX = 50;

  private final HostileTarget target;

  IdleConnectionsTest(HostileTarget target) {
    this.target = target;
  }

  @Test
  void idleConnections_tenThousand_aWorkingClientIsServed() throws IOException {
    int count = Math.min(WANTED, filesMax() - OTHER_FILES);
    List<SocketChannel> idle = new ArrayList<>(count);
    try (ControlClient control = new ControlClient(target)) {
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), target.port());
      for (int i = 0; i < count; i++) {
        idle.add(SocketChannel.open(address));
        if (i % ACCEPTED_EVERY == 0) {
          assertPing(idle.getLast()); // or the accept queue overflows, and each loss costs a second
        }
      }
      for (int i = 0; i < count; i += 500) {
        assertPing(idle.get(i)); // they are idle, not forgotten
      }
      control.assertServed();
      target.assertResidentWithinLimit();
      System.out.printf(
          "%,d idle connections %s: %d MiB; %s%n", count, target, target.residentMib(), control);
      if (target.isSidecar()) {
        int upstream =
            Integer.parseInt(target.redis().info().getOrDefault("connected_clients", "0"));
        assertTrue(upstream <= UPSTREAM_CONNECTIONS_MAX, "upstream connections: " + upstream);
      }
    } finally {
      for (SocketChannel channel : idle) {
        channel.close();
      }
    }
    try (RawRedis after = target.connect()) {
      assertEquals("+PONG\r\n", after.ask("PING"));
    }
  }

  private static void assertPing(SocketChannel channel) throws IOException {
    channel.write(ByteBuffer.wrap("PING\r\n".getBytes(StandardCharsets.US_ASCII)));
    ByteBuffer answer = ByteBuffer.allocate(7);
    while (answer.hasRemaining() && channel.read(answer) >= 0) {
      // until the whole reply is there
    }
    assertEquals("+PONG\r\n", new String(answer.array(), StandardCharsets.US_ASCII));
  }

  /** The open files that this process may have (and its children, which inherit the limit). */
  private static int filesMax() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
      if (line.startsWith("Max open files")) {
        String soft = line.substring("Max open files".length()).strip().replaceAll("\\s.*", "");
        return soft.equals("unlimited") ? Integer.MAX_VALUE : Integer.parseInt(soft);
      }
    }
    return 1_024;
  }
}
