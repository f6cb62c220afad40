package io.nearside.agent.inject;

import java.util.Locale;

/** Why a pod is left as it is. */
public enum SkipReason {
  /** The request is not the creation of a pod. */
  NOT_A_NEW_POD("not the creation of a pod"),
  /** Neither the pod nor its namespace asks for it. */
  NOT_OPTED_IN("neither the namespace nor the pod asks for the sidecar"),
  /** The pod says no. */
  OPTED_OUT("the pod says nearside.io/inject: \"false\""),
  /** It has the sidecar, from an earlier call or by hand. */
  ALREADY_INJECTED("the pod has the sidecar already"),
  /** A namespace that is never touched. */
  SYSTEM_NAMESPACE("a system namespace"),
  /** The sidecar's ports would be ports of the node. */
  HOST_NETWORK("hostNetwork: true, where the sidecar's ports would be the node's"),
  /** There is no image for it. */
  WINDOWS("a pod for Windows nodes"),
  /** The API server only shows what a kubelet runs by itself. */
  MIRROR_POD("a mirror pod"),
  /** It is about to go. */
  TERMINATING("the pod is being deleted");

  private final String text;

  SkipReason(String text) {
    this.text = text;
  }

  /** A short sentence for people. */
  public String text() {
    return text;
  }

  /** For metrics' labels: {@code host_network}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
