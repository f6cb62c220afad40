package io.nearside.config;

import java.util.List;

/** The PostgreSQL face. */
public record PostgresConfig(
    @Setting(doc = "Whether there is a PostgreSQL face.", byDefault = "false") boolean enabled,
    @Setting(doc = "Where clients connect.") PostgresListenConfig listen,
    @Setting(
            doc = "The primary and its replicas, in any order; who is what is found out.",
            byDefault = "",
            max = 64)
        List<HostPort> servers,
    @Setting(doc = "TLS to the servers.") PostgresTlsConfig tls,
    @Setting(doc = "The sidecar's own user.") PostgresControlConfig control,
    @Setting(doc = "How clients prove who they are.") PostgresAuthConfig auth,
    @Setting(doc = "The pools: one per server, database and user.", live = true)
        PostgresPoolConfig pool,
    @Setting(
            doc =
                "What is different for some databases, users or applications; the first that"
                    + " matches holds.",
            byDefault = "",
            max = 256,
            live = true)
        List<PostgresOverride> overrides,
    @Setting(doc = "Reads to replicas, writes to the primary.", live = true)
        PostgresRoutingConfig routing,
    @Setting(doc = "Reads on replicas see writes that were acknowledged before.", live = true)
        ReadYourWritesConfig readYourWrites,
    @Setting(doc = "Connections of the whole fleet to one server and database.")
        PostgresBudgetConfig budget,
    @Setting(
            doc =
                "Parameters beside those that the server reports which follow a client from one"
                    + " server connection to the next; a SET of any other pins the client to its"
                    + " connection.",
            byDefault =
                "search_path,statement_timeout,lock_timeout,idle_in_transaction_session_timeout,extra_float_digits,bytea_output,work_mem,row_security,synchronous_commit,default_transaction_isolation,jit,enable_seqscan,enable_indexscan,enable_nestloop,enable_hashjoin,enable_mergejoin,random_page_cost,client_min_messages,lc_monetary,lc_numeric,lc_time,lc_messages,xmloption,plan_cache_mode",
            max = 512,
            pattern = "[a-z_][a-z0-9_.]{0,62}",
            expected = "a parameter's name in lower case")
        List<String> trackedParameters,
    @Setting(doc = "Limits of client connections.", live = true) PostgresClientsConfig clients,
    @Setting(doc = "What is kept of the statements that were seen.", live = true)
        PostgresStatisticsConfig statistics) {

  public PostgresConfig {
    Check.of(
            PostgresConfig.class,
            enabled,
            listen,
            servers,
            tls,
            control,
            auth,
            pool,
            overrides,
            routing,
            readYourWrites,
            budget,
            trackedParameters,
            clients,
            statistics)
        .require(
            !enabled || !servers.isEmpty(),
            "servers",
            "[]",
            "expected host:port of the primary and its replicas, as enabled is true",
            "enabled")
        .require(
            !enabled || !control.username().isEmpty(),
            "control.username",
            "\"\"",
            "expected a user, as enabled is true",
            "enabled",
            "control")
        .require(
            !enabled || !auth.lacksUsers(),
            "auth.userlistFile",
            "\"\"",
            "expected a file here or a query, as auth.method is " + auth.method().label(),
            "enabled",
            "auth")
        .require(
            !enabled
                || servers.stream()
                    .noneMatch(
                        s ->
                            s.port() == listen.port()
                                && Hosts.loopback(s.host())
                                && Hosts.overlap(s.host(), listen.host())),
            "servers",
            servers,
            "expected other addresses than postgres.listen",
            "listen")
        .done();
  }

  /** Whether any client is promised what was written through other sidecars. */
  public boolean tokensAcrossSidecars() {
    return readYourWrites.scope() == TokenScope.CLUSTER
        || overrides.stream()
            .anyMatch(each -> each.readYourWrites() == OverriddenTokenScope.CLUSTER);
  }
}
