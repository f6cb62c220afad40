package io.nearside.agent.admin;

import io.nearside.config.LoadedConfig;
import io.nearside.config.ReloadDiff;

/** The configuration in force, and its reload. Safe from any thread. */
public interface ConfigOperations {

  LoadedConfig effective();

  /**
   * Reads the configuration again and takes over what can change live. May block; not called on an
   * event loop.
   *
   * @throws io.nearside.config.ConfigException when the new one is wrong; nothing has changed then
   */
  ReloadDiff reload();
}
