package io.nearside.agent.inject;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.nearside.config.ConfigException;
import io.nearside.config.ConfigLoader;
import io.nearside.config.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks the sidecar's own configuration what it would say to an environment. That takes about a
 * millisecond, so that good ones are remembered: pods of one template have the same. Thread-safe.
 */
final class Configuration {
  private static final int REMEMBERED_MAX = 256;

  private final Cache<Map<String, String>, Boolean> good =
      Caffeine.newBuilder().maximumSize(REMEMBERED_MAX).build();

  /**
   * What is wrong with the environment of a pod's sidecar, in words of annotations.
   *
   * @param environment with samples for what is not known here
   * @param options the pod's, to name the annotation that was used
   */
  List<String> problems(Map<String, String> environment, PodOptions options) {
    boolean whole = !options.given(PodAnnotation.CONFIG_MAP);
    if (whole && good.getIfPresent(environment) != null) {
      return List.of();
    }
    List<String> problems = problems(environment, options, whole);
    if (whole && problems.isEmpty()) {
      good.put(Map.copyOf(environment), true);
    }
    return problems;
  }

  /** What is wrong with one annotation's value by itself. */
  static List<String> problemsOf(PodAnnotation annotation, String value) {
    return switch (annotation.kind()) {
      case SETTING ->
          problems(Map.of(annotation.variable(), value), null, false).stream()
              .map(problem -> annotation.key() + ": " + problem.substring(problem.indexOf(' ') + 1))
              .toList();
      default -> List.of();
    };
  }

  /** Where there is a file beside the environment, only its single values can be judged. */
  private static List<String> problems(
      Map<String, String> environment, @Nullable PodOptions options, boolean whole) {
    try {
      var _ = ConfigLoader.load(Map.of(), "no file", environment);
      return List.of();
    } catch (ConfigException refused) {
      List<String> texts = new ArrayList<>();
      for (Problem problem : refused.problems()) {
        boolean single = problem.where().startsWith("from ") && problem.involves().isEmpty();
        boolean unknown = problem.path().startsWith("NEARSIDE_");
        if (whole || single || unknown) {
          texts.add(place(problem, options) + ": " + text(problem));
        }
      }
      return List.copyOf(texts);
    }
  }

  private static String text(Problem problem) {
    return problem.value()
        + (problem.expectation().isEmpty() ? "" : " (" + problem.expectation() + ")");
  }

  private static String place(Problem problem, @Nullable PodOptions options) {
    String path = problem.path().replaceAll("\\[.*", "");
    List<PodAnnotation> candidates =
        Arrays.stream(PodAnnotation.values())
            .filter(one -> (one.configurationKey() + ".").startsWith(path + "."))
            .toList();
    if (candidates.isEmpty()) {
      return PodAnnotation.SETTINGS.key() + ": " + problem.path();
    }
    return candidates.stream()
        .filter(candidate -> options != null && options.given(candidate))
        .findFirst()
        .orElse(candidates.getFirst())
        .key();
  }
}
