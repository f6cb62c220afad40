package io.nearside.agent.redis;

import io.nearside.agent.redis.command.Command;
import io.nearside.agent.redis.resp.ReplyScanner;
import java.util.function.Consumer;

/**
 * A command that changes what the connection is, if the upstream agrees: {@code whenAnswered} hears
 * whether it did.
 */
final class StateChange extends Forwarded {
  private final Consumer<Boolean> whenAnswered;

  StateChange(Session session, Command command, Consumer<Boolean> whenAnswered) {
    super(session, command, null, null);
    this.whenAnswered = whenAnswered;
  }

  @Override
  void ended(UpstreamConnection connection, ReplyScanner reply) {
    whenAnswered.accept(!reply.isError());
    super.ended(connection, reply);
  }
}
