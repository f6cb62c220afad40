package io.nearside.config;

/** The other sidecars. */
public record ClusterConfig(
    @Setting(
            doc =
                "`none`: alone. `embedded`: a Hazelcast member inside the sidecar. `client`: a"
                    + " client of the Hazelcast cluster in `client`.",
            byDefault = "none")
        ClusterTopology topology,
    @Setting(
            doc = "Name of the fleet; sidecars of another name are not its peers.",
            byDefault = "nearside",
            pattern = "[A-Za-z0-9._-]{1,128}",
            expected = "1 to 128 letters, digits, '.', '_' and '-'")
        String name,
    @Setting(
            doc =
                "What the fleet's messages are sealed with, at least 16 bytes, the same in the"
                    + " whole fleet; needed unless `topology` is `none`.",
            byDefault = "")
        Secret secret,
    @Setting(doc = "Where this sidecar listens for its peers.") ClusterBindConfig bind,
    @Setting(doc = "How the peers are found.") ClusterJoinConfig join,
    @Setting(doc = "The Hazelcast cluster that this sidecar is a client of.")
        ClusterClientConfig client,
    @Setting(
            doc =
                "Whom a sidecar must have heard to answer from memory. `peers`: every other one."
                    + " `trackers`: the elected trackers alone, which see every write at the"
                    + " upstream: for more than some dozens of sidecars (docs/scaling.md); needs"
                    + " `redis.tracking.trackers`; keys of `consistency: strong` are then not"
                    + " answered from memory. The same in the whole fleet.",
            byDefault = "peers")
        ClusterProof proof,
    @Setting(
            doc = "How often members tell each other that they live.",
            byDefault = "1000",
            min = 100,
            max = 60_000)
        long heartbeatMillis,
    @Setting(
            doc =
                "A member that was silent for so long is removed; at least twice"
                    + " `heartbeatMillis`.",
            byDefault = "5000",
            min = 1_000,
            max = 600_000)
        long heartbeatLossMillis) {

  private static final int SECRET_BYTES_MIN = 16;

  public ClusterConfig {
    Check.of(
            ClusterConfig.class,
            topology,
            name,
            secret,
            bind,
            join,
            client,
            proof,
            heartbeatMillis,
            heartbeatLossMillis)
        .require(
            topology == ClusterTopology.NONE || secret.isSet(),
            "secret",
            secret,
            "expected a secret, as topology is " + topology.label(),
            "topology")
        .require(
            !secret.isSet() || secret.byteCount() >= SECRET_BYTES_MIN,
            "secret",
            secret,
            "expected at least " + SECRET_BYTES_MIN + " bytes")
        .require(
            topology != ClusterTopology.CLIENT || !client.members().isEmpty(),
            "client.members",
            "none",
            "expected at least one, as topology is client",
            "topology")
        .require(
            heartbeatLossMillis >= 2 * heartbeatMillis,
            "heartbeatLossMillis",
            heartbeatLossMillis,
            "expected at least twice heartbeatMillis, " + 2 * heartbeatMillis,
            "heartbeatMillis")
        .done();
  }
}
