package io.nearside.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Resolves secrets; nothing it throws shows one. */
final class Secrets {
  /** {@code NEARSIDE_ADMIN_TOKEN_FILE=/path}: what container platforms mount. */
  static final String FILE_SUFFIX = "_FILE";

  private static final int FILE_BYTES_MAX = 64 * 1024;

  private final Map<String, String> environment;
  private final Set<String> variables = new HashSet<>();

  Secrets(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Names of the variables that secrets of the file refer to. */
  Set<String> variables() {
    return Set.copyOf(variables);
  }

  /** The variable that overrides a key, by value or by file; null for none. */
  @Nullable String overrideName(String variable) {
    if (environment.containsKey(variable)) {
      return variable;
    }
    return environment.containsKey(variable + FILE_SUFFIX) ? variable + FILE_SUFFIX : null;
  }

  /** The secret that the environment gives for a key, not set where it gives none. */
  Secret override(String variable) throws Mismatch {
    String value = environment.get(variable);
    String file = environment.get(variable + FILE_SUFFIX);
    if (value != null && file != null) {
      throw new Mismatch(
          "set twice", "expected either " + variable + " or " + variable + FILE_SUFFIX);
    }
    if (file != null) {
      return fromFile(file);
    }
    return value == null ? Secret.none() : Secret.of(Secret.Origin.ENV, variable, value);
  }

  /** The secret that the file describes by a map of one key. */
  Secret read(Object raw) throws Mismatch {
    if (!(raw instanceof Map<?, ?> map)) {
      throw new Mismatch("a plain value", Secret.EXPECTED);
    }
    if (map.size() != 1) {
      throw new Mismatch("a map of " + map.size() + " keys", Secret.EXPECTED);
    }
    Map.Entry<?, ?> entry = map.entrySet().iterator().next();
    if (!(entry.getKey() instanceof String kind) || !(entry.getValue() instanceof String text)) {
      throw new Mismatch("a map without text", Secret.EXPECTED);
    }
    return switch (kind) {
      case "env" -> fromVariable(text);
      case "file" -> fromFile(text);
      case "value" -> Secret.of(text);
      default -> throw new Mismatch("unknown kind of secret", Secret.EXPECTED);
    };
  }

  private Secret fromVariable(String name) throws Mismatch {
    variables.add(name);
    String value = environment.get(name);
    if (value == null || value.isEmpty()) {
      throw new Mismatch("env " + name, "expected a variable that is set");
    }
    return Secret.of(Secret.Origin.ENV, name, value);
  }

  private static Secret fromFile(String name) throws Mismatch {
    String expected =
        "expected a readable file with a secret of 1.." + FILE_BYTES_MAX + " bytes of UTF-8";
    try (InputStream in = Files.newInputStream(Path.of(name))) {
      byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      String value = text.replaceFirst("\\r?\\n$", "");
      if (value.isEmpty() || bytes.length > FILE_BYTES_MAX) {
        throw new Mismatch("file " + name, expected);
      }
      return Secret.of(Secret.Origin.FILE, name, value);
    } catch (CharacterCodingException e) {
      throw new Mismatch("file " + name, expected);
    } catch (IOException | InvalidPathException e) {
      throw new Mismatch("file " + name, expected);
    }
  }
}
