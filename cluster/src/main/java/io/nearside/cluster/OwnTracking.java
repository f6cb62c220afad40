package io.nearside.cluster;

import io.nearside.cluster.BusMessage.TrackingState;
import java.util.ArrayList;
import java.util.List;

/**
 * What this sidecar tells of its tracking with each beat; bounded. Safe from any thread.
 *
 * <p>The publisher takes {@link #all} before it sends what waits: whoever published first and said
 * what that proves afterwards is then never believed too early.
 */
final class OwnTracking {

  /** What was said, by our own clock. */
  record Said(String scope, boolean active, long sinceNanos, long provenNanos) {}

  private volatile List<Said> said = List.of();

  synchronized void say(Said now) {
    List<Said> after = without(now.scope());
    after.add(now);
    if (after.size() > BusCodec.SCOPES_MAX) {
      after.removeFirst();
    }
    said = List.copyOf(after);
  }

  synchronized void withdraw(String scope) {
    said = List.copyOf(without(scope));
  }

  private List<Said> without(String scope) {
    List<Said> rest = new ArrayList<>(said);
    rest.removeIf(each -> each.scope().equals(scope));
    return rest;
  }

  /** Whether we track in any scope. */
  boolean isActive() {
    return said.stream().anyMatch(Said::active);
  }

  List<Said> all() {
    return said;
  }

  /** As they travel: counted back from now. */
  static List<TrackingState> aged(List<Said> said, long nowNanos) {
    return said.stream()
        .map(
            each ->
                each.active()
                    ? new TrackingState(
                        each.scope(),
                        true,
                        nowNanos - each.sinceNanos(),
                        nowNanos - each.provenNanos())
                    : new TrackingState(each.scope(), false, 0, 0))
        .toList();
  }
}
