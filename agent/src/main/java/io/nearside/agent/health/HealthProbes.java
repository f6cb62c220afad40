package io.nearside.agent.health;

import io.nearside.config.ReadinessCheck;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.healthchecks.CheckResult;
import io.vertx.ext.healthchecks.HealthChecks;
import io.vertx.ext.healthchecks.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What the probes answer, on Vert.x health checks.
 *
 * <p><b>Live</b>: no event loop is wedged; nothing that a restart would not cure. <b>Ready</b>:
 * what {@code admin.readiness} asks for is not down, and no drain has begun; what it does not ask
 * for is shown, as degraded at worst. <b>Started</b>: what has to be there first is not down: the
 * faces listen, and the near-cache is warm or has had its time.
 *
 * <p>An answer is complete within {@value #ANSWER_MILLIS} ms and a little: a check that hangs is
 * down. Made and called on one Vert.x context, which must not be an event loop of a face.
 */
public final class HealthProbes {
  /** How long a probe waits for a check. */
  public static final long ANSWER_MILLIS = 800;

  private static final String LOOPS = "event-loops";
  private static final String DRAIN = "drain";

  /**
   * An answer.
   *
   * @param ok 200 or 503
   * @param body {@code status} and {@code checks}
   */
  public record Answer(boolean ok, JsonObject body) {}

  private final HealthChecks checks;
  private final Map<String, CachedCheck> cached = new LinkedHashMap<>();
  private final EventLoopWatch loops;
  private final Supplier<List<ReadinessCheck>> readiness;
  private final BooleanSupplier draining;
  private final Set<String> starting;

  /**
   * @param checks with one for each {@link ReadinessCheck}, called by its label
   * @param readiness what {@code admin.readiness} says now
   * @throws IllegalArgumentException when a check is missing or there twice
   */
  public HealthProbes(
      Vertx vertx,
      List<HealthCheck> checks,
      EventLoopWatch loops,
      Supplier<List<ReadinessCheck>> readiness,
      BooleanSupplier draining) {
    this.checks = HealthChecks.create(vertx);
    this.loops = loops;
    this.readiness = readiness;
    this.draining = draining;
    this.starting =
        checks.stream()
            .filter(HealthCheck::startsUp)
            .map(HealthCheck::name)
            .collect(Collectors.toUnmodifiableSet());
    for (HealthCheck check : checks) {
      var one = new CachedCheck(check, vertx.getOrCreateContext(), System::nanoTime);
      if (cached.put(check.name(), one) != null) {
        throw new IllegalArgumentException("two checks are called " + check.name());
      }
      this.checks.register(check.name(), ANSWER_MILLIS, one::run);
    }
    for (ReadinessCheck asked : ReadinessCheck.values()) {
      if (!cached.containsKey(asked.label())) {
        throw new IllegalArgumentException("no check is called " + asked.label());
      }
    }
  }

  /** {@code /livez}. */
  public Future<Answer> live() {
    return Future.succeededFuture(answer(List.of(loopsShown())));
  }

  /** {@code /readyz}. */
  public Future<Answer> ready() {
    List<String> required = readiness.get().stream().map(ReadinessCheck::label).toList();
    return ask(name -> true, required::contains)
        .map(
            shown -> {
              List<Shown> all = new ArrayList<>(shown);
              all.add(drainShown());
              return answer(all);
            });
  }

  /** {@code /startupz}. */
  public Future<Answer> started() {
    return ask(starting::contains, starting::contains).map(HealthProbes::answer);
  }

  /** {@code /health}: everything there is to see; 503 only where {@link #live} says so. */
  public Future<Answer> everything() {
    return ask(name -> true, name -> false)
        .map(
            shown -> {
              List<Shown> all = new ArrayList<>();
              all.add(loopsShown());
              all.addAll(shown);
              Shown drain = drainShown();
              all.add(drain.required(false));
              return answer(all);
            });
  }

  /** One check in an answer. */
  private record Shown(
      String name, Verdict.State state, String detail, long ageMillis, boolean required) {

    Shown required(boolean now) {
      return new Shown(name, state, detail, ageMillis, now);
    }

    boolean fails() {
      return required && state == Verdict.State.DOWN;
    }

    JsonObject toJson() {
      return new JsonObject()
          .put("name", name)
          .put("state", shownState().label())
          .put("required", required)
          .put("ageMillis", ageMillis)
          .put("detail", detail);
    }

    /** Trouble that the probe does not ask about degrades, it does not fail. */
    private Verdict.State shownState() {
      return state == Verdict.State.DOWN && !required ? Verdict.State.DEGRADED : state;
    }
  }

  private static Answer answer(List<Shown> all) {
    boolean ok = all.stream().noneMatch(Shown::fails);
    boolean well = all.stream().allMatch(one -> one.state == Verdict.State.UP);
    Verdict.State state =
        !ok ? Verdict.State.DOWN : well ? Verdict.State.UP : Verdict.State.DEGRADED;
    var list = new JsonArray();
    all.forEach(one -> list.add(one.toJson()));
    return new Answer(ok, new JsonObject().put("status", state.label()).put("checks", list));
  }

  private Future<List<Shown>> ask(Predicate<String> which, Predicate<String> required) {
    List<String> names = cached.keySet().stream().filter(which).toList();
    List<Future<CheckResult>> results = names.stream().map(checks::checkStatus).toList();
    return Future.join(results)
        .transform(
            done -> {
              List<Shown> shown = new ArrayList<>();
              for (int i = 0; i < names.size(); i++) {
                String name = names.get(i);
                shown.add(shown(name, results.get(i), required.test(name)));
              }
              return Future.succeededFuture(shown);
            });
  }

  private Shown shown(String name, Future<CheckResult> asked, boolean required) {
    CachedCheck check = Objects.requireNonNull(cached.get(name));
    // No status: it did not answer in time.
    Status status = asked.succeeded() ? asked.result().getStatus() : null;
    if (status != null) {
      JsonObject data = status.getData();
      String state = data.getString("state").toUpperCase(Locale.ROOT);
      return new Shown(
          name,
          Verdict.State.valueOf(state),
          data.getString("detail"),
          check.ageMillis(),
          required);
    }
    Verdict last = check.last();
    String detail =
        "no answer within "
            + ANSWER_MILLIS
            + " ms"
            + (last == null ? "" : "; the last one was " + last.state().label());
    return new Shown(name, Verdict.State.DOWN, detail, check.ageMillis(), required);
  }

  private Shown loopsShown() {
    List<LoopState> states = loops.states();
    List<String> wedged =
        states.stream()
            .filter(LoopState::wedged)
            .map(loop -> loop.name() + " for " + loop.unansweredNanos() / 1_000_000 + " ms")
            .toList();
    long worst = states.stream().mapToLong(LoopState::lagNanosMax).max().orElse(0);
    return wedged.isEmpty()
        ? new Shown(
            LOOPS,
            Verdict.State.UP,
            "all turn; worst lag of the last minute " + worst / 1_000_000 + " ms",
            0,
            true)
        : new Shown(LOOPS, Verdict.State.DOWN, "no turn of " + String.join(", ", wedged), 0, true);
  }

  private Shown drainShown() {
    return draining.getAsBoolean()
        ? new Shown(DRAIN, Verdict.State.DOWN, "drain has begun", 0, true)
        : new Shown(DRAIN, Verdict.State.UP, "", 0, true);
  }
}
