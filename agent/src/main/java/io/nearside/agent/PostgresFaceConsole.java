package io.nearside.agent;

import io.nearside.agent.admin.ConfigOperations;
import io.nearside.agent.postgres.ConsoleSource;
import io.nearside.config.EffectiveConfig;
import io.nearside.config.ReloadDiff;
import java.util.List;
import java.util.stream.Collectors;

/** What the console of the PostgreSQL face asks the agent for. */
final class PostgresFaceConsole implements ConsoleSource {
  private final ConfigOperations config;

  PostgresFaceConsole(ConfigOperations config) {
    this.config = config;
  }

  @Override
  public List<Setting> settings() {
    return EffectiveConfig.settings(config.effective()).stream()
        .map(shown -> new Setting(shown.path(), shown.value(), shown.byDefault(), shown.live()))
        .toList();
  }

  @Override
  public String reload() {
    ReloadDiff diff = config.reload();
    String restart =
        diff.restart().stream().map(ReloadDiff.Change::path).collect(Collectors.joining(", "));
    return diff.live().size()
        + " settings changed"
        + (restart.isEmpty() ? "" : "; these need a restart: " + restart);
  }

  @Override
  public String version() {
    return Version.get();
  }
}
