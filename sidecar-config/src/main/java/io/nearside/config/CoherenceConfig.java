package io.nearside.config;

/** How stale a served value may be at worst. */
public record CoherenceConfig(
    @Setting(
            doc =
                "No sidecar serves a value that is older than this after a newer one was acknowledged; a"
                    + " sidecar that cannot prove it stops answering from memory. Must be the same in the"
                    + " whole fleet.",
            byDefault = "1000",
            min = 100,
            max = 60_000)
        long maxStalenessMillis) {

  public CoherenceConfig {
    Check.of(CoherenceConfig.class, maxStalenessMillis).done();
  }
}
