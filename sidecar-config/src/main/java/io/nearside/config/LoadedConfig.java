package io.nearside.config;

import java.util.Map;

/**
 * A valid configuration, and where each of its values came from.
 *
 * @param sources by path of the key ({@code redis.listen.port}); a list is one value
 */
public record LoadedConfig(NearsideConfig config, Map<String, ValueSource> sources) {
  public LoadedConfig {
    sources = Map.copyOf(sources);
  }
}
