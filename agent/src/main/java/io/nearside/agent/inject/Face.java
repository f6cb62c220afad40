package io.nearside.agent.inject;

/** Whether the sidecar has one of its two faces. */
enum Face {
  ON,
  OFF,
  /** The pod's own configuration file decides. */
  OF_THE_FILE;

  static Face redis(PodOptions options) {
    return of(
        options,
        PodAnnotation.REDIS,
        options.givenKey(PodAnnotation.REDIS_URL.configurationKey())
            || options.given(PodAnnotation.REDIS_SENTINEL_NODES));
  }

  static Face postgres(PodOptions options) {
    return of(
        options,
        PodAnnotation.POSTGRES,
        options.givenKey(PodAnnotation.POSTGRES_SERVERS.configurationKey()));
  }

  private static Face of(PodOptions options, PodAnnotation asked, boolean upstreamNamed) {
    if (options.given(asked)) {
      return options.flag(asked) ? ON : OFF;
    }
    if (upstreamNamed) {
      return ON;
    }
    return options.given(PodAnnotation.CONFIG_MAP) ? OF_THE_FILE : OFF;
  }
}
