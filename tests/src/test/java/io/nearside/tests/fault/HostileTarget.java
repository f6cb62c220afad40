package io.nearside.tests.fault;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.SidecarYaml;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is treated badly: Redis itself, which proves the test, and a sidecar in front of it, which
 * is what the test is for. The sidecar gets a small heap, so that what it should not keep does not
 * fit.
 */
final class HostileTarget implements AutoCloseable {
  /** Resident memory that a sidecar may reach whatever its clients do. */
  static final long RESIDENT_BYTES_MAX = 512L << 20;

  private static final String HEAP = "-Xmx128m";

  /** Idle clients, a working one, and what a test opens besides. */
  private static final String REDIS_CLIENTS_MAX = "15000";

  /** How long a client that does not read may hold up the others; their bound is longer. */
  private static final int STALL_MILLIS = 1_000;

  private final RedisServer redis;
  private final @Nullable SidecarProcess sidecar;

  private HostileTarget(RedisServer redis, @Nullable SidecarProcess sidecar) {
    this.redis = redis;
    this.sidecar = sidecar;
  }

  /** Each target, started when it is its turn; the sidecar only where it was built. */
  static Stream<HostileTarget> all() {
    List<Boolean> throughSidecar = new ArrayList<>(List.of(false));
    if (SidecarProcess.isAvailable()) {
      throughSidecar.add(true);
    }
    return throughSidecar.stream().map(HostileTarget::start);
  }

  private static HostileTarget start(boolean throughSidecar) {
    // A mutated command must not end the server; nor does a test here need these.
    RedisServer redis =
        RedisServer.start(
            "--maxclients",
            REDIS_CLIENTS_MAX,
            "--rename-command",
            "SHUTDOWN",
            "",
            "--rename-command",
            "DEBUG",
            "");
    if (!throughSidecar) {
      return new HostileTarget(redis, null);
    }
    try {
      String yaml = SidecarYaml.alone(redis.url()).withStallMillis(STALL_MILLIS).text();
      return new HostileTarget(redis, SidecarProcess.start(yaml, HEAP));
    } catch (RuntimeException failed) {
      redis.close();
      throw failed;
    }
  }

  boolean isSidecar() {
    return sidecar != null;
  }

  int port() {
    return sidecar == null ? redis.port() : sidecar.redisPort();
  }

  RawRedis connect() throws IOException {
    return RawRedis.connect(port());
  }

  /** A connection around the sidecar, to compare with. */
  RawRedis connectDirect() throws IOException {
    return RawRedis.connect(redis.port());
  }

  RedisServer redis() {
    return redis;
  }

  long residentMib() {
    return (sidecar == null ? 0 : sidecar.residentBytes()) >> 20;
  }

  /** That the sidecar is alive and within its memory; of Redis itself nothing is asked. */
  void assertResidentWithinLimit() {
    if (sidecar != null) {
      assertTrue(sidecar.isAlive(), sidecar::log);
      long resident = sidecar.residentBytes();
      assertTrue(resident <= RESIDENT_BYTES_MAX, "resident MiB: " + (resident >> 20));
    }
  }

  @Override
  public void close() {
    if (sidecar != null) {
      sidecar.close();
    }
    redis.close();
  }

  @Override
  public String toString() {
    return sidecar == null ? "direct" : "sidecar";
  }
}
