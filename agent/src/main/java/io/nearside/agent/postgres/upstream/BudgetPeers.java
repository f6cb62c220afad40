package io.nearside.agent.postgres.upstream;

import io.nearside.cluster.Demand;
import io.nearside.cluster.InvalidationBus;
import java.util.List;

/** What a budget knows of the fleet and tells it. Only fairness rests on it, never the limit. */
interface BudgetPeers {

  boolean joined();

  /** Sidecars in the cluster, this one included; 1 when not joined. */
  int sidecars();

  /** This sidecar's name among them. */
  String self();

  /** What the others want and hold, in slots. */
  List<Demand> demands();

  void say(int wanted, int held);

  /** The bus, under one resource's name. */
  record OnBus(InvalidationBus bus, String resource) implements BudgetPeers {
    @Override
    public boolean joined() {
      return bus.joined();
    }

    @Override
    public int sidecars() {
      return 1 + bus.membership().peers().size();
    }

    @Override
    public String self() {
      return bus.membership().self().id();
    }

    @Override
    public List<Demand> demands() {
      return bus.demands(resource);
    }

    @Override
    public void say(int wanted, int held) {
      bus.publishDemand(resource, wanted, held);
    }
  }
}
