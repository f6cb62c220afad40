package io.nearside.tests.chaos;

import io.nearside.tests.coherence.RunView;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Looks at the sidecars of a fleet through their admin listeners. */
final class Watch implements AutoCloseable {
  /** The port of every sidecar's admin listener. */
  static final int ADMIN_PORT = 9091;

  private static final Duration WHOLE_WITHIN = Duration.ofMinutes(2);
  private static final Duration RECOVERED_WITHIN = Duration.ofSeconds(60);
  private static final Duration FREE_OF_ERRORS = Duration.ofSeconds(1);
  private static final Duration POLL = Duration.ofMillis(100);

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();

  /**
   * Waits until every sidecar answers from memory again and clients see no more errors.
   *
   * @return how long after now that began; empty when it has not within a minute
   */
  Optional<Duration> recovery(ChaosFleet fleet, RunView run) {
    long start = System.nanoTime();
    long errors = run.errors();
    long lastErrorNanos = start;
    long[] hits = new long[fleet.size()];
    long[] hitAgainNanos = new long[fleet.size()];
    for (int i = 0; i < fleet.size(); i++) {
      hits[i] = hits(fleet, i).orElse(Long.MAX_VALUE);
    }
    while (run.running() && System.nanoTime() - start < RECOVERED_WITHIN.toNanos()) {
      run.pause(POLL);
      long now = System.nanoTime();
      if (run.errors() != errors) {
        errors = run.errors();
        lastErrorNanos = now;
      }
      long latest = lastErrorNanos;
      boolean all = true;
      for (int i = 0; i < fleet.size(); i++) {
        if (hitAgainNanos[i] == 0) {
          long known = hits(fleet, i).orElse(Long.MAX_VALUE);
          if (known > hits[i] && known != Long.MAX_VALUE) {
            hitAgainNanos[i] = now;
          }
          hits[i] = known; // one that has restarted counts from 0 again
        }
        all &= hitAgainNanos[i] != 0;
        latest = Math.max(latest, hitAgainNanos[i]);
      }
      if (all && now - lastErrorNanos > FREE_OF_ERRORS.toNanos()) {
        return Optional.of(Duration.ofNanos(latest - start));
      }
    }
    return Optional.empty();
  }

  /**
   * Waits until every sidecar lists every other, and none is fenced.
   *
   * @throws IllegalStateException with the last answer when that takes longer than two minutes
   */
  void awaitWhole(ChaosFleet fleet) {
    long deadline = System.nanoTime() + WHOLE_WITHIN.toNanos();
    for (int i = 0; i < fleet.size(); i++) {
      Optional<JsonObject> answer = get(fleet, i, "/cluster");
      while (answer.filter(cluster -> isWhole(cluster, fleet.size())).isEmpty()) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException(
              "not joined within %s, sidecar %d says %s".formatted(WHOLE_WITHIN, i, answer));
        }
        LockSupport.parkNanos(POLL.toNanos());
        answer = get(fleet, i, "/cluster");
      }
    }
  }

  private static boolean isWhole(JsonObject cluster, int size) {
    List<String> ids = new ArrayList<>();
    JsonArray members = cluster.getJsonArray("members");
    for (int i = 0; i < members.size(); i++) {
      ids.add(members.getJsonObject(i).getString("id"));
    }
    ids.add(cluster.getJsonObject("self").getString("id"));
    return ids.stream().distinct().count() == size
        && !cluster.getJsonObject("self").getBoolean("fenced");
  }

  /** How often a sidecar has answered from memory since it started; empty when it does not say. */
  private Optional<Long> hits(ChaosFleet fleet, int sidecar) {
    return get(fleet, sidecar, "/cache").map(cache -> cache.getLong("hits"));
  }

  private Optional<JsonObject> get(ChaosFleet fleet, int sidecar, String path) {
    return text(fleet, sidecar, path).map(JsonObject::new);
  }

  /** What a sidecar answers; empty where it does not. Safe from any thread. */
  Optional<String> text(ChaosFleet fleet, int sidecar, String path) {
    String address = fleet.host(sidecar).address();
    URI uri = URI.create("http://%s:%d%s".formatted(address, ADMIN_PORT, path));
    try {
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(2)).build();
      return Optional.of(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    } catch (IOException away) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in GET " + path, e);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
