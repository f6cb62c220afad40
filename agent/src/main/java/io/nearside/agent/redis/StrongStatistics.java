package io.nearside.agent.redis;

/**
 * What became of writes of strongly consistent keys; monotonic since the start.
 *
 * @param writes that were let through
 * @param waitSeconds how long they waited in all
 * @param leaseWaits those that waited for half a lease and longer, as a peer did not answer
 * @param refused those that were not sent
 */
public record StrongStatistics(long writes, double waitSeconds, long leaseWaits, long refused) {}
