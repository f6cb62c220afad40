package io.nearside.agent.admin;

/** The end of the sidecar. Safe from any thread; nothing here blocks. */
public interface LifecycleOperations {

  /** Whether a drain has begun. */
  boolean draining();

  /**
   * Begins it: not ready any more, while clients are served as before. The process goes on until it
   * is told to end.
   */
  void drain();

  /** Connections of clients to the faces. */
  int clients();

  /** Ends the process as SIGTERM does: what is in flight is answered, exit code 0. */
  void shutdown();
}
