package io.nearside.agent.metrics;

/**
 * Strongly consistent keys at one moment; counters are monotonic since the start.
 *
 * @param anchored whether no sidecar that the bus does not know can be writing
 * @param open whether they may be answered from memory
 * @param writes that were let through
 * @param waitSeconds how long they waited in all
 * @param leaseWaits those that waited for half a lease and longer, as a peer did not answer
 * @param refused those that were not sent
 */
public record StrongSnapshot(
    boolean anchored,
    boolean open,
    long writes,
    double waitSeconds,
    long leaseWaits,
    long refused) {}
