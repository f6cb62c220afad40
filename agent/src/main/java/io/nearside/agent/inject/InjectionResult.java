package io.nearside.agent.inject;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** What became of a pod. */
public sealed interface InjectionResult {
  /**
   * It gets the sidecar.
   *
   * @param patch JSON Patch (RFC 6902) that turns the pod that came into {@code pod}
   * @param pod the pod with the sidecar
   * @param notes what its owner should know, a short sentence each
   */
  record Injected(JsonArray patch, JsonObject pod, List<String> notes) implements InjectionResult {
    public Injected {
      notes = List.copyOf(notes);
    }
  }

  /** It stays as it is. */
  record Skipped(SkipReason reason, String message) implements InjectionResult {}

  /** It asks for the sidecar in a way that can not be followed; the message says what is wrong. */
  record Refused(String message) implements InjectionResult {}
}
