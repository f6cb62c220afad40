package io.nearside.cluster;

import java.util.List;

/** This sidecar and the peers it knows. */
public record Membership(Member self, List<Member> peers) {
  public Membership {
    peers = List.copyOf(peers);
  }
}
