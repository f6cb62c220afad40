package io.nearside.agent.inject;

import java.util.Map;

/** The labels of namespaces, which an AdmissionReview does not carry. */
@FunctionalInterface
public interface NamespaceLabels {
  /** Key of the label, and of the pods' annotation, by which the sidecar is asked for. */
  String INJECT = "nearside.io/inject";

  /**
   * What an implementation answers when it can not read them: the webhook is only called for what
   * its selectors name, so that the namespace was opted in.
   */
  Map<String, String> OPTED_IN = Map.of(INJECT, "enabled");

  /** The labels of a namespace. May answer from a cache; does not throw. Any thread. */
  Map<String, String> of(String namespace);
}
