package io.nearside.cluster.hazelcast;

import io.nearside.cluster.BusListener;
import io.nearside.cluster.BusSettings;
import io.nearside.cluster.ClusterEvent;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.InvalidationBus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A sidecar's bus in a process of its own, for tests that stop or kill it: prints what its listener
 * is told, publishes the lines that it reads, prints {@code fresh} or {@code fenced} when asked
 * with {@code ?}, and ends with its input.
 */
public final class Child {
  private Child() {}

  /** Arguments: node id, cluster name, secret, max staleness, own port, ports of all. */
  public static void main(String[] args) throws IOException {
    List<String> members =
        Arrays.stream(args[5].split(",", -1)).map(port -> "127.0.0.1:" + port).toList();
    BusSettings settings =
        BusSettings.of(args[0], Long.parseLong(args[3]), ClusterSecret.of(args[2]));
    HazelcastSettings hazelcast =
        HazelcastSettings.of(
            args[1],
            "127.0.0.1",
            Integer.parseInt(args[4]),
            new HazelcastSettings.Join.Tcp(members));
    try (InvalidationBus bus = new HazelcastInvalidationBus(settings, hazelcast)) {
      bus.start(new Printing());
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.equals("?")) {
          long until = bus.freshUntilNanos();
          boolean fresh = until == Long.MAX_VALUE || until - System.nanoTime() > 0;
          System.out.println((fresh ? "fresh " : "fenced ") + bus.freshnessDetail());
        } else {
          bus.publish(0, line.getBytes(StandardCharsets.UTF_8));
        }
      }
    }
  }

  private static final class Printing implements BusListener {
    @Override
    public void invalidate(int database, byte[] key, String fromNode) {
      System.out.println("key " + new String(key, StandardCharsets.UTF_8));
    }

    @Override
    public void moveEpoch(EpochReason reason, String fromNode) {
      System.out.println("epoch " + reason.label());
    }

    @Override
    public void event(ClusterEvent event) {
      System.out.println("event " + event);
    }
  }
}
