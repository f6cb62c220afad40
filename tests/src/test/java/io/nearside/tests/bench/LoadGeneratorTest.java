package io.nearside.tests.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nearside.tests.stack.RedisServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Both generators do what they say: so many commands, on so many connections, to such keys. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LoadGeneratorTest {
  private static final int REQUESTS = 4_000;

  private RedisServer redis = RedisServer.start();

  private static final int CLIENTS = 20;

  @BeforeAll
  void clearCounters() {
    redis.command("CONFIG", "RESETSTAT");
  }

  @AfterAll
  void stop() {
    redis.close();
  }

  @Test
  void run_bundledOverTcp_sendsWhatItSays() throws IOException {
    assertRuns(new BundledGenerator(), false);
  }

  @Test
  void run_bundledOverUnixSocket_sendsWhatItSays() throws IOException {
    assertRuns(new BundledGenerator(), true);
  }

  @Test
  void run_redisBenchmarkOverTcp_sendsWhatItSays() throws IOException {
    assertRuns(installed(), false);
  }

  @Test
  void run_redisBenchmarkOverUnixSocket_sendsWhatItSays() throws IOException {
    assertRuns(installed(), true);
  }

  private static LoadGenerator installed() {
    Optional<RedisBenchmark> found = RedisBenchmark.installed();
    assumeTrue(found.isPresent(), "no redis-benchmark here");
    return found.orElseThrow();
  }

  private void assertRuns(LoadGenerator generator, boolean unix) throws IOException {
    for (Load.Verb verb : List.of(Load.Verb.SET, Load.Verb.GET)) {
      for (int pipeline : new int[] {1, 16}) {
        redis.command("CONFIG", "RESETSTAT");
        var address =
            unix
                ? UnixDomainSocketAddress.of(redis.unixSocket())
                : new InetSocketAddress(InetAddress.getLoopbackAddress(), redis.port());
        Load load = new Load(address, verb, CLIENTS, pipeline, REQUESTS, 100, 100);
        LoadResult result = generator.run(load);
        assertTrue(result.requestsPerSecond() > 1_000, result::toString);
        assertTrue(result.p99Millis() >= result.p50Millis(), result::toString);
        long calls = calls(verb);
        // The bundled one sends a tenth more to run warm; each of its clients ends both parts in
        // the middle of batches.
        long most = REQUESTS + REQUESTS / 10 + 4L * CLIENTS * pipeline;
        assertTrue(calls >= REQUESTS && calls <= most, verb + " " + calls);
      }
    }
    assertEquals(":100\r\n", redis.command("DBSIZE"), "keys that were written");
  }

  private long calls(Load.Verb verb) {
    String line =
        redis.info().getOrDefault("cmdstat_" + (verb == Load.Verb.SET ? "set" : "get"), "");
    return Long.parseLong(line.substring("calls=".length(), line.indexOf(',')));
  }
}
