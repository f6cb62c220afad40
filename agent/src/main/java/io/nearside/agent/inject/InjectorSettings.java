package io.nearside.agent.inject;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the injector is told by its flags and its file of defaults.
 *
 * @param image the sidecar's image, where a pod does not name one
 * @param imagePullPolicy {@code Always}, {@code IfNotPresent} or {@code Never}
 * @param defaults by the annotation's name without {@code nearside.io/}: what holds for pods that
 *     say nothing; valid values of known annotations
 * @param systemNamespaces namespaces whose pods are never touched
 * @param nativeSupported whether the cluster knows init containers with {@code restartPolicy:
 *     Always} (Kubernetes 1.29 and later)
 */
public record InjectorSettings(
    String image,
    String imagePullPolicy,
    Map<String, String> defaults,
    Set<String> systemNamespaces,
    boolean nativeSupported) {
  /** Where nothing else is said. */
  public static final String IMAGE_PULL_POLICY = "IfNotPresent";

  /** Namespaces that no injector should touch. */
  public static final Set<String> SYSTEM_NAMESPACES =
      Set.of("kube-system", "kube-public", "kube-node-lease", "nearside-system");

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException with all that is wrong
   */
  public InjectorSettings {
    defaults = Map.copyOf(new LinkedHashMap<>(defaults));
    List<String> problems = new ArrayList<>(PodOptions.problems(defaults));
    require(PodAnnotation.IMAGE, image, problems);
    require(PodAnnotation.IMAGE_PULL_POLICY, imagePullPolicy, problems);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", problems));
    }
    systemNamespaces = Set.copyOf(new TreeSet<>(systemNamespaces));
  }

  private static void require(PodAnnotation annotation, String value, List<String> problems) {
    if (!annotation.kind().accepts(value)) {
      problems.add(
          annotation.word() + ": " + value + " (expected " + annotation.kind().inWords() + ")");
    }
  }

  /** With this image and nothing else said. */
  public static InjectorSettings of(String image) {
    return new InjectorSettings(image, IMAGE_PULL_POLICY, Map.of(), SYSTEM_NAMESPACES, true);
  }
}
