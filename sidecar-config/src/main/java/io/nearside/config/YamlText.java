package io.nearside.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes a value on one line of YAML, in flow style. */
final class YamlText {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z/][A-Za-z0-9_./@%?=*-]*");
  private static final Pattern PLAIN_URL = Pattern.compile("[a-z]+://[A-Za-z0-9_./:@%?=*-]*[^:]");
  private static final Pattern PLAIN_ADDRESS = Pattern.compile("[0-9]+(\\.[0-9]+){3}");
  private static final Pattern PLAIN_SIZE = Pattern.compile("[0-9]+[KMG]iB");
  private static final Pattern WORD_OF_YAML =
      Pattern.compile("y|n|yes|no|on|off|true|false|null|~");

  private YamlText() {}

  /** The value as {@link Plain} makes it; a value that is not there is empty. */
  static String of(@Nullable Object plain) {
    return switch (plain) {
      case null -> "";
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> entry.getKey() + ": " + of(entry.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      case List<?> list ->
          list.stream().map(YamlText::of).collect(Collectors.joining(", ", "[", "]"));
      case String text -> scalar(text);
      default -> plain.toString();
    };
  }

  private static String scalar(String text) {
    boolean plain =
        PLAIN.matcher(text).matches()
            || PLAIN_URL.matcher(text).matches()
            || PLAIN_SIZE.matcher(text).matches()
            || PLAIN_ADDRESS.matcher(text).matches();
    boolean word = WORD_OF_YAML.matcher(text.toLowerCase(Locale.ROOT)).matches();
    return plain && !word ? text : JsonText.quoted(text);
  }
}
