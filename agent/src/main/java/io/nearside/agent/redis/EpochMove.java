package io.nearside.agent.redis;

import io.nearside.cluster.EpochReason;
import java.time.Instant;

/**
 * One move of this sidecar's epoch.
 *
 * @param from the sidecar that caused it, or {@code local}
 */
public record EpochMove(EpochReason reason, Instant at, String from) {}
