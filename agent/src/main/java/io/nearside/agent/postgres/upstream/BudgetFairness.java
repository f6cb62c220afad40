package io.nearside.agent.postgres.upstream;

import io.nearside.cluster.Demand;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Max-min fairness in whole slots. Pure. */
final class BudgetFairness {
  private BudgetFairness() {}

  private record Claim(String node, int wanted) {}

  /**
   * What is due to one sidecar: nobody gets more than it wants, and who gets less than it wants
   * gets no less than anybody else, but for one slot of the rest, which goes by name. All who know
   * the same demands come to shares whose sum is at most the slots.
   */
  static int share(int slots, String self, int wanted, List<Demand> others) {
    List<Claim> claims = new ArrayList<>();
    claims.add(new Claim(self, wanted));
    for (Demand other : others) {
      // Of our own name: our former life, which will not take anything any more.
      if (!other.node().equals(self)) {
        claims.add(new Claim(other.node(), other.wanted()));
      }
    }
    claims.sort(Comparator.comparingInt(Claim::wanted).thenComparing(Claim::node));
    int left = slots;
    int count = claims.size();
    for (int i = 0; i < count; i++) {
      Claim claim = claims.get(i);
      if (claim.wanted() > left / (count - i)) {
        return rest(left, self, wanted, claims.subList(i, count));
      }
      if (claim.node().equals(self)) {
        return wanted;
      }
      left -= claim.wanted();
    }
    return wanted;
  }

  /** All of them want more than there is for each. */
  private static int rest(int left, String self, int wanted, List<Claim> unmet) {
    List<String> names = unmet.stream().map(Claim::node).sorted().toList();
    int place = names.indexOf(self);
    int share = left / names.size() + (place < left % names.size() ? 1 : 0);
    return Math.min(wanted, share);
  }

  /** How many slots the others want beyond what they hold. */
  static int unmet(List<Demand> others) {
    int unmet = 0;
    for (Demand other : others) {
      unmet += Math.max(0, other.wanted() - other.held());
    }
    return unmet;
  }
}
