package io.nearside.agent.postgres;

import io.nearside.config.PostgresStatisticsConfig;

/** What is kept of the statements that were seen. On the event loop. */
final class QueryStatistics {
  private PostgresStatisticsConfig config;

  QueryStatistics(PostgresStatisticsConfig config) {
    this.config = config;
  }

  void apply(PostgresStatisticsConfig now) {
    config = now;
  }

  /** A batch was answered after this long. */
  void answered(Conversation of, ServerConnection by, long nanos) {
    if (config.fingerprintsMax() > 0) {
      of.rows();
    }
  }
}
