package io.nearside.agent;

import io.nearside.agent.cache.warm.WarmProgress;
import io.nearside.agent.health.HealthCheck;
import io.nearside.agent.health.Verdict;
import io.nearside.agent.postgres.PostgresFace;
import io.nearside.agent.redis.RedisFace;
import io.nearside.agent.redis.UpstreamHealth;
import io.nearside.cluster.InvalidationBus;
import io.nearside.config.ReadinessCheck;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the probes ask about a sidecar and its faces. */
final class FaceChecks {
  private FaceChecks() {}

  /** One check. */
  private record Check(String name, boolean startsUp, Callable<Verdict> question)
      implements HealthCheck {
    @Override
    public Verdict ask() throws Exception {
      return question.call();
    }
  }

  /**
   * @param redis null where that face is off
   * @param postgres null where that face is off
   * @param listening whether the faces accept clients
   */
  static List<HealthCheck> of(
      InvalidationBus bus,
      @Nullable RedisFace redis,
      @Nullable PostgresFace postgres,
      BooleanSupplier listening) {
    return List.of(
        new Check(ReadinessCheck.FACES.label(), true, () -> faces(redis, postgres, listening)),
        new Check(ReadinessCheck.UPSTREAM.label(), false, () -> upstream(redis, postgres)),
        new Check(ReadinessCheck.CLUSTER.label(), false, () -> cluster(bus)),
        new Check("near-cache", false, () -> nearCache(redis)),
        new Check("warming", true, () -> warming(redis)));
  }

  private static Verdict faces(
      @Nullable RedisFace redis, @Nullable PostgresFace postgres, BooleanSupplier listening) {
    boolean now = listening.getAsBoolean();
    String does = now ? " listens on port " : " does not listen";
    List<String> faces = new ArrayList<>();
    if (redis != null) {
      faces.add("redis" + does + (now ? redis.port() : ""));
    }
    if (postgres != null) {
      faces.add("postgres" + does + (now ? postgres.port() : ""));
    }
    String detail = faces.isEmpty() ? "there is none" : String.join(", ", faces);
    return now ? Verdict.up(detail) : Verdict.down(detail);
  }

  /** The worst of what there is. */
  private static Verdict upstream(@Nullable RedisFace redis, @Nullable PostgresFace postgres)
      throws Exception {
    List<Verdict> all = new ArrayList<>();
    if (redis != null) {
      all.add(redis(redis));
    }
    if (postgres != null) {
      all.add(PostgresFaceChecks.upstream(postgres.controls()));
    }
    return new Verdict(
        all.stream().map(Verdict::state).max(Comparator.naturalOrder()).orElse(Verdict.State.UP),
        all.stream().map(Verdict::detail).collect(Collectors.joining("; ")));
  }

  private static Verdict redis(RedisFace face) {
    UpstreamHealth.State state = face.upstreamHealth().get();
    String since = " for " + state.sinceMillis() + " ms";
    return state.up()
        ? Verdict.up(face.upstreamName() + " answers" + since)
        : Verdict.down(face.upstreamName() + ": " + state.why() + since);
  }

  private static Verdict cluster(InvalidationBus bus) {
    String detail = bus.freshnessDetail();
    return bus.joined() ? Verdict.up(detail) : Verdict.down(detail);
  }

  private static Verdict warming(@Nullable RedisFace face) {
    if (face == null) {
      return Verdict.up("there is nothing to warm");
    }
    WarmProgress progress = face.warmer().progress();
    String detail =
        progress.phase().label()
            + ": "
            + progress.stored()
            + " stored, "
            + progress.waiting()
            + " waiting; from "
            + progress.source();
    return progress.started() ? Verdict.up(detail) : Verdict.down(detail);
  }

  private static Verdict nearCache(@Nullable RedisFace face) {
    if (face == null) {
      return Verdict.up("there is none");
    }
    return face.fence().open()
        ? Verdict.up("answers")
        : Verdict.degraded("fenced: " + face.fence().detail());
  }
}
