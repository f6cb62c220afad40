package io.nearside.config;

/** How stale a served value may be at worst. */
public record CoherenceConfig(
    @Setting(
            doc =
                "No sidecar serves a value that is older than this after a newer one was"
                    + " acknowledged; a sidecar that cannot prove it stops answering from memory."
                    + " Must be the same in the whole fleet.",
            byDefault = "1000",
            min = 100,
            max = 60_000)
        long maxStalenessMillis,
    @Setting(
            doc =
                "How long a sidecar may go on serving keys of `consistency: strong` from memory"
                    + " after its last proof, and so how long a write of such a key waits at most"
                    + " for a sidecar that does not answer. Must be the same in the whole fleet.",
            byDefault = "1000",
            min = 100,
            max = 60_000)
        long strongLeaseMillis) {

  public CoherenceConfig {
    Check.of(CoherenceConfig.class, maxStalenessMillis, strongLeaseMillis).done();
  }
}
