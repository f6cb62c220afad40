package io.nearside.tests.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.cluster.Proof;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The simulation fails by itself where a sidecar is fenced or a write does not arrive. */
final class FleetSimulationTest {
  private static final int WRITES = 200;

  @Test
  void run_proofByTrackers_costsTheSameInALargerFleet() {
    FleetFigures few = simulate(10, Proof.TRACKERS);
    FleetFigures many = simulate(40, Proof.TRACKERS);
    assertTrue(many.framesReceived() < 1.3 * few.framesReceived(), few + " " + many);
    assertTrue(many.bytesReceived() < 1.3 * few.bytesReceived(), few + " " + many);
    assertTrue(many.joinFrames() < 3.0 * 40, many::toString);
  }

  @Test
  void run_proofByPeers_costsTheSquare() {
    FleetFigures few = simulate(10, Proof.PEERS);
    FleetFigures many = simulate(40, Proof.PEERS);
    assertTrue(many.bytesReceived() > 4 * few.bytesReceived(), few + " " + many);
    // Everybody answers a newcomer, and is answered.
    assertTrue(many.joinFrames() > 40 * 40, many::toString);
    assertTrue(few.everywhereMillisMax() >= 0.3, few::toString);
  }

  @Test
  void run_sameSeed_sameFigures() {
    assertEquals(simulate(10, Proof.TRACKERS), simulate(10, Proof.TRACKERS));
  }

  @Test
  void picture_andTable_showEachFleet() {
    List<FleetFigures> figures = List.of(simulate(10, Proof.PEERS), simulate(10, Proof.TRACKERS));
    String picture = ScalingPicture.of(figures);
    assertTrue(picture.contains("proof by peers, 200 writes/s"), picture);
    assertTrue(picture.contains("proof by trackers, 200 writes/s"), picture);
    assertTrue(
        ScalingTable.row("simulated", figures.getFirst()).startsWith("| simulated | peers |"));
    assertTrue(ScalingTable.json(figures, List.of()).contains("\"sidecars\": 10"));
  }

  private static FleetFigures simulate(int sidecars, Proof proof) {
    return FleetSimulation.run(new FleetShape(sidecars, WRITES, proof), 0.5, 1);
  }
}
