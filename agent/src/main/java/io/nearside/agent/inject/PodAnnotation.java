package io.nearside.agent.inject;

import static io.nearside.agent.inject.ValueKind.CONFIG_MAP_KEY;
import static io.nearside.agent.inject.ValueKind.CONTAINERS;
import static io.nearside.agent.inject.ValueKind.COUNT;
import static io.nearside.agent.inject.ValueKind.FLAG;
import static io.nearside.agent.inject.ValueKind.LIMIT;
import static io.nearside.agent.inject.ValueKind.PULL_POLICY;
import static io.nearside.agent.inject.ValueKind.QUANTITY;
import static io.nearside.agent.inject.ValueKind.SECRET_FILE;
import static io.nearside.agent.inject.ValueKind.SECRET_KEY;
import static io.nearside.agent.inject.ValueKind.SETTING;
import static io.nearside.agent.inject.ValueKind.SWITCH;
import static io.nearside.agent.inject.ValueKind.USER_ID;
import static io.nearside.agent.inject.ValueKind.VARIABLES;
import static io.nearside.agent.inject.ValueKind.WORD;

import io.nearside.config.ConfigLoader;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The annotations of pods that the injector knows: the only place where their names, values,
 * defaults and texts stand. Those with a key of the configuration become its environment variable;
 * several with one key are alternatives, of which a pod may have one.
 */
enum PodAnnotation {
  INJECT(
      SWITCH,
      "as the namespace",
      "",
      "Whether the pod gets the sidecar. May be a label instead, which the webhook can select on."),
  MODE(
      ValueKind.MODE,
      "`native`",
      "",
      "`native`: an init container with `restartPolicy: Always`, for Kubernetes 1.29 and later."
          + " `classic`: a container beside the app's."),
  IMAGE(ValueKind.IMAGE, "the injector's", "", "The sidecar's image."),
  IMAGE_PULL_POLICY(PULL_POLICY, "the injector's", "", "When its image is pulled."),
  CONFIG_MAP(
      ValueKind.CONFIG_MAP,
      "",
      "",
      "Holds the configuration's file, under the key `nearside.yaml` unless named. Annotations win"
          + " over it; ports are always those of the annotations."),
  SETTINGS(
      ValueKind.SETTINGS,
      "",
      "",
      "Any other keys of the configuration: `redis.clients.pipelineMax=2048;"
          + " redis.warm.keysMax=5000`."),
  APP_CONTAINERS(
      CONTAINERS,
      "all but known proxies",
      "",
      "Which containers, also init containers, get variables and the sockets' volume."),
  ENV(
      VARIABLES,
      "",
      "",
      "Variables for the app, where its container has none of that name: `REDIS_URL`, `REDIS_HOST`,"
          + " `REDIS_PORT`; `PGHOST`, `PGPORT`, `DATABASE_URL`. `-unix`: the unix socket instead of"
          + " loopback."),
  ENV_DATABASE(WORD, "", "", "With `env: postgres`: `PGDATABASE`, and in `DATABASE_URL`."),
  ENV_USER(WORD, "", "", "With `env: postgres`: `PGUSER`, and in `DATABASE_URL`."),
  ENV_PASSWORD_SECRET(
      SECRET_KEY,
      "",
      "",
      "With `env: postgres`: `PGPASSWORD`, and in `DATABASE_URL` as it is, so that it must need no"
          + " percent escapes there."),
  UNIX_SOCKETS(
      FLAG,
      "`false`",
      "",
      "Whether the faces listen on unix sockets as well, in `/run/nearside` of the app's"
          + " containers: faster than loopback."),
  HOT_LIST(
      FLAG,
      "`true`",
      "",
      "Whether the names of hot keys are kept in the pod's memory, so that a sidecar whose"
          + " container is restarted starts warm."),
  RUN_AS_USER(
      USER_ID, "`65532`", "", "The sidecar's user and group; `none` where the cluster gives one."),

  CPU_REQUEST(QUANTITY, "`50m`", "", "CPU that the sidecar asks for."),
  CPU_LIMIT(LIMIT, "`1`", "", "CPU that it gets at most."),
  MEMORY_REQUEST(QUANTITY, "`160Mi`", "", "Memory that it asks for."),
  MEMORY_LIMIT(LIMIT, "`256Mi`", "", "Memory that it gets at most."),

