package io.nearside.config;

import java.util.Locale;

/** The values that are one scalar in YAML. */
enum ScalarType implements ValueType {
  BOOLEAN(boolean.class, "true or false") {
    @Override
    Object fromYaml(Object raw, Setting setting) {
      if (raw instanceof Boolean) {
        return raw;
      }
      throw new IllegalArgumentException("expected true or false");
    }

    @Override
    Object fromText(String text, Setting setting) {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "true", "on", "yes" -> true;
        case "false", "off", "no" -> false;
        default -> throw new IllegalArgumentException("expected true or false");
      };
    }
  },

  INT(int.class, "integer") {
    @Override
    Object fromYaml(Object raw, Setting setting) {
      return Math.toIntExact(wholeNumber(raw, setting, Integer.MIN_VALUE, Integer.MAX_VALUE));
    }

    @Override
    Object fromText(String text, Setting setting) {
      return fromYaml(digits(text), setting);
    }
  },

  LONG(long.class, "integer") {
    @Override
    Object fromYaml(Object raw, Setting setting) {
      return wholeNumber(raw, setting, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    @Override
    Object fromText(String text, Setting setting) {
      return fromYaml(digits(text), setting);
    }
  },

  TEXT(String.class, "text") {
    @Override
    Object fromYaml(Object raw, Setting setting) {
      if (raw instanceof String) {
        return raw;
      }
      throw new IllegalArgumentException("expected text; put it in quotes");
    }

    @Override
    Object fromText(String text, Setting setting) {
      return text;
    }
  },

  SIZE(ByteSize.class, "size") {
    @Override
    Object fromYaml(Object raw, Setting setting) {
      if (raw instanceof String text) {
        return ByteSize.parse(text);
      }
      if (raw instanceof Integer || raw instanceof Long) {
        return ByteSize.parse(raw.toString());
      }
      throw new IllegalArgumentException(ByteSize.EXPECTED);
    }

    @Override
    Object fromText(String text, Setting setting) {
      return ByteSize.parse(text);
    }
  },

  URL(UpstreamUrl.class, "URL") {
    @Override
    Object fromYaml(Object raw, Setting setting) {
      if (raw instanceof String text) {
        return UpstreamUrl.parse(text);
      }
      throw new IllegalArgumentException(UpstreamUrl.EXPECTED);
    }

    @Override
    Object fromText(String text, Setting setting) {
      return UpstreamUrl.parse(text);
    }
  },

  ADDRESS(HostPort.class, "host:port") {
    @Override
    Object fromYaml(Object raw, Setting setting) {
      if (raw instanceof String text) {
        return HostPort.parse(text);
      }
      throw new IllegalArgumentException(HostPort.EXPECTED);
    }

    @Override
    Object fromText(String text, Setting setting) {
      return HostPort.parse(text);
    }
  };

  private final Class<?> javaType;
  private final String words;

  ScalarType(Class<?> javaType, String words) {
    this.javaType = javaType;
    this.words = words;
  }

  Class<?> javaType() {
    return javaType;
  }

  /** For the documentation. */
  String words() {
    return words;
  }

  /**
   * Reads what a YAML parser made of it.
   *
   * @throws IllegalArgumentException with the expectation as its message
   */
  abstract Object fromYaml(Object raw, Setting setting);

  /**
   * Reads the text of an environment variable or a default.
   *
   * @throws IllegalArgumentException with the expectation as its message
   */
  abstract Object fromText(String text, Setting setting);

  private static Long digits(String text) {
    if (!text.matches("-?[0-9]{1,18}")) {
      throw new IllegalArgumentException("expected a whole number");
    }
    return Long.valueOf(text);
  }

  private static long wholeNumber(Object raw, Setting setting, long min, long max) {
    if (!(raw instanceof Integer || raw instanceof Long || raw instanceof java.math.BigInteger)) {
      throw new IllegalArgumentException("expected a whole number");
    }
    if (raw instanceof java.math.BigInteger) {
      throw new IllegalArgumentException("expected " + Limits.text(setting, false));
    }
    long number = ((Number) raw).longValue();
    if (number < min || number > max) {
      throw new IllegalArgumentException("expected " + Limits.text(setting, false));
    }
    return number;
  }
}
