package io.nearside.tests.chaos;

import io.nearside.tests.coherence.RunView;
import io.nearside.tests.stack.RawRedis;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A sidecar with little memory, and clients that send and ask for much. If it dies of that it is
 * started again with an ordinary heap, as the kubelet would. Stateless.
 */
final class HostileVolume {
  private static final String[] SMALL = {"-Xmx40m", "-XX:MaxDirectMemorySize=24m"};
  private static final int CLIENTS = 12;
  private static final int VALUE_BYTES = 8 << 20;
  private static final int UNREAD_REPLIES = 8;

  private HostileVolume() {}

  static String strike(ChaosFleet fleet, RunView run, Duration lasting) {
    int victim = fleet.size() - 1;
    fleet.replace(victim, List.of(), SMALL);
    var clients = new Crowd();
    SocketAddress address = fleet.address(victim);
    clients.join(CLIENTS, goesOn -> burden(address, goesOn));
    run.pause(lasting);
    boolean lives = fleet.sidecar(victim).isAlive();
    String volume = clients.stop();
    fleet.replace(victim, List.of());
    return "%s with %s; hostile rounds: %s"
        .formatted(lives ? "it lived" : "it died", SMALL[0], volume);
  }

  /** Large values, and replies that nobody reads. */
  private static void burden(SocketAddress sidecar, BooleanSupplier goesOn) throws IOException {
    try (RawRedis connection = RawRedis.connect(sidecar)) {
      byte[] value = new byte[VALUE_BYTES];
      Arrays.fill(value, (byte) 'x');
      byte[] key = {'b', 'i', 'g'};
      connection.send(RawRedis.encode(List.of(new byte[] {'S', 'E', 'T'}, key, value)));
      for (int i = 0; i < UNREAD_REPLIES && goesOn.getAsBoolean(); i++) {
        connection.send(RawRedis.encode("GET", "big"));
      }
      connection.read(1);
    }
  }
}
