package io.nearside.agent.redis;

import io.nearside.agent.redis.resp.ReplyScanner;

/** A reply to something that the sidecar itself asked, of which nothing depends. */
final class Swallowed extends Exchange {
  @Override
  void chunk(byte[] bytes, int from, int to) {}

  @Override
  void ended(UpstreamConnection connection, ReplyScanner reply) {}

  @Override
  void lost(UpstreamConnection connection, boolean sent, String why) {}
}
