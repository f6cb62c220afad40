package io.nearside.agent.admin;

import io.nearside.agent.cache.KeyDescription;
import io.nearside.config.CachePolicy;
import io.nearside.config.Consistency;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that decides whether reads of a key are served from memory.
 *
 * @param cacheEnabled by the configuration
 * @param policy the first that matches the key; null when none does
 * @param epoch of the near-cache
 */
public record KeyExplanation(
    KeyDescription key,
    boolean cacheEnabled,
    @Nullable CachePolicy policy,
    FenceReport fence,
    long epoch) {

  /** Whether an equal read would be a hit now. */
  public boolean served() {
    return live() && cacheEnabled && policyCaches() && fence.open();
  }

  private boolean live() {
    return key.replies().stream().anyMatch(reply -> reply.expiresInMillis() > 0);
  }

  private boolean policyCaches() {
    return policy != null && policy.cache() && policy.consistency() != Consistency.BYPASS;
  }

  /** How long the oldest reply has been held; -1 when none is. */
  public long heldForMillis() {
    return key.replies().stream().mapToLong(KeyDescription.HeldReply::ageMillis).max().orElse(-1);
  }

  /** What keeps reads of the key from being served from memory, strongest first; empty if none. */
  public List<String> whyNot() {
    List<String> reasons = new ArrayList<>();
    if (!cacheEnabled) {
      reasons.add("disabled: redis.cache.enabled is false");
    }
    if (policy == null) {
      reasons.add("policy: none matches the key");
    } else if (!policyCaches()) {
      reasons.add(
          "policy: "
              + policy.match()
              + " says "
              + (policy.cache() ? "consistency: " + policy.consistency().label() : "cache: off"));
    }
    if (!fence.open()) {
      reasons.add("fenced: " + fence.reason());
    }
    if (key.writeInFlight()) {
      reasons.add("write: one of this key, or of a key beside it, is on its way");
    }
    if (key.held() && !live()) {
      reasons.add("expired: what is held is too old to be served");
    }
    if (!key.held() && reasons.isEmpty()) {
      reasons.add(
          key.lastInvalidatedBy() == null
              ? "not read: nobody has read it here since this epoch began, or it was evicted, its"
                  + " reply could not be stored, or the last invalidation is no longer known"
              : "not read: nobody has read it here since "
                  + key.lastInvalidatedBy()
                  + " invalidated it");
    }
    return List.copyOf(reasons);
  }
}
