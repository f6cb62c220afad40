package io.nearside.tests.demo;

import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarProcess;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Redis, where this machine can a PostgreSQL primary and its replica, and two sidecars, A and B,
 * as child processes that have joined each other under a secret made for this run. Blocking; one
 * thread at a time.
 */
final class DemoStack implements AutoCloseable {
  /** A and B. */
  static final int SIDECARS = 2;

  /** The promise that the tour checks, in milliseconds. */
  static final int MAX_STALENESS_MILLIS = 1_000;

  private static final int SECRET_BYTES = 32;

  private final RedisServer redis;
  private final @Nullable DemoPostgres postgres;
  private final List<DemoSidecar> sidecars;

  private DemoStack(
      RedisServer redis, @Nullable DemoPostgres postgres, List<DemoSidecar> sidecars) {
    this.redis = redis;
    this.postgres = postgres;
    this.sidecars = List.copyOf(sidecars);
  }

  /**
   * Starts all and waits until both sidecars have joined.
   *
   * @param progress takes a line at each stage
   * @throws IllegalStateException with the log of what did not come up; nothing runs on then
   */
  static DemoStack start(DemoPorts ports, Consumer<String> progress) {
    progress.accept("starting Redis on 127.0.0.1:" + ports.redis());
    RedisServer redis = RedisServer.startOn(ports.redis());
    @Nullable DemoPostgres postgres = null;
    List<DemoSidecar> sidecars = new ArrayList<>();
    try {
      if (DemoPostgres.isAvailable()) {
        progress.accept("starting a PostgreSQL primary and its replica");
        postgres = DemoPostgres.start();
      } else {
        progress.accept("no PostgreSQL for this machine's architecture: its steps are skipped");
      }
      progress.accept("starting sidecars A and B");
      String secret = secret();
      for (int i = 0; i < SIDECARS; i++) {
        String name = i == 0 ? "A" : "B";
        String yaml = yaml(name, i, ports, redis.url(), secret);
        if (postgres != null) {
          yaml += postgres.section(ports.postgres().get(i));
        }
        sidecars.add(new DemoSidecar(name, SidecarProcess.launch(yaml), ports.postgres().get(i)));
      }
      sidecars.forEach(sidecar -> sidecar.process().awaitReady());
      progress.accept("joining the cluster");
      for (DemoSidecar sidecar : sidecars) {
        sidecar.process().awaitReadyz();
        sidecar.awaitPeers(SIDECARS - 1);
      }
      return new DemoStack(redis, postgres, sidecars);
    } catch (RuntimeException failed) {
      sidecars.forEach(sidecar -> sidecar.process().close());
      if (postgres != null) {
        postgres.close();
      }
      redis.close();
      throw failed;
    }
  }

  RedisServer redis() {
    return redis;
  }

  /** Null where this machine has none. */
  @Nullable DemoPostgres postgres() {
    return postgres;
  }

  DemoSidecar a() {
    return sidecars.getFirst();
  }

  DemoSidecar b() {
    return sidecars.getLast();
  }

  @Override
  public void close() {
    sidecars.forEach(sidecar -> sidecar.process().close());
    if (postgres != null) {
      postgres.close();
    }
    redis.close();
  }

  private static String yaml(
      String name, int sidecar, DemoPorts ports, String upstream, String secret) {
    return """
        node: {id: sidecar-%s}
        coherence: {maxStalenessMillis: %d}
        redis:
          listen: {host: 127.0.0.1, port: %d}
          upstream: {url: '%s'}
        admin: {host: 127.0.0.1, port: %d}
        cluster:
          topology: embedded
          name: demo-%d
          secret: {value: '%s'}
          bind: {host: 127.0.0.1, port: %d, portCount: 1}
          join: {mode: tcp, members: ['127.0.0.1:%d', '127.0.0.1:%d']}
        """
        .formatted(
            name.toLowerCase(Locale.ROOT),
            MAX_STALENESS_MILLIS,
            ports.sidecars().get(sidecar),
            upstream,
            ports.admins().get(sidecar),
            ports.bus().getFirst(),
            secret,
            ports.bus().get(sidecar),
            ports.bus().getFirst(),
            ports.bus().getLast());
  }

  private static String secret() {
    byte[] bytes = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
