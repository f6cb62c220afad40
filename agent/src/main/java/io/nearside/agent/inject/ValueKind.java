package io.nearside.agent.inject;

import java.util.regex.Pattern;

/** What an annotation's value looks like, and what is done with it. */
enum ValueKind {
  FLAG("`true` or `false`", "true|false"),
  SWITCH("`true` or `false`", "true|false|enabled|disabled"),
  MODE("`native` or `classic`", "native|classic"),
  PULL_POLICY("`Always`, `IfNotPresent` or `Never`", "Always|IfNotPresent|Never"),
  IMAGE(
      "an image with its tag or digest",
      "[A-Za-z0-9][A-Za-z0-9._:/@-]{0,255}[:@][A-Za-z0-9][A-Za-z0-9._:-]{0,255}"),
  CONTAINERS("names of containers, with commas", Names.WORDS_PATTERN),
  VARIABLES(
      "`redis`, `redis-unix`, `postgres`, `postgres-unix`, with commas",
      "\\s*(redis|postgres)(-unix)?\\s*(,\\s*(redis|postgres)(-unix)?\\s*)*+"),
  WORD("letters, digits, '.', '_' and '-'", "[A-Za-z0-9._-]{1,128}"),
  USER_ID("a number, 1..1999999999, or `none`", "none|[1-9][0-9]{0,8}|1[0-9]{9}"),
  COUNT("a number, 1..3600", "[1-9][0-9]{0,2}|[12][0-9]{3}|3[0-5][0-9]{2}|3600"),
  PORT(
      "a port, 1..65535",
      "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"),
  /** An amount of CPU or memory. */
  QUANTITY("a quantity of Kubernetes: `50m`, `0.5`, `160Mi`", Quantity.PATTERN),
  /** The same, or no limit at all. */
  LIMIT("a quantity of Kubernetes, or `none`", "none|" + Quantity.PATTERN),
  /** A ConfigMap that is mounted. */
  CONFIG_MAP(
      "a ConfigMap's name, or name/key", Names.NAME_PATTERN + "(/" + Names.KEY_PATTERN + ")?"),
  /** A variable's value comes from a ConfigMap. */
  CONFIG_MAP_KEY("a ConfigMap's name/key", Names.NAME_PATTERN + "/" + Names.KEY_PATTERN),
  /** A variable's value comes from a Secret. */
  SECRET_KEY("a Secret's name/key", Names.NAME_PATTERN + "/" + Names.KEY_PATTERN),
  /** A Secret's key is mounted as a file. */
  SECRET_FILE("a Secret's name/key", Names.NAME_PATTERN + "/" + Names.KEY_PATTERN),
  /** The configuration's own text, which checks it. */
  SETTING("as the configuration's key", "(?s).+"),
  /** Several of the configuration's keys. */
  SETTINGS("`key=value` of the configuration, with semicolons or one a line", "(?s).*");

  private final String expected;
  private final Pattern pattern;

  ValueKind(String expected, String pattern) {
    this.expected = expected;
    this.pattern = Pattern.compile(pattern);
  }

  /** In words, for people; Markdown. */
  String expected() {
    return expected;
  }

  /** The same without marks. */
  String inWords() {
    return expected.replace("`", "");
  }

  /** Whether the value looks as it should; what the configuration checks itself always does. */
  boolean accepts(String value) {
    return pattern.matcher(value).matches();
  }

  /** Whether a wrong value may be a password that somebody put where its place belongs. */
  boolean secret() {
    return this == SECRET_KEY || this == SECRET_FILE;
  }

  /** Patterns of names; a class of its own, as an enum's constants come before its fields. */
  private static final class Names {
    /** A DNS subdomain (RFC 1123), as objects of Kubernetes are called. */
    static final String NAME_PATTERN =
        "(?=[a-z0-9.-]{1,253}(/|$))[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";

    /** A key of a ConfigMap or Secret, which is a file's name as well. */
    static final String KEY_PATTERN = "(?!\\.\\.)[-._a-zA-Z0-9]{1,253}";

    /** Possessive: a group that may backtrack would need stack for each word. */
    static final String WORDS_PATTERN = "\\s*[a-z0-9-]{1,63}\\s*(,\\s*[a-z0-9-]{1,63}\\s*)*+";

    private Names() {}
  }
}
