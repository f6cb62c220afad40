package io.nearside.agent.redis;

import io.nearside.agent.redis.command.CommandTable;
import io.nearside.agent.redis.resp.RespLimits;
import io.nearside.config.HashCaching;
import io.nearside.config.NearsideConfig;
import io.nearside.config.RedisCacheConfig;
import io.nearside.config.RedisClientsConfig;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * What the data path reads of the configuration and of the upstream's commands, made ready:
 * replaced as a whole at a reload and when the upstream's COMMAND table comes. Immutable; the array
 * is not to be changed.
 *
 * @param commands with the deny-list and the module commands that may be cached
 * @param hashesCached whether hashes may be: not where their fields expire unseen
 * @param hasStrong whether any key is strongly consistent
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record LiveSettings(
    NearsideConfig config,
    CommandTable upstreamTable,
    CommandTable commands,
    Policy[] policies,
    RespLimits limits,
    boolean hashesCached,
    boolean hasStrong) {

  static LiveSettings of(NearsideConfig config, CommandTable upstreamTable) {
    RedisCacheConfig cache = config.redis().cache();
    RedisClientsConfig clients = config.redis().clients();
    Policy[] policies = cache.policies().stream().map(Policy::of).toArray(Policy[]::new);
    return new LiveSettings(
        config,
        upstreamTable,
        upstreamTable
            .withCacheableModuleReads(cache.moduleCommands())
            .withDenied(config.redis().deny()),
        policies,
        new RespLimits(
            clients.argumentsMax(),
            clients.bulkBytesMax().bytes(),
            clients.inlineBytesMax().intBytes()),
        cache.hashes() == HashCaching.ON
            || (cache.hashes() == HashCaching.AUTO && !upstreamTable.hasHashFieldExpiry()),
        Arrays.stream(policies).anyMatch(Policy::strong));
  }

  RedisCacheConfig cache() {
    return config.redis().cache();
  }

  RedisClientsConfig clients() {
    return config.redis().clients();
  }

  /** Whether any key may be cached: else there is nothing to be told of. */
  boolean cachesAnything() {
    return cache().enabled() && Arrays.stream(policies).anyMatch(Policy::cached);
  }

  boolean isFreshName(byte[] name) {
    String fresh = clients().freshClientName();
    return !fresh.isEmpty() && fresh.equals(new String(name, StandardCharsets.UTF_8));
  }

  List<byte[]> trackedPrefixes() {
    return Policy.prefixes(policies);
  }
}
