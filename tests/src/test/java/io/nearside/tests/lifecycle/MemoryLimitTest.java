package io.nearside.tests.lifecycle;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nearside.tests.image.ImageBuild;
import io.nearside.tests.image.ImageStart;
import io.nearside.tests.image.RootFilesystem;
import io.nearside.tests.stack.Host;
import io.nearside.tests.stack.MemoryLimit;
import io.nearside.tests.stack.PostgresRequest;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.PostgresYaml;
import io.nearside.tests.stack.RawPostgres;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.SidecarYaml;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A container of 192 MiB, and clients that would fill more: the sidecar serves on. */
final class MemoryLimitTest {
  private static final long LIMIT_BYTES = 192L << 20;
  private static final Duration LASTS =
      Duration.ofSeconds(Long.getLong("nearside.hostile.seconds", 30));
  private static final Duration ACCEPTED_WITHIN = Duration.ofSeconds(60);
  private static final int IDLE_CLIENTS = 1_000;
  private static final Duration HOOK_PAUSE = Duration.ofSeconds(1);
  private static final int VALUE_BYTES = 8 << 20;
  private static final int ROWS = 20_000;

  @TempDir private Path scratch = Path.of("none");

  private final LongAdder rounds = new LongAdder();
  private final LongAdder hooks = new LongAdder();
  private volatile boolean over;

  @Test
  @Timeout(240)
  void hostileClients_inASmallContainer_doNotEndIt() throws Exception {
    Optional<MemoryLimit> group = MemoryLimit.of(LIMIT_BYTES);
    assumeTrue(group.isPresent(), "no control group with a memory limit can be made here");
    assumeTrue(ImageBuild.isPossible(), "the sidecar was not packaged: mvn verify does");
    try (MemoryLimit limit = group.get();
        RedisServer redis = RedisServer.start();
        PostgresServer primary = PostgresServer.start()) {
      Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
      PostgresYaml face = PostgresYaml.inFrontOf(scratch, List.of("127.0.0.1:" + primary.port()));
      String yaml =
          SidecarYaml.alone(redis.url())
              .withPostgres(face)
              .text()
              .replace("cache: {enabled: true", "cache: {enabled: true, maxBytes: 64MiB");
      Host host = Host.LOCAL.within(limit.entry());
      RootFilesystem image = ImageBuild.upToDate();
      List<String> hook =
          host.command(
              ImageStart.command(image, RootFilesystem.askCommand("livez"), List.of(), scratch));
      try (SidecarProcess sidecar =
          ImageStart.launch(host, image, yaml, List.of(scratch), List.of())) {
        sidecar.awaitReady();
        strike(sidecar, face, hook);
        assertTrue(sidecar.isAlive(), sidecar::log);
        assertEquals(0, limit.kills(), sidecar::log);
        System.out.printf(
            "memory: %d hostile rounds, %d hooks, peak %d MiB, resident %d MiB%n%s%n",
            rounds.sum(),
            hooks.sum(),
            limit.peakBytes() >> 20,
            sidecar.residentBytes() >> 20,
            sidecar
                .get("/metrics")
                .body()
                .lines()
                .filter(line -> line.matches("nearside_(memory|cache_(limit|shrinks|bytes)).*"))
                .toList());
        assertEquals(200, sidecar.get("/livez").statusCode());
        awaitAccepted(sidecar);
        try (RawRedis client = RawRedis.connect(sidecar.redisPort());
            RawPostgres postgres = login(face)) {
          assertEquals("+OK\r\n", client.ask("SET", "after", "all"));
          assertEquals("$3\r\nall\r\n", client.ask("GET", "after"));
          assertEquals("1", postgres.rows("SELECT 1").getFirst().getFirst());
        }
        assertEquals(0, sidecar.stop(), sidecar::log);
      }
    }
  }

