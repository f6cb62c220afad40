package io.nearside.config;

import java.util.List;

/** The Hazelcast cluster that a sidecar is a client of, where it is no member itself. */
public record ClusterClientConfig(
    @Setting(
            doc = "What the Hazelcast cluster calls itself; several fleets may share it.",
            byDefault = "nearside",
            pattern = "[A-Za-z0-9._-]{1,128}",
            expected = "1 to 128 letters, digits, '.', '_' and '-'")
        String clusterName,
    @Setting(
            doc =
                "Some of its members, `host:port`; the others are learned from them. Needed where"
                    + " `topology` is `client`.",
            byDefault = "",
            max = 64)
        List<HostPort> members,
    @Setting(
            doc =
                "Over how many topics the sidecars are spread that send, and so over the members;"
                    + " the same in the whole fleet.",
            byDefault = "8",
            min = 1,
            max = 64)
        int shards) {

  public ClusterClientConfig {
    members = List.copyOf(members);
    Check.of(ClusterClientConfig.class, clusterName, members, shards).done();
  }
}
