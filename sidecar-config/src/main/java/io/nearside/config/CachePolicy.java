package io.nearside.config;

/**
 * What holds for the keys that match.
 *
 * @param match a glob as Redis's KEYS reads it; a plain prefix is written {@code user:*}
 * @param ttlMaxMillis an entry lives no longer than this, nor longer than its key upstream
 * @param negative whether "there is no such key" is cached as well
 */
public record CachePolicy(
    @Setting(
            doc =
                "Keys it is for: a glob as in Redis (`*`, `?`, `[a-z]`, `\\`), `user:*` for a"
                    + " prefix.",
            pattern = "[^\\u0000]{1,512}",
            expected = "1 to 512 characters")
        String match,
    @Setting(doc = "Whether these keys are cached at all.", byDefault = "true") boolean cache,
    @Setting(
            doc = "An entry lives no longer than this, nor longer than its key upstream.",
            byDefault = "60000",
            min = 1,
            max = 86_400_000)
        long ttlMaxMillis,
    @Setting(
            doc =
                "`eventual`: served from memory, coherent within `coherence.maxStalenessMillis`."
                    + " `strong`: served from memory, and a write waits until no sidecar can serve"
                    + " the value from before it (`coherence.strongLeaseMillis` at most). `bypass`:"
                    + " never served from memory.",
            byDefault = "eventual")
        Consistency consistency,
    @Setting(doc = "Whether the absence of a key is cached as well.", byDefault = "true")
        boolean negative) {

  public CachePolicy {
    Check.of(CachePolicy.class, match, cache, ttlMaxMillis, consistency, negative).done();
  }
}
