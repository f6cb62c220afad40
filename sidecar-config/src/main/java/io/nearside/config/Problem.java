package io.nearside.config;

import java.util.List;

/**
 * One thing that is wrong with a configuration.
 *
 * @param path of the key, as {@code redis.listen.port} or {@code redis.cache.policies[0].match}
 * @param value what was found there; secrets are already redacted
 * @param expectation what should have been there, beginning with "expected" where that fits
 * @param where the line or the environment variable it came from; may be empty
 * @param involves names of the keys beside it that the verdict rests on
 */
public record Problem(
    String path, String value, String expectation, String where, List<String> involves) {

  private static final int VALUE_CHARS_MAX = 200;

  public Problem {
    involves = List.copyOf(involves);
    value = value.replaceAll("\\p{Cntrl}+", " ");
    if (value.length() > VALUE_CHARS_MAX) {
      value = value.substring(0, VALUE_CHARS_MAX) + "...";
    }
  }

  Problem(String path, String value, String expectation) {
    this(path, value, expectation, "", List.of());
  }

  Problem at(String newPath, String newWhere) {
    return new Problem(newPath, value, expectation, newWhere, involves);
  }

  /** {@code redis.listen.port: 70000 (expected 0..65535), line 3 of nearside.yaml}. */
  @Override
  public String toString() {
    String text = path.isEmpty() ? value : path + ": " + value;
    if (!expectation.isEmpty()) {
      text += " (" + expectation + ")";
    }
    return where.isEmpty() ? text : text + ", " + where;
  }
}
