package io.nearside.config;

/**
 * What holds for the keys that match.
 *
 * @param match a glob as Redis's KEYS reads it; a plain prefix is written {@code user:*}
 * @param ttlMaxMillis an entry lives no longer than this, nor longer than its key upstream
 * @param negative whether "there is no such key" is cached as well
 * @param staleOnErrorMillis how much longer than proven fresh an entry is served while the upstream
 *     is away; 0 for not at all
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
        boolean negative,
    @Setting(
            doc =
                "While the upstream does not answer, reads of these keys are served from memory for"
                    + " this long after the last proof that nothing newer was missed, and within"
                    + " the entries' time to live. 0: never. Only with `eventual`.",
            byDefault = "0",
            min = 0,
            max = 86_400_000)
        long staleOnErrorMillis) {

  public CachePolicy {
    Check.of(
            CachePolicy.class,
            match,
            cache,
            ttlMaxMillis,
            consistency,
            negative,
            staleOnErrorMillis)
        .require(
            staleOnErrorMillis == 0 || consistency == Consistency.EVENTUAL,
            "staleOnErrorMillis",
            staleOnErrorMillis,
            "expected 0, as consistency is " + consistency.label(),
            "consistency")
        .done();
  }
}
