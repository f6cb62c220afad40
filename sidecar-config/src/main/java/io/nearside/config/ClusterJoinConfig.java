package io.nearside.config;

import java.util.List;

/** How the peers are found. */
public record ClusterJoinConfig(
    @Setting(
            doc =
                "`tcp`: `members`. `dns`: every address of `dnsName`. `kubernetes`: the end points of"
                    + " `service`.",
            byDefault = "tcp")
        JoinMode mode,
    @Setting(
            doc =
                "With `tcp`: sidecars to ask, `host:port`; may hold this one. Empty: the first of a fleet.",
            byDefault = "",
            max = 1_024)
        List<HostPort> members,
    @Setting(
            doc = "With `dns`: a name with one address per sidecar (a headless service).",
            byDefault = "",
            pattern = "[A-Za-z0-9._-]{0,253}",
            expected = "a host name")
        String dnsName,
    @Setting(
            doc = "With `kubernetes`: the namespace; empty for the pod's own.",
            byDefault = "",
            pattern = "[a-z0-9-]{0,63}",
            expected = "a name of at most 63 lower-case letters, digits and '-'")
        String namespace,
    @Setting(
            doc = "With `kubernetes`: the service whose end points are the sidecars.",
            byDefault = "",
            pattern = "[a-z0-9-]{0,63}",
            expected = "a name of at most 63 lower-case letters, digits and '-'")
        String service,
    @Setting(
            doc = "How long a look-up of the peers may take.",
            byDefault = "5000",
            min = 100,
            max = 60_000)
        long resolveMillis) {

  public ClusterJoinConfig {
    members = List.copyOf(members);
    Check.of(ClusterJoinConfig.class, mode, members, dnsName, namespace, service, resolveMillis)
        .require(
            mode != JoinMode.DNS || !dnsName.isEmpty(),
            "dnsName",
            "\"\"",
            "expected a name, as mode is dns",
            "mode")
        .require(
            mode != JoinMode.KUBERNETES || !service.isEmpty(),
            "service",
            "\"\"",
            "expected a service, as mode is kubernetes",
            "mode")
        .done();
  }
}