  STARTUP_PERIOD_SECONDS(COUNT, "`1`", "", "How often `/startupz` is asked."),
  STARTUP_FAILURE_THRESHOLD(
      COUNT, "`60`", "", "How often in vain, before the container is started anew."),
  LIVENESS_PERIOD_SECONDS(COUNT, "`10`", "", "How often `/livez` is asked."),
  LIVENESS_FAILURE_THRESHOLD(COUNT, "`3`", "", "As for `/startupz`."),
  READINESS_PERIOD_SECONDS(COUNT, "`5`", "", "How often `/readyz` is asked."),
  READINESS_FAILURE_THRESHOLD(COUNT, "`3`", "", "How often in vain, before the pod is not ready."),
  PROBE_TIMEOUT_SECONDS(COUNT, "`2`", "", "How long an answer may take."),
  READINESS(SETTING, "", "admin.readiness", "What readiness asks for."),
  DRAIN_MILLIS(SETTING, "", "runtime.drainMillis", "How long the drain after SIGTERM may take."),

  ADMIN_PORT(ValueKind.PORT, "`9091`", "admin.port", "Port of probes and metrics."),
  ADMIN_TOKEN_SECRET(SECRET_KEY, "", "admin.token", "Token of calls that change state."),
  LOG_LEVEL(SETTING, "", "log.level", "The least severe level that is logged."),
  LOG_FORMAT(SETTING, "", "log.format", "`text` or `json`."),

  REDIS(FLAG, "whether an upstream is named", "redis.enabled", "Whether there is a Redis face."),
  REDIS_PORT(ValueKind.PORT, "`6379`", "redis.listen.port", "Its port on loopback."),
  REDIS_URL(SETTING, "", "redis.upstream.url", "The upstream, without a password."),
  REDIS_URL_SECRET(SECRET_KEY, "", "redis.upstream.url", "The upstream."),
  REDIS_URL_CONFIG_MAP(CONFIG_MAP_KEY, "", "redis.upstream.url", "The upstream."),
  REDIS_USERNAME(SETTING, "", "redis.upstream.username", "The sidecar's user there."),
  REDIS_PASSWORD_SECRET(SECRET_KEY, "", "redis.upstream.password", "Its password."),
  REDIS_CA_SECRET(
      SECRET_FILE, "", "redis.upstream.tls.caFile", "Authorities for a `rediss://` upstream."),
  REDIS_IDENTITY(SETTING, "", "redis.clients.identity", "As whom commands go upstream."),
  REDIS_MODE(SETTING, "", "redis.upstream.mode", "`standalone` or `sentinel`."),
  REDIS_SENTINEL_MASTER(SETTING, "", "redis.upstream.sentinel.master", "The primary's name."),
  REDIS_SENTINEL_NODES(
      SETTING, "", "redis.upstream.sentinel.nodes", "The sentinels, `host:port` with commas."),
  REDIS_SENTINEL_PASSWORD_SECRET(
      SECRET_KEY, "", "redis.upstream.sentinel.password", "The password at the sentinels."),
  CACHE(FLAG, "", "redis.cache.enabled", "Whether anything is served from memory."),
  CACHE_BYTES(SETTING, "", "redis.cache.maxBytes", "Memory of the near-cache."),
  CACHE_POLICIES(SETTING, "", "redis.cache.policies", "What holds for which keys: YAML."),
  WARM(FLAG, "", "redis.warm.enabled", "Whether a new sidecar warms its near-cache."),
  TRACKERS(SETTING, "", "redis.tracking.trackers", "How many sidecars track the upstream."),
  MAX_STALENESS_MILLIS(
      SETTING, "", "coherence.maxStalenessMillis", "How stale a served value may be at worst."),

