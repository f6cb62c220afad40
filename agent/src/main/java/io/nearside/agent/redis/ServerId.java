package io.nearside.agent.redis;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name that a server has given itself, random and another one after each start of its process:
 * two sidecars that were told the same one speak with the same server, by whatever address.
 */
final class ServerId {
  /** Of a server that does not tell. */
  static final String NONE = "";

  private static final Pattern RUN_ID = Pattern.compile("\\brun_id:(?<id>[0-9a-f]{8,64})\\b");

  private ServerId() {}

  /** What to ask. */
  static Request request() {
    return Request.cmd(Command.INFO).arg("server");
  }

  /** From the answer; {@link #NONE} when it is not there. */
  static String of(Response info) {
    Matcher runId = RUN_ID.matcher(info.toString());
    return runId.find() ? runId.group("id") : NONE;
  }
}
