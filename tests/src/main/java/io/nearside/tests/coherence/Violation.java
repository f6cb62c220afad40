package io.nearside.tests.coherence;

/**
 * A read that broke a rule.
 *
 * @param path index of the sidecar, or {@link CoherenceChecker#DIRECT}
 * @param evidence the read and the writes that convict it, one line each, times in milliseconds
 *     since the run began
 */
public record Violation(Rule rule, String key, int path, String commandLine, String evidence) {
  @Override
  public String toString() {
    return rule + " on " + key + " through " + CoherenceChecker.pathName(path) + "\n" + evidence;
  }
}
