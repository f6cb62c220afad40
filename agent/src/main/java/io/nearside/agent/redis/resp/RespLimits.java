package io.nearside.agent.redis.resp;

/**
 * Limits on what a client may send.
 *
 * @param argumentsMax arguments of one command
 * @param bulkBytesMax bytes of one argument; Redis's own limit is {@code proto-max-bulk-len}, 512
 *     MiB
 * @param inlineBytesMax bytes of an inline command or of a length line
 */
public record RespLimits(int argumentsMax, long bulkBytesMax, int inlineBytesMax) {}
