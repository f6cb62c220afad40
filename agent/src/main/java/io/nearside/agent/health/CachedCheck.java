package io.nearside.agent.health;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.healthchecks.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A check with its last result. Asked on a virtual thread, once at a time whoever wants to know; a
 * result serves for {@value #FRESH_MILLIS} ms. Everything but the asking happens on one context.
 */
final class CachedCheck {
  static final long FRESH_MILLIS = 250;

  /** An asking that hangs for so long is given up, and the next probe asks anew. */
  static final long ABANDON_MILLIS = 10_000;

  private final HealthCheck check;
  private final Context context;
  private final LongSupplier nanoClock;
  private final List<Promise<Status>> waiting = new ArrayList<>();
  private @Nullable Verdict last;
  private long lastNanos;
  private boolean asking;
  private long askedNanos;
  private int asked;

  CachedCheck(HealthCheck check, Context context, LongSupplier nanoClock) {
    this.check = check;
    this.context = context;
    this.nanoClock = nanoClock;
  }

  String name() {
    return check.name();
  }

  /** Completes {@code result}, at once or when the check has answered; never if it hangs. */
  void run(Promise<Status> result) {
    long now = nanoClock.getAsLong();
    if (last != null && now - lastNanos < FRESH_MILLIS * 1_000_000) {
      result.complete(status(last));
      return;
    }
    waiting.add(result);
    // Who gave up waiting is forgotten.
    result.future().onFailure(late -> waiting.remove(result));
    if (asking && now - askedNanos < ABANDON_MILLIS * 1_000_000) {
      return;
    }
    asking = true;
    askedNanos = now;
    int number = ++asked;
    Thread.ofVirtual().name("nearside-check-" + name()).start(() -> ask(number));
  }

  private void ask(int number) {
    Verdict verdict;
    try {
      verdict = check.ask();
    } catch (Exception failure) {
      verdict = Verdict.down(String.valueOf(failure.getMessage()));
    }
    Verdict answer = verdict;
    context.runOnContext(v -> answered(number, answer));
  }

  private void answered(int number, Verdict verdict) {
    if (number != asked) {
      return; // given up; a later asking is on its way
    }
    asking = false;
    last = verdict;
    lastNanos = nanoClock.getAsLong();
    List<Promise<Status>> all = List.copyOf(waiting);
    waiting.clear();
    all.forEach(one -> one.tryComplete(status(verdict)));
  }

  private static Status status(Verdict verdict) {
    var data =
        new JsonObject().put("state", verdict.state().label()).put("detail", verdict.detail());
    return new Status().setOk(verdict.state() != Verdict.State.DOWN).setData(data);
  }

  /** The last result, or null when there has been none. */
  @Nullable Verdict last() {
    return last;
  }

  /** Age of the last result in milliseconds; -1 when there has been none. */
  long ageMillis() {
    return last == null ? -1 : (nanoClock.getAsLong() - lastNanos) / 1_000_000;
  }
}
