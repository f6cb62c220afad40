package io.nearside.config;

/** How staleness is measured. */
public record SamplerConfig(
    @Setting(
            doc =
                "Replies from memory per second that are compared with the upstream, one read each;"
                    + " 0 for none.",
            byDefault = "1",
            min = 0,
            max = 1000,
            live = true)
        int perSecond) {

  public SamplerConfig {
    Check.of(SamplerConfig.class, perSecond).done();
  }
}
