package io.nearside.tests.coherence;

import static io.nearside.tests.coherence.CoherenceTest.kept;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.nearside.tests.it.Eventually;
import io.nearside.tests.stack.FreePort;
import io.nearside.tests.stack.HazelcastServer;
import io.nearside.tests.stack.RawRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The promises on sidecars that are clients of a Hazelcast cluster, all of them real processes. */
@Timeout(600)
final class ClientTopologyTest {
  private static final Duration RUN = Duration.ofSeconds(5);

  @Test
  void fleet_membersKilledAndBack_keepsItsPromises() throws Exception {
    Path jar = HazelcastServer.current();
    try (ClientFleet fleet = ClientFleet.start(2, jar, List.of(jar, jar, jar))) {
      isCoherent(fleet, "1");
      kept(
          "clients", fleet, CoherencePlan.ofProfile(Duration.ofSeconds(1)).lasting(RUN), List.of());

      fleet.member(0).kill();
      fleet.awaitJoined();
      isCoherent(fleet, "one member left");

      fleet.member(1).kill();
      fleet.awaitFenced();
      isCoherent(fleet, "no member left");

      fleet.member(0).restart();
      fleet.member(1).restart();
      fleet.awaitJoined();
      isCoherent(fleet, "all back");
    }
  }

  /** How a fleet is upgraded: its sidecars first, then the members, or the other way round. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void fleet_sidecarsOfTwoHazelcastVersions_areCoherent(boolean membersAreNew) throws Exception {
    Path previous = HazelcastServer.previous();
    Path current = HazelcastServer.current();
    Path members = membersAreNew ? current : previous;
    try (ClientFleet fleet = ClientFleet.start(1, members, List.of(previous, current))) {
      isCoherent(fleet, "two versions");
    }
  }

  /** Why members are upgraded as a whole, and sidecars can not be members of two versions. */
  @Test
  void members_ofTwoHazelcastVersions_formNoCluster() {
    List<Integer> ports = List.of(FreePort.next(), FreePort.next());
    Path previous = HazelcastServer.previous();
    try (HazelcastServer old = HazelcastServer.launch(previous, ports.get(0), ports)) {
      old.awaitMembers(1);
      Path current = HazelcastServer.current();
      try (HazelcastServer young = HazelcastServer.launch(current, ports.get(1), ports)) {
        young.awaitLog("is not compatible with cluster version 5.6");
        old.awaitMembers(1);
      }
    }
  }

  /** Each sidecar's write is what all others answer soon after, from whatever they have cached. */
  private static void isCoherent(ClientFleet fleet, String round) throws IOException {
    for (int writer = 0; writer < fleet.size(); writer++) {
      String value = round + " by " + writer;
      for (int reader = 0; reader < fleet.size(); reader++) {
        ask(fleet, reader, "GET", "key");
      }
      assertEquals("+OK\r\n", ask(fleet, writer, "SET", "key", value));
      String expected = "$" + value.length() + "\r\n" + value + "\r\n";
      for (int i = 0; i < fleet.size(); i++) {
        int reader = i;
        Eventually.holds(
            "sidecar " + reader + " answers " + value,
            () -> ask(fleet, reader, "GET", "key").equals(expected));
      }
    }
  }

  private static String ask(ClientFleet fleet, int sidecar, String... command) throws IOException {
    try (RawRedis client = RawRedis.connect(fleet.address(sidecar))) {
      return client.ask(command);
    }
  }
}
