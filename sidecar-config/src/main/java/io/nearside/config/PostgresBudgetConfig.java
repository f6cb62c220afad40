package io.nearside.config;

/** Connections of the whole fleet to one server and database. */
public record PostgresBudgetConfig(
    @Setting(
            doc =
                "Most connections of all sidecars together; 0 for no limit but that of the pools.",
            byDefault = "0",
            min = 0,
            max = 1_000_000)
        int maxServerConnections,
    @Setting(
            doc =
                "What each sidecar may use without asking; the one by which it takes part in the sharing is among them.",
            byDefault = "2",
            min = 2,
            max = 10_000)
        int guaranteed,
    @Setting(
            doc = "Most sidecars there ever are at a time.",
            byDefault = "10",
            min = 1,
            max = 100_000)
        int sidecarsMax,
    @Setting(
            doc =
                "How long a share that was obtained rests before it is used: as long as another sidecar may take to notice that it lost it.",
            byDefault = "500",
            min = 0,
            max = 60_000)
        long graceMillis) {

  public PostgresBudgetConfig {
    Check.of(PostgresBudgetConfig.class, maxServerConnections, guaranteed, sidecarsMax, graceMillis)
        .require(
            maxServerConnections == 0 || (long) guaranteed * sidecarsMax <= maxServerConnections,
            "maxServerConnections",
            maxServerConnections,
            "expected at least guaranteed * sidecarsMax, " + (long) guaranteed * sidecarsMax,
            "guaranteed",
            "sidecarsMax")
        .done();
  }
}
