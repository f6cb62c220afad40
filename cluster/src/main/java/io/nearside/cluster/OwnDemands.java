package io.nearside.cluster;

import io.nearside.cluster.BusMessage.ResourceDemand;
import java.util.ArrayList;
import java.util.List;

/** What this sidecar tells of its demands with each beat; bounded. Safe from any thread. */
final class OwnDemands {
  /** The one that was said least recently comes first. */
  private volatile List<ResourceDemand> said = List.of();

  synchronized void say(ResourceDemand demand) {
    List<ResourceDemand> after = new ArrayList<>(said);
    after.removeIf(each -> each.resource().equals(demand.resource()));
    if (demand.wanted() > 0 || demand.held() > 0) {
      after.add(demand);
    }
    if (after.size() > BusCodec.DEMANDS_MAX) {
      after.removeFirst();
    }
    said = List.copyOf(after);
  }

  List<ResourceDemand> all() {
    return said;
  }
}
