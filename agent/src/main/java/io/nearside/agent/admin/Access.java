package io.nearside.agent.admin;

/** What a request of an endpoint may do, and so who may send it; see {@link AdminGuard}. */
enum Access {
  /** Changes nothing. */
  READ,

  /** Changes something: needs the token where one is asked for. */
  CHANGE,

  /**
   * Ends the sidecar: only from its own host, which in a pod is the pod, and with the token once
   * one is set.
   */
  END
}
