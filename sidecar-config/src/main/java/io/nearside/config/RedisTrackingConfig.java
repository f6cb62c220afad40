package io.nearside.config;

/** How writers that bypass the sidecars are seen. */
public record RedisTrackingConfig(
    @Setting(
            doc =
                "Whether a connection with client tracking (RESP3, broadcast mode) watches the cached keys."
                    + " Without it such writes are seen only when an entry's time ends.",
            byDefault = "true")
        boolean enabled) {

  public RedisTrackingConfig {
    Check.of(RedisTrackingConfig.class, enabled).done();
  }
}
