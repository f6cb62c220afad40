package io.nearside.agent.inject;

import java.util.List;
import java.util.Set;

/**
 * A container of a pod as it came.
 *
 * @param init whether it is an init container
 * @param index in its list
 * @param variables names of {@code env}
 * @param importedPrefixes of {@code envFrom}, whose variables' names can not be seen
 * @param mountPaths of its volume mounts
 * @param ports its TCP ports
 * @param keepsRunning whether it is an init container that runs beside the others
 */
record PodContainer(
    String name,
    boolean init,
    int index,
    Set<String> variables,
    List<String> importedPrefixes,
    Set<String> mountPaths,
    Set<Integer> ports,
    boolean keepsRunning) {

  /** Whether it has the variable, or may have it from a ConfigMap or Secret as a whole. */
  boolean mayHave(String variable) {
    return variables.contains(variable) || importedPrefixes.stream().anyMatch(variable::startsWith);
  }

  /** The list that it stands in. */
  String list() {
    return init ? "initContainers" : "containers";
  }

  /** Whether its ports are open while the app's containers run. */
  boolean listens() {
    return !init || keepsRunning;
  }
}
