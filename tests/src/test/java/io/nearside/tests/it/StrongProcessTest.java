package io.nearside.tests.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.stack.FreePort;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.SidecarYaml;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Strong keys between processes: one is stopped, and serves nothing old when it wakes. */
final class StrongProcessTest {
  private static final int WRITES = 3;
  private static final Pattern LEASE_WAITS =
      Pattern.compile("(?m)^nearside_strong_lease_waits_total (\\S+)");
  private static final String KEY = "s:k";

  private static SidecarProcess launch(String upstream, int index, List<Integer> clusterPorts) {
    String text =
        SidecarYaml.alone(upstream)
            .member("sidecar-" + index, FreePort.next(), clusterPorts.get(index), clusterPorts)
            .text();
    return SidecarProcess.launch(
        text.replace(
            "cache: {enabled: true}",
            "cache: {enabled: true, policies: [{match: 's:*', consistency: strong}]}"));
  }

  /** Whether both fences are open, by the sidecar's own report. */
  private static boolean answersStrongKeys(SidecarProcess sidecar) {
    var report = new JsonObject(sidecar.get("/cluster/consistency").body());
    return report.getJsonObject("fence").getBoolean("open")
        && report.getJsonObject("strong").getBoolean("open");
  }

  private static long hits(SidecarProcess sidecar) {
    return sidecar
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("nearside_cache_hits_total "))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' '))))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void write_whileAPeerIsStopped_isAnsweredAndThePeerServesNothingOldWhenItWakes()
      throws IOException {
    List<Integer> clusterPorts = List.of(FreePort.next(), FreePort.next());
    try (RedisServer redis = RedisServer.start();
        SidecarProcess first = launch(redis.url(), 0, clusterPorts);
        SidecarProcess second = launch(redis.url(), 1, clusterPorts)) {
      first.awaitReady();
      second.awaitReady();
      Eventually.holds(
          "both answer strong keys from memory",
          Duration.ofSeconds(40),
          () -> answersStrongKeys(first) && answersStrongKeys(second));
      try (RawRedis writer = RawRedis.connect(first.redisPort());
          RawRedis reader = RawRedis.connect(second.redisPort())) {
        writer.ask("SET", KEY, "0");
        Eventually.holds(
            "a hit",
            StrongFleet.SOON,
            () -> {
              long before = hits(second);
              reader.ask("GET", KEY);
              return hits(second) > before;
            });
        second.pause();
        try {
          for (int i = 1; i <= WRITES; i++) {
            assertEquals("+OK\r\n", writer.ask("SET", KEY, "v" + i));
          }
          // It lies in the stopped process's socket: asked after the writes were answered.
          reader.send(RawRedis.encode("GET", KEY));
        } finally {
          second.resume();
        }
        String reply = new String(reader.read(1).getFirst(), StandardCharsets.UTF_8);
        assertEquals("$2\r\nv" + WRITES + "\r\n", reply);
      }
      String figures = first.get("/metrics").body();
      Matcher waits = LEASE_WAITS.matcher(figures);
      assertTrue(waits.find(), figures);
      // None, where the last beat before the stop was long ago.
      assertTrue(Double.parseDouble(waits.group(1)) <= 1, "one waited at most: " + waits.group());
    }
  }
}
