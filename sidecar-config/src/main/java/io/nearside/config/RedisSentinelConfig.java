package io.nearside.config;

import java.util.List;

/** The sentinels that know where the primary is. */
public record RedisSentinelConfig(
    @Setting(
            doc = "Name by which the sentinels know the primary.",
            byDefault = "",
            pattern = "[^\\s]{0,256}",
            expected = "at most 256 characters, no spaces")
        String master,
    @Setting(
            doc = "The sentinels, `host:port`; all of them, so that one that is left can be told.",
            byDefault = "",
            max = 64)
        List<HostPort> nodes,
    @Setting(doc = "ACL user at the sentinels.", byDefault = "") String username,
    @Setting(doc = "Password at the sentinels; not that of the servers.", byDefault = "")
        Secret password) {

  public RedisSentinelConfig {
    nodes = List.copyOf(nodes);
    Check.of(RedisSentinelConfig.class, master, nodes, username, password)
        .require(
            username.isEmpty() || password.isSet(),
            "password",
            password,
            "expected a password, as username is set",
            "username")
        .done();
  }
}
