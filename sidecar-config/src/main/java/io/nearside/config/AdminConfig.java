package io.nearside.config;

import java.util.EnumSet;
import java.util.List;

/**
 * Probes, metrics and the management API.
 *
 * @param port 0 for a free one
 * @param token not set: what changes state is refused unless it listens on loopback
 */
public record AdminConfig(
    @Setting(doc = "Whether there is an admin listener.", byDefault = "true") boolean enabled,
    @Setting(
            doc = "Address it binds.",
            byDefault = "127.0.0.1",
            pattern = RedisListenConfig.HOST,
            expected = "a host name or an address without brackets")
        String host,
    @Setting(doc = "TCP port; 0 takes a free one.", byDefault = "9091", min = 0, max = 65_535)
        int port,
    @Setting(
            doc =
                "Bearer token of calls that change state. Where `host` is not loopback they are refused"
                    + " without one.",
            byDefault = "")
        Secret token,
    @Setting(
            doc =
                "What readiness asks for: `faces` (the listeners accept), `upstream` (it answers), `cluster`"
                    + " (it is joined).",
            byDefault = "faces",
            max = 3,
            live = true)
        List<ReadinessCheck> readiness) {

  public AdminConfig {
    readiness = List.copyOf(readiness);
    Check.of(AdminConfig.class, enabled, host, port, token, readiness)
        .require(
            readiness.isEmpty() || EnumSet.copyOf(readiness).size() == readiness.size(),
            "readiness",
            readiness.stream().map(ReadinessCheck::label).toList(),
            "expected each check once")
        .done();
  }

  /** Whether the admin listener can be reached from this machine only. */
  public boolean loopback() {
    return Hosts.loopback(host);
  }
}
