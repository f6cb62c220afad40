package io.nearside.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Turns a file and an environment into a valid configuration. Environment variables ({@code
 * NEARSIDE_REDIS_LISTEN_PORT}) win over the file, the file over the defaults. Any thread; blocks
 * where a file is read, also for secrets that are kept in files.
 */
public final class ConfigLoader {
  private static final int FILE_BYTES_MAX = 4 << 20;

  private ConfigLoader() {}

  /**
   * Binds a tree that was read elsewhere: maps, lists and scalars as a YAML parser makes them. Has
   * no line numbers; {@link #loadText} has.
   *
   * @throws ConfigException with all that is wrong
   */
  public static LoadedConfig load(
      Map<String, ?> yamlTree, String sourceName, Map<String, String> environment) {
    return bind(
        new YamlTree(yamlTree, Map.of(), List.of()), sourceName, environment, new SecureRandom());
  }

  /**
   * Reads YAML text.
   *
   * @param sourceName the file's name, for errors
   * @throws ConfigException with all that is wrong, with line numbers
   */
  public static LoadedConfig loadText(
      String yaml, String sourceName, Map<String, String> environment) {
    return bind(YamlTree.parse(yaml, sourceName), sourceName, environment, new SecureRandom());
  }

  /**
   * Reads a file of UTF-8 YAML.
   *
   * @throws ConfigException with all that is wrong; a file that can not be read is one problem
   */
  public static LoadedConfig loadFile(Path file, Map<String, String> environment) {
    Path name = file.getFileName();
    return loadText(text(file), (name == null ? file : name).toString(), environment);
  }

  /**
   * The environment variable of a key: {@code redis.listen.port} is {@code
   * NEARSIDE_REDIS_LISTEN_PORT}. Whether there is such a key is not looked at.
   */
  public static String variable(String path) {
    return Key.variable(path);
  }

  /** As the public ones, where the random part of a generated id is given. */
  static LoadedConfig bind(
      YamlTree tree, String sourceName, Map<String, String> environment, RandomGenerator random) {
    Map<String, String> overrides = Environment.withoutServiceLinks(environment);
    LoadedConfig loaded = new Binder(tree, sourceName, overrides).bind();
    NearsideConfig config = loaded.config();
    if (!config.node().id().isEmpty()) {
      return loaded;
    }
    NodeConfig node = new NodeConfig(NodeIds.generate(environment, random), config.node().zone());
    Map<String, ValueSource> sources = new HashMap<>(loaded.sources());
    sources.put("node.id", ValueSource.BY_DEFAULT);
    return new LoadedConfig(
        new NearsideConfig(
            node,
            config.log(),
            config.runtime(),
            config.coherence(),
            config.redis(),
            config.postgres(),
            config.cluster(),
            config.admin()),
        sources);
  }

  private static String text(Path file) {
    String expected = "expected a readable file of UTF-8 text of at most 4 MiB";
    try (var in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
      if (bytes.length <= FILE_BYTES_MAX) {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      }
    } catch (CharacterCodingException e) {
      throw new ConfigException(List.of(new Problem(file.toString(), "not UTF-8", expected)));
    } catch (IOException e) {
      String reason = e.getClass().getSimpleName();
      throw new ConfigException(List.of(new Problem(file.toString(), reason, expected)));
    }
    throw new ConfigException(List.of(new Problem(file.toString(), "too large", expected)));
  }
}
