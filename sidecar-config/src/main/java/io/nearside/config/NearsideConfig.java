package io.nearside.config;

import java.util.Map;

/** The whole configuration of one sidecar; the root of the tree. Immutable, like all below it. */
public record NearsideConfig(
    @Setting(doc = "Who this sidecar is.") NodeConfig node,
    @Setting(doc = "What is logged, and how.", live = true) LogConfig log,
    @Setting(doc = "The process.") RuntimeConfig runtime,
    @Setting(doc = "How stale a served value may be at worst.") CoherenceConfig coherence,
    @Setting(doc = "The Redis face.") RedisConfig redis,
    @Setting(doc = "The PostgreSQL face.") PostgresConfig postgres,
    @Setting(doc = "The other sidecars.") ClusterConfig cluster,
    @Setting(doc = "Probes, metrics and the management API.") AdminConfig admin) {

  public NearsideConfig {
    Check.of(NearsideConfig.class, node, log, runtime, coherence, redis, postgres, cluster, admin)
        .require(
            !redis.enabled()
                || !admin.enabled()
                || admin.port() == 0
                || admin.port() != redis.listen().port()
                || !Hosts.overlap(admin.host(), redis.listen().host()),
            "admin.port",
            admin.port(),
            "expected another port than redis.listen.port",
            "redis",
            "admin")
        .require(
            !postgres.enabled()
                || !portTaken(postgres.listen(), admin.enabled(), admin.host(), admin.port()),
            "admin.port",
            admin.port(),
            "expected another port than postgres.listen.port",
            "postgres",
            "admin")
        .require(
            !postgres.enabled()
                || !portTaken(
                    postgres.listen(),
                    redis.enabled(),
                    redis.listen().host(),
                    redis.listen().port()),
            "postgres.listen.port",
            postgres.listen().port(),
            "expected another port than redis.listen.port",
            "postgres",
            "redis")
        .require(
            cluster.proof() == ClusterProof.PEERS
                || (redis.enabled()
                    && redis.tracking().enabled()
                    && redis.tracking().trackers() > 0),
            "cluster.proof",
            cluster.proof().label(),
            "expected peers, as nobody is elected to track",
            "redis")
        .require(
            cluster.proof() == ClusterProof.PEERS
                || !postgres.enabled()
                || !postgres.tokensAcrossSidecars(),
            "cluster.proof",
            cluster.proof().label(),
            "expected peers, as postgres.readYourWrites.scope is cluster",
            "postgres")
        .done();
  }

  private static boolean portTaken(
      PostgresListenConfig listen, boolean other, String host, int port) {
    return other && port != 0 && port == listen.port() && Hosts.overlap(host, listen.host());
  }

  /** The configuration of an empty file in an empty environment. */
  public static NearsideConfig defaults() {
    return ConfigLoader.load(Map.of(), "defaults", Map.of()).config();
  }
}
