package io.nearside.cluster;

import java.nio.charset.StandardCharsets;

/**
 * What a bus must be told.
 *
 * @param nodeId this sidecar's name, unique in the fleet; at most {@link #NAME_BYTES_MAX} bytes
 * @param version of Nearside
 * @param zone where it runs; may be empty
 * @param maxStalenessMillis how old the proof that every peer has been heard may get before this
 *     sidecar is fenced; the same in the whole fleet
 * @param secret the same in the whole fleet
 * @param queueKeysMax how many keys may wait to be published; beyond it keys are dropped and the
 *     peers move their epochs instead
 * @param lostPeerFenceMillis how long at most a peer that vanished without a goodbye keeps this
 *     sidecar fenced, because it may be cut off or stopped rather than dead, and take writes; less
 *     if it comes back or is known to have ended. 0 for not at all, which is right where client
 *     tracking sees such writes at the upstream
 * @param leaveTimeoutMillis how long leaving in good order may take
 * @param strongLeaseMillis for how long a peer's grant lets this sidecar answer strongly consistent
 *     keys from memory, and so how long their writers wait for it when it hangs; the same in the
 *     whole fleet
 * @param holdAfterLossMillis how long the holds of a peer that has gone are kept, as its last
 *     writes may still be under way
 * @param proof whom this sidecar must have heard; the same in the whole fleet
 */
public record BusSettings(
    String nodeId,
    String version,
    String zone,
    long maxStalenessMillis,
    ClusterSecret secret,
    int queueKeysMax,
    long lostPeerFenceMillis,
    long leaveTimeoutMillis,
    long strongLeaseMillis,
    long holdAfterLossMillis,
    Proof proof) {

  /** Limit of each name that a sidecar tells its peers, in bytes of UTF-8. */
  public static final int NAME_BYTES_MAX = 255;

  /** Below this, ordinary scheduling hiccups would fence. */
  public static final long MAX_STALENESS_MILLIS_MIN = 50;

  /** Limits of a lease: what hiccups and drift leave of it, and what a writer may have to wait. */
  public static final long STRONG_LEASE_MILLIS_MIN = 100;

  public static final long STRONG_LEASE_MILLIS_MAX = 60_000;

  private static final int DEFAULT_QUEUE_KEYS_MAX = 65_536;
  private static final long DEFAULT_LOST_PEER_FENCE_MILLIS = 60_000;
  private static final long DEFAULT_LEAVE_TIMEOUT_MILLIS = 5_000;
  private static final long DEFAULT_STRONG_LEASE_MILLIS = 1_000;
  private static final long DEFAULT_HOLD_AFTER_LOSS_MILLIS = 5_000;

  public BusSettings {
    requireName("nodeId", nodeId);
    requireName("version", version);
    requireName("zone", zone);
    require(!nodeId.isEmpty(), "nodeId: empty (expected a name)");
    require(
        maxStalenessMillis >= MAX_STALENESS_MILLIS_MIN,
        "maxStalenessMillis: "
            + maxStalenessMillis
            + " (expected at least "
            + MAX_STALENESS_MILLIS_MIN
            + ")");
    require(queueKeysMax > 0, "queueKeysMax: " + queueKeysMax + " (expected at least 1)");
    require(
        lostPeerFenceMillis >= 0,
        "lostPeerFenceMillis: " + lostPeerFenceMillis + " (expected 0 or more)");
    require(
        leaveTimeoutMillis > 0,
        "leaveTimeoutMillis: " + leaveTimeoutMillis + " (expected at least 1)");
    require(
        strongLeaseMillis >= STRONG_LEASE_MILLIS_MIN
            && strongLeaseMillis <= STRONG_LEASE_MILLIS_MAX,
        "strongLeaseMillis: "
            + strongLeaseMillis
            + " (expected "
            + STRONG_LEASE_MILLIS_MIN
            + ".."
            + STRONG_LEASE_MILLIS_MAX
            + ")");
    require(
        holdAfterLossMillis >= 0,
        "holdAfterLossMillis: " + holdAfterLossMillis + " (expected 0 or more)");
  }

  /** With the usual leases of strongly consistent keys. */
  public BusSettings(
      String nodeId,
      String version,
      String zone,
      long maxStalenessMillis,
      ClusterSecret secret,
      int queueKeysMax,
      long lostPeerFenceMillis,
      long leaveTimeoutMillis) {
    this(
        nodeId,
        version,
        zone,
        maxStalenessMillis,
        secret,
        queueKeysMax,
        lostPeerFenceMillis,
        leaveTimeoutMillis,
        DEFAULT_STRONG_LEASE_MILLIS,
        DEFAULT_HOLD_AFTER_LOSS_MILLIS);
  }

  /** Where every peer proves. */
  public BusSettings(
      String nodeId,
      String version,
      String zone,
      long maxStalenessMillis,
      ClusterSecret secret,
      int queueKeysMax,
      long lostPeerFenceMillis,
      long leaveTimeoutMillis,
      long strongLeaseMillis,
      long holdAfterLossMillis) {
    this(
        nodeId,
        version,
        zone,
        maxStalenessMillis,
        secret,
        queueKeysMax,
        lostPeerFenceMillis,
        leaveTimeoutMillis,
        strongLeaseMillis,
        holdAfterLossMillis,
        Proof.PEERS);
  }

  /** With defaults for everything that is seldom changed. */
  public static BusSettings of(String nodeId, long maxStalenessMillis, ClusterSecret secret) {
    return new BusSettings(
        nodeId,
        "",
        "",
        maxStalenessMillis,
        secret,
        DEFAULT_QUEUE_KEYS_MAX,
        DEFAULT_LOST_PEER_FENCE_MILLIS,
        DEFAULT_LEAVE_TIMEOUT_MILLIS);
  }

  /** The same with another proof. */
  public BusSettings withProof(Proof other) {
    return new BusSettings(
        nodeId,
        version,
        zone,
        maxStalenessMillis,
        secret,
        queueKeysMax,
        lostPeerFenceMillis,
        leaveTimeoutMillis,
        strongLeaseMillis,
        holdAfterLossMillis,
        other);
  }

  /**
   * How long, on another sidecar's clock, what was granted before now may be relied on under a
   * lease of this length: 5 % more, and 20 ms, as clocks drift.
   */
  public static long settleNanos(long leaseMillis) {
    return leaseMillis * 1_050_000L + 20_000_000L;
  }

  private static void requireName(String field, String name) {
    int length = name.getBytes(StandardCharsets.UTF_8).length;
    require(
        length <= NAME_BYTES_MAX,
        field + ": " + length + " bytes (expected at most " + NAME_BYTES_MAX + ")");
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
