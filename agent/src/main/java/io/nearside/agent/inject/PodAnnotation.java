package io.nearside.agent.inject;

/** The annotations of pods that the injector knows. */
enum PodAnnotation {
  /** Whether the pod gets the sidecar. */
  INJECT("inject");

  /** What all begin with. */
  static final String PREFIX = "nearside.io/";

  private final String word;

  PodAnnotation(String word) {
    this.word = word;
  }

  /** Without the prefix, as in the injector's file of defaults. */
  String word() {
    return word;
  }

  /** As it stands on a pod. */
  String key() {
    return PREFIX + word;
  }
}
