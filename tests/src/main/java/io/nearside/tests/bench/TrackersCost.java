package io.nearside.tests.bench;

import io.nearside.agent.redis.TrackingReport;
import io.nearside.tests.coherence.InProcessFleet;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Redis says of a fleet that watches it, while somebody writes around the fleet.
 *
 * @param trackers connections with client tracking
 * @param prefixes that they track, by INFO
 * @param clients connections in all
 * @param bytesPerWrite that Redis sent to anybody while it was written to, by the number of writes
 * @param memoryBytes of the tracking connections
 * @param worstProofMillis how old the newest proof of any sidecar ever was
 */
record TrackersCost(
    int trackers,
    long prefixes,
    int clients,
    double bytesPerWrite,
    long memoryBytes,
    long worstProofMillis) {
  private static final Duration SETTLE = Duration.ofSeconds(5);
  private static final Pattern MEMORY = Pattern.compile("\\btot-mem=(?<bytes>\\d+)");
  private static final String TRACKER = "name=nearside-tracking";
  private static final int BATCH = 50;
  private static final Duration BETWEEN_BATCHES = Duration.ofMillis(50);

  /** Starts a fleet and lets it be as long as it needs; then writes. */
  static TrackersCost measure(int sidecars, boolean tracking, int writes) throws IOException {
    try (InProcessFleet fleet = InProcessFleet.start(sidecars, tracking, 1);
        RawRedis writer = fleet.redis().connect()) {
      LockSupport.parkNanos(SETTLE.toNanos());
      long before = bytesSent(fleet.redis());
      long worst = write(fleet, writer, writes);
      long after = bytesSent(fleet.redis());
      List<String> clients =
          fleet.redis().command("CLIENT", "LIST").lines().filter(l -> l.contains("id=")).toList();
      List<String> watching = clients.stream().filter(l -> l.contains(TRACKER)).toList();
      return new TrackersCost(
          watching.size(),
          figure(fleet.redis(), "tracking_total_prefixes"),
          clients.size(),
          (double) (after - before) / writes,
          watching.stream().mapToLong(TrackersCost::memory).sum(),
          worst);
    }
  }

  /** Keys of their own each, a batch at a time; answers the worst age of a proof. */
  private static long write(InProcessFleet fleet, RawRedis writer, int writes) throws IOException {
    long worst = 0;
    for (int done = 0; done < writes; done += BATCH) {
      ByteArrayOutputStream batch = new ByteArrayOutputStream();
      for (int i = 0; i < BATCH; i++) {
        batch.writeBytes(RawRedis.encode("SET", "around:%08d".formatted(done + i), "value"));
      }
      writer.send(batch.toByteArray());
      writer.read(BATCH);
      for (int i = 0; i < fleet.size(); i++) {
        TrackingReport report = fleet.agent(i).redis().tracking();
        worst = report == null ? worst : Math.max(worst, report.provenMillisAgo());
      }
      LockSupport.parkNanos(BETWEEN_BATCHES.toNanos());
    }
    return worst;
  }

  private static long bytesSent(RedisServer redis) {
    return figure(redis, "total_net_output_bytes");
  }

  private static long figure(RedisServer redis, String name) {
    String value = redis.info().get(name);
    if (value == null) {
      throw new IllegalStateException("INFO without " + name);
    }
    return Long.parseLong(value);
  }

  private static long memory(String client) {
    Matcher matcher = MEMORY.matcher(client);
    return matcher.find() ? Long.parseLong(matcher.group("bytes")) : 0;
  }

  JsonObject json(int sidecars, double bytesPerWriteWithout) {
    return new JsonObject()
        .put("sidecars", sidecars)
        .put("trackers", trackers)
        .put("prefixes", prefixes)
        .put("clients", clients)
        .put("bytesPerWrite", bytesPerWrite)
        .put("bytesPerWriteWithoutTracking", bytesPerWriteWithout)
        .put("trackerMemoryBytes", memoryBytes)
        .put("worstProofMillis", worstProofMillis);
  }
}
