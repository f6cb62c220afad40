package io.nearside.config;

/** How clients prove who they are. */
public record PostgresAuthConfig(
    @Setting(
            doc =
                "`scram-sha-256` and `password` against the userlist or `query`; `pass-through` relays the exchange with the server; `trust` believes everybody and needs the userlist for the servers' passwords.",
            byDefault = "pass-through")
        PostgresAuthMethod method,
    @Setting(
            doc =
                "Users and their passwords or SCRAM verifiers, as PgBouncer's `auth_file`; empty for none.",
            byDefault = "")
        String userlistFile,
    @Setting(
            doc =
                "Asked of the primary, by the control user, for users that the userlist does not name; `$1` is the name, the answer is one row with the name and the verifier. Empty for none.",
            byDefault = "")
        String query,
    @Setting(doc = "Whether a server may ask for an MD5 answer.", byDefault = "false")
        boolean md5Upstream,
    @Setting(doc = "Whether a server may ask for a password in clear text.", byDefault = "false")
        boolean cleartextUpstream,
    @Setting(
            doc = "Failed logins per minute from one address, after which it has to wait.",
            byDefault = "30",
            min = 1,
            max = 1_000_000)
        int failuresPerMinuteMax,
    @Setting(doc = "How long a login may take.", byDefault = "60000", min = 100, max = 600_000)
        long loginMillis) {

  public PostgresAuthConfig {
    Check.of(
            PostgresAuthConfig.class,
            method,
            userlistFile,
            query,
            md5Upstream,
            cleartextUpstream,
            failuresPerMinuteMax,
            loginMillis)
        .done();
  }

  /** Whether the method asks for users and none can be found anywhere. */
  boolean lacksUsers() {
    return method != PostgresAuthMethod.PASS_THROUGH && userlistFile.isEmpty() && query.isEmpty();
  }
}
