package io.nearside.config;

/** How writers that bypass the sidecars are seen. */
public record RedisTrackingConfig(
    @Setting(
            doc =
                "Whether a connection with client tracking (RESP3, broadcast mode) watches the"
                    + " cached keys. Without it such writes are seen only when an entry's time"
                    + " ends.",
            byDefault = "true")
        boolean enabled,
    @Setting(
            doc =
                "How many sidecars of the fleet have such a connection to an upstream; they tell"
                    + " the others. 2 lets one of them die without a break. 0: every sidecar has"
                    + " its own.",
            byDefault = "2",
            min = 0,
            max = 16)
        int trackers,
    @Setting(
            doc =
                "How long an entry lives at most where the upstream refuses to be tracked: writes"
                    + " around the sidecars are seen no sooner there.",
            byDefault = "5000",
            min = 100,
            max = 3_600_000)
        long unsupportedTtlMillis) {

  public RedisTrackingConfig {
    Check.of(RedisTrackingConfig.class, enabled, trackers, unsupportedTtlMillis).done();
  }
}
