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
  private final Map<String, Long> decisions = new HashMap<>();
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

  void decided(String label) {
    decisions.merge(label, 1L, Long::sum);
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

  Map<String, Long> decisions() {
    return decisions;
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
