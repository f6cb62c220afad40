package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import io.nearside.agent.redis.command.Command;
import io.nearside.agent.redis.resp.ReplyScanner;
import java.util.List;

/**
 * A read of several keys that the near-cache has no part in: what it holds for them goes, lest a
 * later hit be older.
 */
final class ReadAround extends Forwarded {
  private final List<Key.Stored> keys;

  ReadAround(Session session, Command command, List<Key.Stored> keys) {
    super(session, command, null, null);
    this.keys = keys;
  }

  @Override
  void ended(UpstreamConnection connection, ReplyScanner reply) {
    keys.forEach(session.loop().coherence()::dropHere);
    super.ended(connection, reply);
  }
}
