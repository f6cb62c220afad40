package io.nearside.tests.equivalence;

import java.util.ArrayList;
import java.util.List;

/**
 * A named run of steps that starts on empty servers.
 *
 * @param protocol what its connections speak
 */
record Script(String name, Protocol protocol, List<Step> steps) {
  /** What connections speak from their start. */
  enum Protocol {
    RESP2,
    RESP3,
    /** Either: the script is run with both. */
    BOTH
  }

  private static final int PIPELINE_MAX = 500;

  Script {
    steps = List.copyOf(steps);
  }

  /** How many commands it sends. */
  int commands() {
    return steps.stream()
        .mapToInt(s -> s instanceof Step.Send send ? send.exchanges().size() : 0)
        .sum();
  }

  boolean speaks(Protocol asked) {
    return protocol == Protocol.BOTH || protocol == asked;
  }

  /** The same commands with neighbours on one connection sent as one pipeline. */
  Script pipelined() {
    List<Step> merged = new ArrayList<>();
    for (Step step : steps) {
      if (step instanceof Step.Send next
          && !merged.isEmpty()
          && merged.getLast() instanceof Step.Send last
          && last.connection().equals(next.connection())
          && last.exchanges().size() + next.exchanges().size() <= PIPELINE_MAX) {
        List<Exchange> all = new ArrayList<>(last.exchanges());
        all.addAll(next.exchanges());
        merged.set(merged.size() - 1, new Step.Send(next.connection(), all));
      } else {
        merged.add(step);
      }
    }
    return new Script(name, protocol, merged);
  }
}
