package io.nearside.agent;

import io.nearside.agent.health.Verdict;
import io.nearside.agent.postgres.PostgresControls;
import io.nearside.agent.postgres.PostgresStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the probes ask about a PostgreSQL face. Blocks for a bounded time; not on an event loop. */
final class PostgresFaceChecks {
  private static final long ANSWER_MILLIS = 700;

  private PostgresFaceChecks() {}

  /**
   * Down without a primary; degraded where a replica gets no reads.
   *
   * @throws Exception when the face's event loop does not answer in time
   */
  static Verdict upstream(PostgresControls face) throws Exception {
    return of(
        face.statistics()
            .toCompletionStage()
            .toCompletableFuture()
            .get(ANSWER_MILLIS, TimeUnit.MILLISECONDS));
  }

  private static Verdict of(PostgresStatistics now) {
    PostgresStatistics.ServerState primary = null;
    List<String> troubles = new ArrayList<>();
    int replicas = 0;
    for (PostgresStatistics.ServerState server : now.servers()) {
      if (server.role().equals("primary")) {
        primary = server;
        continue;
      }
      replicas++;
      if (!server.whyNoReads().isEmpty()) {
        troubles.add(server.address() + " " + why(server) + heard(server));
      }
    }
    String wrong = troubles.isEmpty() ? "" : "; " + String.join("; ", troubles);
    if (primary == null) {
      return Verdict.down("postgres has no primary" + wrong);
    }
    int well = replicas - troubles.size();
    String detail =
        "postgres primary "
            + primary.address()
            + heard(primary)
            + (replicas == 0 ? "" : ", " + well + " of " + replicas + " replicas serve reads")
            + wrong;
    return troubles.isEmpty() ? Verdict.up(detail) : Verdict.degraded(detail);
  }

  private static String why(PostgresStatistics.ServerState server) {
    return server.lastError().isEmpty()
        ? server.whyNoReads()
        : server.whyNoReads() + " (" + server.lastError() + ")";
  }

  private static String heard(PostgresStatistics.ServerState server) {
    return server.answerAgeMillis() < 0
        ? " never answered"
        : " answered " + server.answerAgeMillis() + " ms ago";
  }
}