  /** New clients may be refused for as long as it takes to see that memory is free again. */
  private static void awaitAccepted(SidecarProcess sidecar) {
    long deadline = System.nanoTime() + ACCEPTED_WITHIN.toNanos();
    while (!sidecar.get("/metrics").body().contains("\nnearside_memory_refuses_clients 0")) {
      assertTrue(System.nanoTime() - deadline < 0, "clients are still refused");
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
  }

  private void strike(SidecarProcess sidecar, PostgresYaml face, List<String> hook)
      throws Exception {
    List<RawRedis> idle = new ArrayList<>();
    try (ExecutorService crowd = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < IDLE_CLIENTS; i++) {
        RawRedis client = RawRedis.connect(sidecar.redisPort());
        client.ask("GET", "idle:" + i);
        idle.add(client);
      }
      for (int i = 0; i < 6; i++) {
        crowd.execute(() -> again(() -> largeValues(sidecar)));
        crowd.execute(() -> again(() -> unreadPipeline(sidecar)));
        crowd.execute(() -> again(() -> unreadRows(face)));
      }
      for (int i = 0; i < 2; i++) {
        String prefix = "fill:" + i + ":";
        crowd.execute(() -> again(() -> fill(sidecar, prefix)));
      }
      long end = System.nanoTime() + LASTS.toNanos();
      try {
        while (System.nanoTime() - end < 0) {
          run(hook, sidecar);
        }
      } finally {
        over = true;
      }
    } finally {
      idle.forEach(RawRedis::close);
    }
  }

  /** A health check beside it: a process that needs memory of the same container. */
  private void run(List<String> hook, SidecarProcess sidecar) throws Exception {
    var builder = new ProcessBuilder(hook).redirectErrorStream(true);
    builder.redirectOutput(scratch.resolve("ask.log").toFile());
    builder.environment().put("NEARSIDE_ADMIN_PORT", Integer.toString(sidecar.adminPort()));
    Process process = builder.start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the hook does not end");
    } finally {
      process.destroyForcibly();
    }
    hooks.increment();
    Thread.sleep(HOOK_PAUSE);
  }

  /** What one hostile client does once; what becomes of it is not our concern. */
  private interface Attempt {
    void run() throws IOException;
  }

  private void again(Attempt attempt) {
    while (!over) {
      try {
        attempt.run();
        rounds.increment();
      } catch (IOException | RuntimeException refusedOrCut) {
        LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
      }
    }
  }

  private static void largeValues(SidecarProcess sidecar) throws IOException {
    try (RawRedis client = RawRedis.connect(sidecar.redisPort())) {
      byte[] value = new byte[VALUE_BYTES];
      Arrays.fill(value, (byte) 'x');
      client.send(
          RawRedis.encode(List.of("SET".getBytes(US_ASCII), "big".getBytes(US_ASCII), value)));
      for (int i = 0; i < 8; i++) {
        client.send(RawRedis.encode("GET", "big"));
      }
      client.read(1);
    }
  }

  private static void unreadPipeline(SidecarProcess sidecar) throws IOException {
    try (RawRedis client = RawRedis.connect(sidecar.redisPort())) {
      client.ask("SET", "ten", "x".repeat(10_000));
      var pipeline = new ByteArrayOutputStream();
      for (int i = 0; i < 2_000; i++) {
        pipeline.writeBytes(RawRedis.encode("GET", "ten"));
      }
      client.send(pipeline.toByteArray());
      client.read(10);
    }
  }

  private void fill(SidecarProcess sidecar, String prefix) throws IOException {
    try (RawRedis client = RawRedis.connect(sidecar.redisPort())) {
      String value = "v".repeat(2_000);
      for (int i = 0; i < 40_000 && !over; i++) {
        client.ask("SET", prefix + i, value);
        client.ask("GET", prefix + i);
      }
    }
  }

  private static void unreadRows(PostgresYaml face) throws IOException {
    try (RawPostgres client = login(face)) {
      client.send(
          PostgresRequest.query("SELECT repeat('y', 2000) FROM generate_series(1, " + ROWS + ")"));
      client.receive();
      client.receive();
    }
  }

  private static RawPostgres login(PostgresYaml face) throws IOException {
    return RawPostgres.login(
        face.port(),
        PostgresServer.DATABASE,
        PostgresServer.USER,
        PostgresServer.password(PostgresServer.USER));
  }
}
