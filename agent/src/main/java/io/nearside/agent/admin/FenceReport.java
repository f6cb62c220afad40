package io.nearside.agent.admin;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Whether the near-cache may answer, and what that rests on.
 *
 * @param open all sources are
 */
public record FenceReport(boolean open, List<Source> sources) {

  /** {@link Source#freshForMillis} of what can not go stale. */
  public static final long ALWAYS = Long.MAX_VALUE;

  public FenceReport {
    sources = List.copyOf(sources);
  }

  /**
   * One thing that freshness rests on.
   *
   * @param freshForMillis for how long the proof holds that is there now; 0 or less when it is
   *     over, {@link #ALWAYS} when it needs none
   * @param detail why, for people
   */
  public record Source(String name, boolean open, long freshForMillis, String detail) {}

  /** What closes it; empty when it is open. */
  public String reason() {
    return sources.stream()
        .filter(source -> !source.open())
        .map(source -> source.name() + ": " + source.detail())
        .collect(Collectors.joining("; "));
  }
}
