package io.nearside.cluster.local;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.nearside.cluster.BusListener;
import io.nearside.cluster.BusSettings;
import io.nearside.cluster.ClusterEvent;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.InvalidationBus;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Notes of one sidecar to others, in virtual time. */
final class NotesTest {
  private static final ClusterSecret SECRET = ClusterSecret.of("the secret of these tests");

  private final VirtualTime time = new VirtualTime(1);
  private final List<String> carried = new ArrayList<>();
  private final LocalHub hub =
      new LocalHub(
          time,
          (_, to) -> {
            carried.add(to);
            return new long[] {0};
          });
  private final Sidecar a = start("a");
  private final Sidecar b = start("b");
  private final Sidecar c = start("c");

  @Test
  void note_toOnePeer_isCarriedToThatOneOnly() {
    time.advance(1);
    carried.clear();
    a.bus.note(b.bus.membership().self().incarnation(), 7, bytes("for b"));
    time.advance(1);
    assertEquals(List.of("b"), carried);
    assertEquals(List.of("7:for b@a"), b.heard);
    assertEquals(List.of(), c.heard);
  }

  @Test
  void note_toAll_isHeardByEveryPeer() {
    time.advance(1);
    a.bus.note("", 7, bytes("for all"));
    time.advance(1);
    assertEquals(List.of("7:for all@a"), b.heard);
    assertEquals(List.of("7:for all@a"), c.heard);
    assertEquals(List.of(), a.heard);
  }

  private record Sidecar(InvalidationBus bus, List<String> heard) implements BusListener {
    @Override
    public void note(int kind, byte[] payload, String fromNode, String fromIncarnation) {
      heard.add(kind + ":" + new String(payload, StandardCharsets.UTF_8) + "@" + fromNode);
    }

    @Override
    public void invalidate(int database, byte[] key, String fromNode) {}

    @Override
    public void moveEpoch(EpochReason reason, String fromNode) {}

    @Override
    public void event(ClusterEvent event) {}
  }

  private Sidecar start(String name) {
    BusSettings settings = BusSettings.of(name, 600, SECRET);
    Sidecar sidecar = new Sidecar(new LocalInvalidationBus(settings, hub), new ArrayList<>());
    sidecar.bus.start(sidecar);
    return sidecar;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
