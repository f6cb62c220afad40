package io.nearside.agent;

import io.nearside.agent.health.HealthCheck;
import io.nearside.agent.health.Verdict;
import io.nearside.agent.postgres.PostgresFace;
import io.nearside.agent.redis.RedisFace;
import io.nearside.agent.redis.UpstreamHealth;
import io.nearside.config.ReadinessCheck;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What the probes ask about a sidecar with a Redis face, and maybe a PostgreSQL face. */
final class FaceChecks {
  private FaceChecks() {}

  /** One check. */
  private record Check(String name, Callable<Verdict> question) implements HealthCheck {
    @Override
    public Verdict ask() throws Exception {
      return question.call();
    }
  }

  /**
   * @param postgres null where that face is off
   * @param listening whether the faces accept clients
   */
  static List<HealthCheck> of(
      RedisFace face, @Nullable PostgresFace postgres, BooleanSupplier listening) {
    return List.of(
        new Check(ReadinessCheck.FACES.label(), () -> faces(face, postgres, listening)),
        new Check(ReadinessCheck.UPSTREAM.label(), () -> upstream(face, postgres)),
        new Check(ReadinessCheck.CLUSTER.label(), () -> cluster(face)),
        new Check("near-cache", () -> nearCache(face)));
  }

  private static Verdict faces(
      RedisFace face, @Nullable PostgresFace postgres, BooleanSupplier listening) {
    String also = postgres == null ? "" : ", postgres on port " + postgres.port();
    return listening.getAsBoolean()
        ? Verdict.up("redis listens on port " + face.port() + also)
        : Verdict.down("redis " + (postgres == null ? "does" : "or postgres does") + " not listen");
  }

  /** The worst of what there is. */
  private static Verdict upstream(RedisFace face, @Nullable PostgresFace postgres)
      throws Exception {
    Verdict redis = redis(face);
    if (postgres == null) {
      return redis;
    }
    Verdict other = PostgresFaceChecks.upstream(postgres.controls());
    Verdict.State worse =
        redis.state().compareTo(other.state()) >= 0 ? redis.state() : other.state();
    return new Verdict(worse, redis.detail() + "; " + other.detail());
  }

  private static Verdict redis(RedisFace face) {
    UpstreamHealth.State state = face.upstreamHealth().get();
    String since = " for " + state.sinceMillis() + " ms";
    return state.up()
        ? Verdict.up(face.upstreamName() + " answers" + since)
        : Verdict.down(face.upstreamName() + ": " + state.why() + since);
  }

  private static Verdict cluster(RedisFace face) {
    String detail = face.bus().freshnessDetail();
    return face.bus().joined() ? Verdict.up(detail) : Verdict.down(detail);
  }

  private static Verdict nearCache(RedisFace face) {
    return face.fence().open()
        ? Verdict.up("answers")
        : Verdict.degraded("fenced: " + face.fence().detail());
  }
}
