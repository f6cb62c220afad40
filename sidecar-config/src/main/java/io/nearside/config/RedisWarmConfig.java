package io.nearside.config;

import java.util.List;

/**
 * How a sidecar fills its near-cache before its clients ask, and keeps what is hot in it.
 *
 * @param timeCapMillis of the start-up probe; warming itself goes on
 * @param everyMillis 0 for never
 * @param file empty for none
 */
public record RedisWarmConfig(
    @Setting(
            doc =
                "Whether a new sidecar asks its peers what is hot, and reads it before its clients"
                    + " do.",
            byDefault = "true")
        boolean enabled,
    @Setting(
            doc = "`/startupz` waits for the near-cache to be warm, but no longer than this.",
            byDefault = "5000",
            min = 0,
            max = 600_000)
        long timeCapMillis,
    @Setting(
            doc =
                "How often what is hot in the fleet and not here, and what is hot here and about to"
                    + " expire, is read again; 0 for never.",
            byDefault = "300000",
            min = 0,
            max = 86_400_000)
        long everyMillis,
    @Setting(
            doc = "Reads that are remembered as hot, told to a peer, and warmed at once, at most.",
            byDefault = "10000",
            min = 1,
            max = 1_000_000)
        int keysMax,
    @Setting(
            doc = "Warming reads no more keys per second than this from the upstream.",
            byDefault = "2000",
            min = 1,
            max = 1_000_000)
        int keysPerSecond,
    @Setting(
            doc = "How many reads of warming are on their way at once.",
            byDefault = "50",
            min = 1,
            max = 1_000)
        int batch,
    @Setting(
            doc =
                "Absolute path of a file that keeps the names of the hot keys over a restart of the"
                    + " container; empty for none. Read when no peer knows any.",
            byDefault = "",
            pattern = "|/[^\\u0000]{1,4095}",
            expected = "an absolute path")
        String file,
    @Setting(
            doc =
                "Globs of keys to warm at the start and on schedule: `SCAN` finds them, strings"
                    + " only.",
            byDefault = "",
            max = 64,
            pattern = "[^\\u0000]{1,512}",
            expected = "1 to 512 characters")
        List<String> patterns,
    @Setting(
            doc =
                "What else to warm: a key, read with GET, or a whole read command (`HGETALL"
                    + " user:1`).",
            byDefault = "",
            max = 10_000,
            pattern = "[^\\u0000]{1,1024}",
            expected = "1 to 1024 characters")
        List<String> keys,
    @Setting(
            doc = "Absolute paths of text files with such keys and commands, one a line.",
            byDefault = "",
            max = 16,
            pattern = "/[^\\u0000]{1,4095}",
            expected = "an absolute path")
        List<String> files) {

  public RedisWarmConfig {
    patterns = List.copyOf(patterns);
    keys = List.copyOf(keys);
    files = List.copyOf(files);
    Check.of(
            RedisWarmConfig.class,
            enabled,
            timeCapMillis,
            everyMillis,
            keysMax,
            keysPerSecond,
            batch,
            file,
            patterns,
            keys,
            files)
        .done();
  }
}
