package io.nearside.agent.postgres.upstream;

import io.nearside.config.HostPort;
import io.nearside.config.Secret;
import java.util.List;
import java.util.Map;

/**
 * What {@link Servers} is told.
 *
 * @param servers in order of preference where nothing else decides. Each address is one server: an
 *     address that balances over several would give positions of one and reads of another
 * @param weights of servers that have one; 1 for all others, 0: never chosen for reads
 * @param database to which roles and lag are asked; any will do
 * @param maxLagMillis a replica further behind serves nothing; known no finer than {@code
 *     watchMillis}
 * @param maxLagBytes likewise, in bytes of WAL
 * @param watchMillis between two looks at each server
 * @param failsMax failures within {@code failWindowMillis} that eject a replica
 * @param ejectMillis first ejection; doubles with each further one, up to {@code ejectMaxMillis}
 * @param slowStartMillis over which a replica that came back gets its full share again; 0: at once
 * @param catalogRefreshMillis between two readings of a database's catalog
 * @param connectMillis for a connection to be made and logged in
 */
public record UpstreamSettings(
    List<HostPort> servers,
    Map<HostPort, Integer> weights,
    String user,
    Secret password,
    String database,
    UpstreamTls tls,
    ReplicaChoiceKind choice,
    long maxLagMillis,
    long maxLagBytes,
    long watchMillis,
    int failsMax,
    long failWindowMillis,
    long ejectMillis,
    long ejectMaxMillis,
    long slowStartMillis,
    long catalogRefreshMillis,
    long connectMillis) {
  /** A server that is slower than this is not reachable, however often it is watched. */
  private static final long ANSWER_MILLIS_MIN = 1000;

  public UpstreamSettings {
    servers = List.copyOf(servers);
    weights = Map.copyOf(weights);
  }

  /** How long a server may take to answer before it counts as not reachable. */
  public long answerMillis() {
    return Math.max(ANSWER_MILLIS_MIN, watchMillis);
  }

  public int weight(HostPort server) {
    return weights.getOrDefault(server, 1);
  }

  /** Whether a connection made with {@code other} is as good. */
  boolean connectsLike(UpstreamSettings other) {
    return user.equals(other.user)
        && password.equals(other.password)
        && database.equals(other.database)
        && tls.equals(other.tls);
  }
}
