package io.nearside.config;

import java.nio.file.Path;
import java.util.Map;

/** Turns a file and an environment into a valid configuration. */
@SuppressWarnings("DoNotCallSuggester")
public final class ConfigLoader {
  private ConfigLoader() {}

  public static LoadedConfig load(
      Map<String, ?> tree, String sourceName, Map<String, String> environment) {
    throw new UnsupportedOperationException();
  }

  public static LoadedConfig loadFile(Path file, Map<String, String> environment) {
    throw new UnsupportedOperationException();
  }
}
