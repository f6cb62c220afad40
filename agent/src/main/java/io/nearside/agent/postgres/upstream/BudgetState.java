package io.nearside.agent.postgres.upstream;

import io.nearside.cluster.Demand;
import java.util.List;

/**
 * Where a budget stands; for people.
 *
 * @param slots that there are for all beyond the guaranteed shares
 * @param held by this sidecar, those in their grace and those being given back included
 * @param resting held, but still in their grace
 * @param returning held until the pools have closed what they stand for
 * @param wanted by this sidecar of late
 * @param due what this sidecar may hold by what it and the others want
 * @param allowed connections that the pools may open now
 * @param ledger whether the ledger connection is up
 * @param joined whether the cluster is joined; else nothing is held
 * @param detail why, in a few words
 */
public record BudgetState(
    BudgetSettings settings,
    int sidecars,
    int slots,
    int held,
    int resting,
    int returning,
    int wanted,
    int due,
    int allowed,
    int open,
    boolean ledger,
    boolean joined,
    List<Demand> others,
    String detail) {
  public BudgetState {
    others = List.copyOf(others);
  }
}
