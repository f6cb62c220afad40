package io.nearside.agent.postgres;

import java.util.List;

/** What the admin console asks the agent for. Safe from any thread. */
public interface ConsoleSource {

  /**
   * A setting.
   *
   * @param value without secrets
   * @param byDefault what it would be by itself
   * @param live whether a reload changes it without a restart
   */
  record Setting(String path, String value, String byDefault, boolean live) {}

  /** Every setting, in the order of the configuration. */
  List<Setting> settings();

  /**
   * Reads the configuration again. May block; not called on an event loop.
   *
   * @return what came of it, in one line
   * @throws io.nearside.config.ConfigException when the new one is wrong; nothing has changed then
   */
  String reload();

  /** What runs here. */
  String version();
}
