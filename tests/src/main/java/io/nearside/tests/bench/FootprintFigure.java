package io.nearside.tests.bench;

/** The figures of {@code bench footprint}; targets are those of issue 5. */
@SuppressWarnings("ImmutableEnumChecker") // Goal is a record of a constant and a number
enum FootprintFigure implements Figure {
  FIRST_ANSWER_MS(Goal.atMost(500), "exec to the first answered GET of the Redis face, ms"),
  FIRST_ANSWER_CPU_MS(Goal.NONE, "processor time until then, ms: the same under any load"),
  FIRST_QUERY_MS(Goal.NONE, "exec to the first answered SELECT of the PostgreSQL face, ms"),
  JOINED_MS(Goal.NONE, "exec until the sidecar that was there lists the new one, ms"),
  IDLE_RSS_MIB(Goal.atMost(120), "resident MiB, joined, after 10 s without load"),
  IDLE_PSS_MIB(Goal.NONE, "the same, pages shared with other processes by their share"),
  RSS_1000_CONNECTIONS_MIB(Goal.atMost(160), "resident MiB with 1,000 connections after one GET"),
  RSS_AFTER_HITS_MIB(Goal.NONE, "resident MiB after 1 million hits, 32 MiB of near-cache full"),
  IMAGE_MB(Goal.atMost(120), "the root filesystem uncompressed, 1,000,000 bytes");

  private final Goal goal;
  private final String meaning;

  FootprintFigure(Goal goal, String meaning) {
    this.goal = goal;
    this.meaning = meaning;
  }

  @Override
  public String meaning() {
    return meaning;
  }

  @Override
  public Goal goal() {
    return goal;
  }
}