  POSTGRES(
      FLAG, "whether a server is named", "postgres.enabled", "Whether there is a PostgreSQL face."),
  POSTGRES_PORT(ValueKind.PORT, "`5432`", "postgres.listen.port", "Its port on loopback."),
  POSTGRES_SERVERS(
      SETTING, "", "postgres.servers", "Primary and replicas, `host:port` with commas."),
  POSTGRES_SERVERS_SECRET(SECRET_KEY, "", "postgres.servers", "The same, from a Secret."),
  POSTGRES_SERVERS_CONFIG_MAP(CONFIG_MAP_KEY, "", "postgres.servers", "From a ConfigMap."),
  POSTGRES_CONTROL_USER(SETTING, "", "postgres.control.username", "The sidecar's own user."),
  POSTGRES_CONTROL_USER_SECRET(SECRET_KEY, "", "postgres.control.username", "From a Secret."),
  POSTGRES_CONTROL_PASSWORD_SECRET(SECRET_KEY, "", "postgres.control.password", "Its password."),
  POSTGRES_CONTROL_DATABASE(SETTING, "", "postgres.control.database", "Where it connects."),
  POSTGRES_AUTH(SETTING, "", "postgres.auth.method", "How clients prove who they are."),
  POSTGRES_USERLIST_SECRET(
      SECRET_FILE, "", "postgres.auth.userlistFile", "Users and passwords or verifiers."),
  POSTGRES_AUTH_QUERY(SETTING, "", "postgres.auth.query", "Asks the primary for other users."),
  POSTGRES_TLS(SETTING, "", "postgres.tls.mode", "TLS to the servers, as `sslmode`."),
  POSTGRES_CA_SECRET(SECRET_FILE, "", "postgres.tls.caFile", "Authorities for it."),
  POSTGRES_POOL_MODE(SETTING, "", "postgres.pool.mode", "How server connections are shared."),
  POSTGRES_POOL_MIN(SETTING, "", "postgres.pool.min", "Connections that are kept open."),
  POSTGRES_POOL_MAX(SETTING, "", "postgres.pool.max", "Most connections of a pool."),
  POSTGRES_BUDGET(
      SETTING, "", "postgres.budget.maxServerConnections", "Most connections of the whole fleet."),
  READ_YOUR_WRITES(SETTING, "", "postgres.readYourWrites.scope", "Whose writes reads see."),

  CLUSTER(SETTING, "", "cluster.topology", "`none`, `embedded` or `client`."),
  CLUSTER_NAME(SETTING, "", "cluster.name", "Name of the fleet."),
  CLUSTER_SECRET(SECRET_KEY, "", "cluster.secret", "What the fleet's messages are sealed with."),
  CLUSTER_PORT(
      ValueKind.PORT, "`5701`", "cluster.bind.port", "With `embedded`: where peers connect."),
  CLUSTER_DNS_NAME(
      SETTING,
      "`nearside-peers`",
      "cluster.join.dnsName",
      "With `embedded`: the headless Service of the sidecars."),
  CLUSTER_MEMBERS(
      SETTING, "", "cluster.client.members", "With `client`: members of the Hazelcast cluster."),
  CLUSTER_CLIENT_NAME(
      SETTING, "", "cluster.client.clusterName", "With `client`: what that cluster calls itself."),
  CLUSTER_PROOF(SETTING, "", "cluster.proof", "`peers`, or `trackers` for large fleets.");

  /** What all begin with. */
  static final String PREFIX = "nearside.io/";

  private static final Map<String, PodAnnotation> BY_WORD =
      Arrays.stream(values()).collect(Collectors.toMap(PodAnnotation::word, Function.identity()));

  private final ValueKind kind;
  private final String byDefault;
  private final String configurationKey;
  private final String doc;

  PodAnnotation(ValueKind kind, String byDefault, String configurationKey, String doc) {
    this.kind = kind;
    this.byDefault = byDefault;
    this.configurationKey = configurationKey;
    this.doc = doc;
  }

  /** By its name without the prefix. */
  static Optional<PodAnnotation> of(String word) {
    return Optional.ofNullable(BY_WORD.get(word));
  }

  /** Those that set one key of the configuration, in order. */
  static List<PodAnnotation> setting(String configurationKey) {
    return Arrays.stream(values())
        .filter(annotation -> annotation.configurationKey.equals(configurationKey))
        .toList();
  }

  /** Without the prefix, as in the injector's file of defaults: {@code redis-url}. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** As it stands on a pod: {@code nearside.io/redis-url}. */
  String key() {
    return PREFIX + word();
  }

  ValueKind kind() {
    return kind;
  }

  /** What holds where neither pod nor injector say anything: a value in quotes, or words. */
  String byDefault() {
    return byDefault;
  }

  /** The default where it is a value; empty otherwise. */
  String defaultValue() {
    return byDefault.startsWith("`") ? byDefault.replace("`", "") : "";
  }

  /** The key of the configuration that it sets; empty for none. */
  String configurationKey() {
    return configurationKey;
  }

  /** That key's environment variable; empty for none. */
  String variable() {
    return configurationKey.isEmpty() ? "" : ConfigLoader.variable(configurationKey);
  }

  /** Whether both set the same key of the configuration. */
  boolean isAlternativeTo(PodAnnotation other) {
    return this != other
        && !configurationKey.isEmpty()
        && configurationKey.equals(other.configurationKey);
  }

  /** What it does; Markdown. */
  String doc() {
    return doc;
  }
}
