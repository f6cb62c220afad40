package io.nearside.cluster.hazelcast;

/**
 * One time in the cluster, from its start to its end: as a member or as a client. A new one is
 * begun after it; nothing is carried over.
 */
sealed interface Life permits HazelcastMember, ClientLife {

  /** From now on tells the receiver everything, and first that it has joined. */
  void announce();

  /** To all others; may throw when it has just ended, and the frame is lost then. */
  void publish(byte[] frame);

  /** To one; as {@link #publish}. */
  void publishTo(String memberId, byte[] frame);

  /** Blocks until it has ended or is released. One thread only. */
  void awaitEnd() throws InterruptedException;

  /** Lets {@link #awaitEnd} return. */
  void release();

  /** Leaves in good order; blocks. */
  void shutdown();

  /** Ends at once. */
  void terminate();
}
