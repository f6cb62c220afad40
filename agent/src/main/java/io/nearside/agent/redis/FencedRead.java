package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import io.nearside.agent.redis.command.Command;

/**
 * A read around the near-cache whose policy lets it be answered from memory when the upstream does
 * not answer.
 */
final class FencedRead extends Forwarded {
  private final Policy policy;
  private final Key.Stored key;
  private final byte[] line;

  /**
   * @param line the command line; not to be changed
   */
  FencedRead(Session session, Command command, Policy policy, Key.Stored key, byte[] line) {
    super(session, command, null, key);
    this.policy = policy;
    this.key = key;
    this.line = line;
  }

  @Override
  void lost(UpstreamConnection connection, boolean sent, String why) {
    byte[] canonical = key.canonical();
    var probe = new Key.Probe().set(key.database(), canonical, 0, canonical.length);
    Scope scope = session.lane().scope();
    byte[] stale =
        started()
            ? null
            : session.loop().coherence().staleReply(policy, probe, scope, line, 0, line.length);
    if (stale == null) {
      super.lost(connection, sent, why);
    } else {
      session.loop().face().observations().servedStale();
      fail(stale);
    }
  }
}
