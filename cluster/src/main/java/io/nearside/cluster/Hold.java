package io.nearside.cluster;

/**
 * Keys that no sidecar answers from memory, so that they can be written: asked for with {@link
 * InvalidationBus#hold}. Safe from any thread.
 */
public interface Hold {

  /** Whether the write may be sent: granted, and not settled yet. */
  boolean isGranted();

  /**
   * The write is over: every peer drops the keys once more and may store them again. To be called
   * after the upstream's reply came and before it is delivered, or when the write will not be sent:
   * a hold that is not granted by then never is. Only the first call counts. Returns at once.
   */
  void settle();
}
