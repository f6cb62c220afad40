package io.nearside.config;

/** What is different for some clients; the first that matches holds. */
public record PostgresOverride(
    @Setting(doc = "The database it is for; empty for any.", byDefault = "") String database,
    @Setting(doc = "The user it is for; empty for any.", byDefault = "") String user,
    @Setting(doc = "The `application_name` at login that it is for; empty for any.", byDefault = "")
        String applicationName,
    @Setting(doc = "Pool mode.", byDefault = "inherit") OverriddenPoolMode mode,
    @Setting(
            doc = "As `pool.min`; -1 inherits. Not judged by `applicationName`.",
            byDefault = "-1",
            min = -1,
            max = 10_000)
        int min,
    @Setting(
            doc = "As `pool.max`; 0 inherits. Not judged by `applicationName`.",
            byDefault = "0",
            min = 0,
            max = 10_000)
        int max,
    @Setting(
            doc =
                "`auto` by what statements are, `primary` always there, `replica` also for reads that the catalog doubts.",
            byDefault = "auto")
        RoutePreference route,
    @Setting(doc = "Scope of read-your-writes.", byDefault = "inherit")
        OverriddenTokenScope readYourWrites) {

  public PostgresOverride {
    Check.of(
            PostgresOverride.class,
            database,
            user,
            applicationName,
            mode,
            min,
            max,
            route,
            readYourWrites)
        .done();
  }
}
