package io.nearside.agent.inject;

import io.nearside.config.Nearest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What holds for one pod: its annotations, then the injector's defaults, then the built-in ones.
 */
final class PodOptions {
  /** Longer ones are no names that somebody misspelt; telling the nearest takes its time. */
  private static final int WORD_CHARACTERS_MAX = 63;

  /** From here on, no more is looked for what was meant. */
  private static final int SUGGESTIONS_MAX = 8;

  private static final int VALUE_CHARACTERS_MAX = 8192;
  private static final int SHOWN_CHARACTERS_MAX = 100;

  private final Map<PodAnnotation, String> given;
  private final Set<PodAnnotation> ofThePod;

  private PodOptions(Map<PodAnnotation, String> given, Set<PodAnnotation> ofThePod) {
    this.given = given;
    this.ofThePod = ofThePod;
  }

  /**
   * Reads a pod's annotations.
   *
   * @throws RefusedException with all that is wrong with those that begin with {@code nearside.io/}
   */
  static PodOptions of(Map<String, String> podAnnotations, Map<String, String> defaults) {
    List<String> problems = new ArrayList<>();
    Map<PodAnnotation, String> given = new EnumMap<>(PodAnnotation.class);
    podAnnotations.forEach(
        (key, value) -> {
          if (key.startsWith(PodAnnotation.PREFIX) && !key.equals(Marks.STATUS)) {
            read(key.substring(PodAnnotation.PREFIX.length()), value, key, given, problems);
          }
        });
    alternatives(given, problems);
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
    Set<PodAnnotation> ofThePod = Set.copyOf(given.keySet());
    defaults.forEach(
        (word, value) ->
            PodAnnotation.of(word)
                .filter(annotation -> ofThePod.stream().noneMatch(annotation::isAlternativeTo))
                .ifPresent(annotation -> given.putIfAbsent(annotation, value)));
    return new PodOptions(given, ofThePod);
  }

  /** What is wrong with the injector's defaults; empty where nothing is. */
  static List<String> problems(Map<String, String> defaults) {
    List<String> problems = new ArrayList<>();
    Map<PodAnnotation, String> given = new EnumMap<>(PodAnnotation.class);
    defaults.forEach((word, value) -> read(word, value, word, given, problems));
    alternatives(given, problems);
    if (given.containsKey(PodAnnotation.INJECT)) {
      problems.add(PodAnnotation.INJECT.word() + ": expected on pods and namespaces only");
    }
    given.forEach(
        (annotation, value) -> problems.addAll(Configuration.problemsOf(annotation, value)));
    return problems;
  }

  private static void read(
      String word,
      String value,
      String key,
      Map<PodAnnotation, String> given,
      List<String> problems) {
    var annotation = PodAnnotation.of(word);
    if (annotation.isEmpty()) {
      @Nullable String near = problems.size() < SUGGESTIONS_MAX ? nearest(word) : null;
      problems.add(
          cut(key)
              + ": unknown annotation"
              + (near == null
                  ? " (docs/injection.md has them all)"
                  : " (did you mean "
                      + key.substring(0, key.length() - word.length())
                      + near
                      + "?)"));
    } else if (value.length() > VALUE_CHARACTERS_MAX) {
      problems.add(key + ": expected at most " + VALUE_CHARACTERS_MAX + " characters");
    } else if (!annotation.get().kind().accepts(value)) {
      String shown = annotation.get().kind().secret() ? "not a reference" : cut(value);
      problems.add(key + ": " + shown + " (expected " + annotation.get().kind().inWords() + ")");
    } else {
      given.put(annotation.get(), value);
    }
  }

  private static @Nullable String nearest(String word) {
    return word.length() > WORD_CHARACTERS_MAX
        ? null
        : Nearest.of(word, Arrays.stream(PodAnnotation.values()).map(PodAnnotation::word).toList());
  }

  private static void alternatives(Map<PodAnnotation, String> given, List<String> problems) {
    for (PodAnnotation one : given.keySet()) {
      for (PodAnnotation other : given.keySet()) {
        if (one.compareTo(other) < 0 && one.isAlternativeTo(other)) {
          problems.add(one.key() + " and " + other.key() + ": expected one of them");
        }
      }
    }
  }

  private static String cut(String value) {
    return value.length() <= SHOWN_CHARACTERS_MAX
        ? value
        : value.substring(0, SHOWN_CHARACTERS_MAX) + "...";
  }

  /** Whether the pod itself says it. */
  boolean ofThePod(PodAnnotation annotation) {
    return ofThePod.contains(annotation);
  }

  /** Whether the pod or the injector's defaults say it. */
  boolean given(PodAnnotation annotation) {
    return given.containsKey(annotation);
  }

  /** Whether one of those that set this key of the configuration is given. */
  boolean givenKey(String configurationKey) {
    return PodAnnotation.setting(configurationKey).stream().anyMatch(this::given);
  }

  /** Its value, else the built-in default; null where that is none. */
  @Nullable String value(PodAnnotation annotation) {
    String value = given.getOrDefault(annotation, annotation.defaultValue());
    return value.isEmpty() ? null : value;
  }

  /** As {@link #value}, with another default. */
  String valueOr(PodAnnotation annotation, String other) {
    String value = value(annotation);
    return value == null ? other : value;
  }

  boolean flag(PodAnnotation annotation) {
    return "true".equals(value(annotation));
  }

  int number(PodAnnotation annotation) {
    return Integer.parseInt(valueOr(annotation, "0"));
  }

  /** Words parted by commas; empty where it is not given. */
  List<String> words(PodAnnotation annotation) {
    return Arrays.stream(valueOr(annotation, "").split(",", -1))
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .toList();
  }
}
