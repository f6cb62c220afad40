package io.nearside.config;

/** What is kept of the statements that were seen. */
public record PostgresStatisticsConfig(
    @Setting(
            doc =
                "Statements that take so long are logged by their fingerprint, without their literals; 0 for none.",
            byDefault = "0",
            min = 0,
            max = 86_400_000)
        long slowMillis,
    @Setting(
            doc = "Fingerprints that are kept; the least used goes.",
            byDefault = "1000",
            min = 0,
            max = 1_000_000)
        int fingerprintsMax) {

  public PostgresStatisticsConfig {
    Check.of(PostgresStatisticsConfig.class, slowMillis, fingerprintsMax).done();
  }
}
