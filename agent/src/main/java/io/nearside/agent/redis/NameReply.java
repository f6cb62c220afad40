package io.nearside.agent.redis;

import io.nearside.agent.redis.command.Command;
import io.nearside.agent.redis.resp.ReplyScanner;
import java.nio.charset.StandardCharsets;

/**
 * CLIENT GETNAME: the upstream is asked, since it may refuse, but the name is the session's own;
 * that of a shared connection is somebody else's.
 */
final class NameReply extends Forwarded {
  private boolean error;

  NameReply(Session session, Command command) {
    super(session, command, null, null);
  }

  @Override
  void chunk(byte[] bytes, int from, int to) {
    error = error || (!started() && bytes[from] == '-');
    if (error) {
      super.chunk(bytes, from, to);
    }
  }

  @Override
  void ended(UpstreamConnection connection, ReplyScanner reply) {
    if (!error) {
      byte[] name = session.name();
      byte[] answer;
      if (name.length > 0) {
        answer =
            ("$" + name.length + "\r\n" + new String(name, StandardCharsets.ISO_8859_1) + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
      } else {
        answer =
            (session.lane().scope().resp3() ? "_\r\n" : "$-1\r\n")
                .getBytes(StandardCharsets.US_ASCII);
      }
      super.chunk(answer, 0, answer.length);
    }
    super.ended(connection, reply);
  }
}
