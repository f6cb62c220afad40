package io.nearside.config;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The near-cache of the Redis face.
 *
 * @param moduleCommands in capitals
 * @param policies first match wins; a key that none matches is not cached
 */
public record RedisCacheConfig(
    @Setting(doc = "Whether anything is served from memory.", byDefault = "true") boolean enabled,
    @Setting(
            doc = "Memory of all entries, keys and bookkeeping included.",
            byDefault = "32MiB",
            min = 64 * ByteSize.KIB,
            max = 1024 * ByteSize.GIB)
        ByteSize maxBytes,
    @Setting(
            doc = "A reply larger than this is passed on but not kept.",
            byDefault = "256KiB",
            min = 64,
            max = 64 * ByteSize.MIB)
        ByteSize entryBytesMax,
    @Setting(
            doc = "Different command lines kept for one key (`HGET k a`, `HGET k b`).",
            byDefault = "64",
            min = 1,
            max = 65_536)
        int variantsPerKeyMax,
    @Setting(
            doc =
                "One TOUCH goes upstream for every so many hits, of the key that is hit then, so that the"
                    + " server's eviction knows what is in use; 0 for never.",
            byDefault = "1000",
            min = 0,
            max = 1_000_000_000)
        int touchSample,
    @Setting(
            doc =
                "Whether replies about hashes are cached. `auto`: not where their fields may expire"
                    + " unseen.",
            byDefault = "auto")
        HashCaching hashes,
    @Setting(
            doc =
                "Read-only commands of modules (`JSON.GET`) whose replies only a write to their key can"
                    + " change, and which may be cached.",
            byDefault = "",
            max = 256,
            pattern = "[!-~]{1,64}( [!-~]{1,64})?",
            expected = "a command, or a command and a subcommand parted by one blank")
        List<String> moduleCommands,
    @Setting(
            doc =
                "What holds for which keys; the first that matches decides, and a key that none matches is"
                    + " not cached.",
            byDefault =
                "[{match: '*', cache: true, ttlMaxMillis: 60000, consistency: eventual, negative: true}]",
            max = 256)
        List<CachePolicy> policies) {

  public RedisCacheConfig {
    moduleCommands = moduleCommands.stream().map(name -> name.toUpperCase(Locale.ROOT)).toList();
    policies = List.copyOf(policies);
    Check check =
        Check.of(
                RedisCacheConfig.class,
                enabled,
                maxBytes,
                entryBytesMax,
                variantsPerKeyMax,
                touchSample,
                hashes,
                moduleCommands,
                policies)
            .require(
                entryBytesMax.compareTo(maxBytes) <= 0,
                "entryBytesMax",
                entryBytesMax,
                "expected at most maxBytes, " + maxBytes,
                "maxBytes");
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < policies.size(); i++) {
      String match = policies.get(i).match();
      check.require(
          seen.add(match),
          "policies[" + i + "].match",
          match,
          "expected each pattern once: an earlier policy has the same");
    }
    check.done();
  }
}
