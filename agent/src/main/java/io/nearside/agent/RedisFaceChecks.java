package io.nearside.agent;

import io.nearside.agent.health.HealthCheck;
import io.nearside.agent.health.Verdict;
import io.nearside.agent.redis.RedisFace;
import io.nearside.agent.redis.UpstreamHealth;
import io.nearside.config.ReadinessCheck;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What the probes ask about a sidecar with a Redis face. */
final class RedisFaceChecks {
  private RedisFaceChecks() {}

  /** One check. */
  private record Check(String name, Supplier<Verdict> question) implements HealthCheck {
    @Override
    public Verdict ask() {
      return question.get();
    }
  }

  /**
   * @param listening whether the face accepts clients
   */
  static List<HealthCheck> of(RedisFace face, BooleanSupplier listening) {
    return List.of(
        new Check(ReadinessCheck.FACES.label(), () -> faces(face, listening)),
        new Check(ReadinessCheck.UPSTREAM.label(), () -> upstream(face)),
        new Check(ReadinessCheck.CLUSTER.label(), () -> cluster(face)),
        new Check("near-cache", () -> nearCache(face)));
  }

  private static Verdict faces(RedisFace face, BooleanSupplier listening) {
    return listening.getAsBoolean()
        ? Verdict.up("redis listens on port " + face.port())
        : Verdict.down("redis does not listen");
  }

  private static Verdict upstream(RedisFace face) {
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
