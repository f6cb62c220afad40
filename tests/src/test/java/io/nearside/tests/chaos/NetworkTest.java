package io.nearside.tests.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nearside.tests.stack.Host;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Hosts that can be reached, cut off, and are gone in the end. */
final class NetworkTest {
  private static final int PORT = 6379;

  @Test
  void host_servesUntilItsPacketsAreDropped_andAgainThen() throws IOException {
    requireHosts();
    try (Network network = Network.build()) {
      Host host = network.addHost();
      try (RedisServer redis = RedisServer.startOn(host, PORT);
          RawRedis client = redis.connect()) {
        assertEquals("+PONG\r\n", client.ask("PING"));
        network.filter(host, "tcp dport %d drop".formatted(PORT));
        client.send(RawRedis.encode("PING"));
        assertFalse(client.hasBytesWithin(Duration.ofMillis(300)));
        network.filter(host);
        assertEquals(1, client.read(1).size()); // TCP sends again what was lost
        network.filter(host, "tcp dport %d reject with tcp reset".formatted(PORT));
        assertThrows(IOException.class, () -> client.ask("PING"));
      }
    }
  }

  @Test
  void close_nothingIsLeft() {
    requireHosts();
    Network network = Network.build();
    Host host = network.addHost();
    network.narrow(host, "1mbit");
    network.widen(host);
    List<String> entry = host.entry();
    assertTrue(Tool.run("ip", "netns", "list").contains(entry.getLast()));
    network.close();
    assertFalse(Tool.run("ip", "netns", "list").contains(entry.getLast()));
    assertFalse(Files.exists(network.folder()));
    assertFalse(Tool.run("ip", "-o", "addr").contains(host.address().replaceAll("\\d+$", "1/")));
  }

  private static void requireHosts() {
    Optional<String> obstacle = Network.obstacle();
    assumeTrue(obstacle.isEmpty(), () -> "no hosts can be built here: " + obstacle.orElseThrow());
  }
}
