package io.nearside.agent.postgres;

import io.nearside.agent.net.DisconnectReason;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** Numbers of the face since the start. On the event loop. */
final class FaceCounters {
  private final Map<String, Long> healed = new HashMap<>();
  private final Map<String, Long> loginFailures = new HashMap<>();
  private final Map<DisconnectReason, Long> disconnects = new EnumMap<>(DisconnectReason.class);
  private final Map<String, Long> pins = new HashMap<>();
  private final Map<String, Long> pinNanos = new HashMap<>();
  private final Map<String, long[]> toPrimary = new HashMap<>();
  private final Map<String, long[]> toReplicas = new HashMap<>();
  private long clientsTotal;
  private long tokenChecks;
  private long tokenWaits;
  private long tokensGivenUp;
  private long cancels;

  void healed(String reason) {
    healed.merge(reason, 1L, Long::sum);
  }

  void loginFailed(String reason) {
    loginFailures.merge(reason, 1L, Long::sum);
  }

  void disconnected(DisconnectReason reason) {
    disconnects.merge(reason, 1L, Long::sum);
  }

  void pinned(String reason) {
    pins.merge(reason, 1L, Long::sum);
  }

  /** It lasted so long. */
  void unpinned(String reason, long nanos) {
    pinNanos.merge(reason, nanos, Long::sum);
  }

  /** A batch outside of transactions was sent to the primary for a reason, or to a replica. */
  void decided(boolean replica, String label) {
    Map<String, long[]> counts = replica ? toReplicas : toPrimary;
    long[] count = counts.get(label);
    if (count == null) {
      count = new long[1];
      counts.put(label, count);
    }
    count[0]++;
  }

  void clientOpened() {
    clientsTotal++;
  }

  void tokenChecked() {
    tokenChecks++;
  }

  void tokenWaited() {
    tokenWaits++;
  }

  void tokenGivenUp() {
    tokensGivenUp++;
  }

  void cancelled() {
    cancels++;
  }

  Map<String, Long> healed() {
    return healed;
  }

  Map<String, Long> loginFailures() {
    return loginFailures;
  }

  Map<DisconnectReason, Long> disconnects() {
    return disconnects;
  }

  Map<String, Long> pins() {
    return pins;
  }

  Map<String, Long> pinNanos() {
    return pinNanos;
  }

  /** By target and label: {@code replica/read}. */
  Map<String, Long> decisions() {
    Map<String, Long> counts = new HashMap<>();
    toPrimary.forEach((label, count) -> counts.put("primary/" + label, count[0]));
    toReplicas.forEach((label, count) -> counts.put("replica/" + label, count[0]));
    return counts;
  }

  long clientsTotal() {
    return clientsTotal;
  }

  long tokenChecks() {
    return tokenChecks;
  }

  long tokenWaits() {
    return tokenWaits;
  }

  long tokensGivenUp() {
    return tokensGivenUp;
  }

  long cancels() {
    return cancels;
  }
}
