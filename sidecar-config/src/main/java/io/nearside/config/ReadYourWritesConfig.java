package io.nearside.config;

/** Reads on replicas see writes that were acknowledged before. */
public record ReadYourWritesConfig(
    @Setting(
            doc =
                "Whose writes: `session`, `pod` (all clients of this sidecar), `cluster` (all sidecars, at most `coherence.maxStalenessMillis` later), `off`.",
            byDefault = "session")
        TokenScope scope,
    @Setting(
            doc = "How long a read waits for a replica to catch up before the primary serves it.",
            byDefault = "20",
            min = 0,
            max = 60_000)
        long waitMillis) {

  public ReadYourWritesConfig {
    Check.of(ReadYourWritesConfig.class, scope, waitMillis).done();
  }
}
