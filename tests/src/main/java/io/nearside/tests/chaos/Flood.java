package io.nearside.tests.chaos;

import io.nearside.tests.coherence.RunView;
import io.nearside.tests.stack.RawRedis;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;

/**
 * The bus under flood: strangers connect to the cluster ports and send what they like, while one
 * sidecar's clients write faster than its peers need to hear of. Stateless.
 */
final class Flood {
  private static final int STRANGERS_PER_SIDECAR = 2;
  private static final int STRANGER_BYTES = 16 * 1024;
  private static final int CONNECT_MILLIS = 1_000;
  private static final int PUBLISHERS = 2;
  private static final int WRITES_AT_ONCE = 200;

  private Flood() {}

  static String strike(ChaosFleet fleet, RunView run, Duration lasting) {
    var strangers = new Crowd();
    for (int i = 0; i < fleet.size(); i++) {
      var member = new InetSocketAddress(fleet.host(i).address(), ChaosFleet.CLUSTER_PORT);
      strangers.join(STRANGERS_PER_SIDECAR, _ -> intrude(member));
    }
    var publishers = new Crowd();
    publishers.join(PUBLISHERS, goesOn -> publish(fleet.address(0), goesOn));
    run.pause(lasting);
    return "strangers' connections: %s; writes in pipelines of %d: %s"
        .formatted(strangers.stop(), WRITES_AT_ONCE, publishers.stop());
  }

  /** Half of them begin as a member does. */
  private static void intrude(SocketAddress member) throws IOException {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    byte[] noise = new byte[STRANGER_BYTES];
    random.nextBytes(noise);
    if (random.nextBoolean()) {
      noise[0] = 'H';
      noise[1] = 'Z';
      noise[2] = 'C';
    }
    try (var socket = new Socket()) {
      socket.connect(member, CONNECT_MILLIS);
      OutputStream out = socket.getOutputStream();
      for (int i = 0; i < 8; i++) {
        out.write(noise);
      }
    }
  }

  private static void publish(SocketAddress sidecar, BooleanSupplier goesOn) throws IOException {
    try (RawRedis connection = RawRedis.connect(sidecar)) {
      int number = 0;
      while (goesOn.getAsBoolean()) {
        var batch = new ByteArrayOutputStream();
        for (int i = 0; i < WRITES_AT_ONCE; i++) {
          batch.writeBytes(RawRedis.encode("SET", "flood:" + number++ % 10_000, "x"));
        }
        connection.send(batch.toByteArray());
        connection.read(WRITES_AT_ONCE);
      }
    }
  }
}
