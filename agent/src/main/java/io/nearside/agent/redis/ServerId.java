package io.nearside.agent.redis;

import io.vertx.core.AsyncResult;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name that a server has given itself, random and another one after each start of its process:
 * two sidecars that were told the same one speak with the same server, by whatever address.
 */
final class ServerId {
  /** Of a server that does not tell. */
  static final String NONE = "";

  private static final Pattern RUN_ID = Pattern.compile("\\brun_id:(?<id>[0-9a-f]{8,64})\\b");

  /** How a reply begins: an error's code, in capitals. */
  private static final Pattern ERROR = Pattern.compile("[A-Z]+ .*", Pattern.DOTALL);

  private ServerId() {}

  /** What to ask. */
  static Request request() {
    return Request.cmd(Command.INFO).arg("server");
  }

  /**
   * From what came of it: {@link #NONE} from a server that does not tell or may not; null when it
   * can not tell now, because the connection ended or it is loading or busy with a script.
   */
  static @Nullable String of(AsyncResult<Response> answer) {
    if (answer.succeeded()) {
      Matcher runId = RUN_ID.matcher(answer.result().toString());
      return runId.find() ? runId.group("id") : NONE;
    }
    String error = answer.cause().getMessage();
    return error != null && isReply(error) && !isForNow(error) ? NONE : null;
  }

  /** Whether a failure is an answer of the server rather than of the connection. */
  static boolean isReply(@Nullable String error) {
    return error != null && ERROR.matcher(error).matches();
  }

  /** Whether the server answers so to whatever it is asked, and will not for long. */
  static boolean isForNow(String error) {
    return error.startsWith("BUSY ") || error.startsWith("LOADING ");
  }
}
