package io.nearside.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.cluster.BusMessage.Ack;
import io.nearside.cluster.BusMessage.Beat;
import io.nearside.cluster.BusMessage.Echo;
import io.nearside.cluster.BusMessage.Goodbye;
import io.nearside.cluster.BusMessage.HeldKeys;
import io.nearside.cluster.BusMessage.KeyGroup;
import io.nearside.cluster.BusMessage.Keys;
import io.nearside.cluster.BusMessage.NodeInfo;
import io.nearside.cluster.BusMessage.Settled;
import io.nearside.cluster.BusMessage.StrongInfo;
import io.nearside.cluster.PeerTransport.TransportMember;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds, grants and leases at both ends, without threads, sockets or real time. */
final class StrongHoldsTest {
  private static final TransportMember SELF = new TransportMember("t-self", "10.0.0.1:1");
  private static final long AFTER_LOSS_MILLIS = 5_000;

  /** What a lease of 500 ms costs a writer at most, with its margin. */
  private static final long SETTLE_MILLIS = 545;

  private final ManualClock clock = new ManualClock();
  private final BusCounters counters = new BusCounters(clock.nanos());
  private final Random random = new Random(7);
  private final HoldRequests requests = new HoldRequests(() -> {});
  private final List<String> heard = new ArrayList<>();
  private boolean listenerFails;
  private final PeerProtocol protocol = protocol();

  private final Remote a = new Remote("a");
  private final Remote b = new Remote("b");

  private PeerProtocol protocol() {
    BusSettings settings =
        new BusSettings(
            "self",
            "1.0",
            "zone",
            1_000,
            ClusterSecret.of("sixteen bytes at least"),
            1_000,
            0,
            1_000,
            500,
            AFTER_LOSS_MILLIS);
    var created = new PeerProtocol(settings, clock, () -> Incarnation.next(random), counters);
    created.listener(new Listener());
    return created;
  }

  private final class Listener implements BusListener {
    @Override
    public void held(String fromNode, List<HeldKey> keys) {
      if (listenerFails) {
        throw new IllegalStateException("as the test wants");
      }
      heard.add("held " + fromNode + ":" + names(keys));
    }

    @Override
    public void settled(String fromNode, List<HeldKey> keys) {
      heard.add("settled " + fromNode + ":" + names(keys));
    }

    @Override
    public void invalidate(int database, byte[] key, String fromNode) {
      heard.add("dropped " + fromNode + ":" + new String(key, StandardCharsets.UTF_8));
    }

    @Override
    public void moveEpoch(EpochReason reason, String fromNode) {
      heard.add(reason.name());
    }

    @Override
    public void event(ClusterEvent event) {}

    private static String names(List<HeldKey> keys) {
      return String.join(
          ",", keys.stream().map(each -> new String(each.key(), StandardCharsets.UTF_8)).toList());
    }
  }

  /** A peer that is played by the test. */
  private final class Remote {
    final String id;
    Incarnation life = Incarnation.next(random);
    long counter;
    long sequence;
    long stamp;
    long oldestHold = 1;
    int leaseMillis = 500;

    Remote(String id) {
      this.id = id;
    }

    TransportMember member() {
      return new TransportMember("t-" + id, "10.0.0.2:" + id);
    }

    void say(BusMessage message) {
      protocol.receive(life, ++counter, message);
    }

    void beat(boolean granted) {
      NodeInfo info = new NodeInfo(id, "10.0.0.2", "t-" + id, "1.1", "z", false, false);
      Echo echo = new Echo(protocol.self(), clock.nanos(), granted);
      StrongInfo strong = new StrongInfo(0, id.charAt(0), leaseMillis, oldestHold);
      say(new Beat(sequence, ++stamp, List.of(echo), info, List.of(), strong, List.of()));
    }

    void hold(long hold, String... keys) {
      say(new BusMessage.Hold(++sequence, clock.wallNanos(), lines(hold, keys)));
    }

    void settle(long hold, String... keys) {
      say(new Settled(++sequence, clock.wallNanos(), lines(hold, keys)));
    }

    void write(String key) {
      KeyGroup group = new KeyGroup(0, List.of(bytes(key)));
      say(new Keys(++sequence, clock.wallNanos(), List.of(group)));
    }

    void ack(long... holds) {
      List<Long> ids = new ArrayList<>();
      for (long hold : holds) {
        ids.add(hold);
      }
      say(new Ack(protocol.self(), ids));
    }

    void vanish() {
      protocol.members(List.of());
    }
  }

  /** One that we ask for. */
  private final class Asked {
    int granted;
    final Hold hold;

    Asked(String... keys) {
      List<HeldKey> held = Stream.of(keys).map(key -> new HeldKey(0, bytes(key))).toList();
      Hold answer = requests.ask(held, () -> granted++);
      assertNotNull(answer);
      hold = answer;
    }
  }

  private static byte[] bytes(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }

  private static List<HeldKeys> lines(long hold, String... keys) {
    return List.of(new HeldKeys(hold, 0, Stream.of(keys).map(StrongHoldsTest::bytes).toList()));
  }

  /** As the publisher does. */
  private StrongKeys.Turn turn() {
    protocol.tick();
    StrongKeys.Turn turn = protocol.strongTurn(requests);
    tellGranted();
    return turn;
  }

  private void tellGranted() {
    protocol.strong().own.takeGranted().forEach(OwnHold::grant);
  }

  /** Joined, with these peers proven and granting now. */
  private void with(Remote... peers) {
    protocol.joined(SELF, Stream.of(peers).map(Remote::member).toList(), false);
    for (Remote peer : peers) {
      peer.beat(true);
    }
    heard.clear();
  }

  private boolean open() {
    return Freshness.isFresh(protocol.strong().untilNanos(), clock.nanos());
  }

  private List<Boolean> grants() {
    return protocol.echoes().stream().map(Echo::granted).toList();
  }

  // As the writer.

  @Test
  void hold_nobodyElse_isGrantedAtOnce() {
    with();
    var asked = new Asked("k");
    turn();
    assertEquals(1, asked.granted);
    assertTrue(asked.hold.isGranted());
  }

  @Test
  void hold_isGrantedWhenTheLastPeerHasAcked_once() {
    with(a, b);
    var asked = new Asked("k");
    turn();
    a.ack(1);
    a.ack(1);
    tellGranted();
    assertEquals(0, asked.granted);
    b.ack(1);
    b.ack(1);
    tellGranted();
    assertEquals(1, asked.granted);
  }

  @Test
  void hold_unacked_isGrantedWhenTheLeaseThatThePeerTellsIsOver_notBefore() {
    with(a, b);
    b.leaseMillis = 1_000;
    b.beat(true);
    var asked = new Asked("k");
    turn();
    a.ack(1);
    clock.passMillis(1_069);
    turn();
    assertEquals(0, asked.granted);
    clock.passMillis(1);
    turn();
    assertEquals(1, asked.granted);
  }

  @Test
  void hold_peerHangsForLonger_needsNoWait() {
    with(a);
    clock.passMillis(SETTLE_MILLIS);
    var asked = new Asked("k");
    turn();
    assertEquals(1, asked.granted);
  }

  @Test
  void hold_ackForAnotherLifeOfOurs_doesNotCount() {
    with(a);
    var asked = new Asked("k");
    turn();
    a.say(new Ack(a.life, List.of(1L)));
    tellGranted();
    assertEquals(0, asked.granted);
  }

  @Test
  void echoes_grantNothingFromTheSendingOfAHoldUntilItIsAppliedOrSettled() {
    with(a, b);
    assertEquals(List.of(true, true), grants());
    var first = new Asked("k");
    assertEquals(List.of(true, true), grants());
    turn();
    assertEquals(List.of(false, false), grants());
    a.ack(1);
    assertEquals(List.of(true, false), grants());
    new Asked("l");
    turn();
    assertEquals(List.of(false, false), grants());
    a.ack(2);
    first.hold.settle();
    turn();
    assertEquals(List.of(true, false), grants());
    b.ack(2);
    assertEquals(List.of(true, true), grants());
  }

  @Test
  void newcomer_isNotWaitedForAndGetsNoGrantUntilSettled() {
    with(a);
    var asked = new Asked("k");
    turn();
    protocol.members(List.of(a.member(), b.member()));
    b.beat(false);
    a.ack(1);
    tellGranted();
    assertEquals(1, asked.granted);
    assertEquals(List.of(true, false), grants());
    asked.hold.settle();
    turn();
    assertEquals(List.of(true, true), grants());
  }

  @Test
  void goodbye_endsTheWaitAtOnce() {
    with(a);
    var asked = new Asked("k");
    turn();
    a.say(new Goodbye(a.sequence));
    tellGranted();
    assertEquals(1, asked.granted);
  }

  @Test
  void vanishedPeer_isWaitedForUntilItsLeaseIsOver_alsoByLaterHolds() {
    with(a);
    var before = new Asked("k");
    turn();
    a.vanish();
    var after = new Asked("l");
    turn();
    clock.passMillis(SETTLE_MILLIS - 1);
    turn();
    assertEquals(0, before.granted + after.granted);
    clock.passMillis(1);
    turn();
    assertEquals(2, before.granted + after.granted);
  }

  @Test
  void vanishedPeerThatComesBackInTheSameLife_isGrantedNothingThatItAckedBefore() {
    with(a, b);
    new Asked("k");
    turn();
    a.ack(1);
    b.ack(1);
    protocol.members(List.of(b.member()));
    protocol.members(List.of(b.member(), a.member()));
    a.beat(false);
    assertEquals(List.of(true, false), grants());
  }

  @Test
  void joiningAnew_waitsForTheLeasesOfAllAndGrantsNothing() {
    with(a);
    var asked = new Asked("k");
    turn();
    a.ack(1);
    tellGranted();
    protocol.joined(SELF, List.of(a.member()), true);
    a.beat(false);
    assertEquals(List.of(false), grants());
    asked.hold.settle();
    var next = new Asked("l");
    turn();
    a.ack(2);
    turn();
    assertEquals(0, next.granted);
    clock.passMillis(SETTLE_MILLIS);
    turn();
    assertEquals(1, next.granted);
  }

  @Test
  void peerInNewLife_acksOfTheOldOneDoNotCount() {
    with(a);
    new Asked("k");
    turn();
    a.ack(1);
    a.life = Incarnation.next(random);
    a.beat(false);
    assertEquals(List.of(false), grants());
  }

  @Test
  void settledBeforeItWasGranted_neverIs() {
    with(a);
    var asked = new Asked("k");
    assertEquals(1, turn().holds().size());
    asked.hold.settle();
    assertEquals(1, turn().settled().size());
    a.ack(1);
    clock.passMillis(SETTLE_MILLIS);
    turn();
    assertEquals(0, asked.granted);
    assertFalse(asked.hold.isGranted());
  }

  @Test
  void settledBeforeItWasSent_sendsNothing() {
    with(a);
    new Asked("k").hold.settle();
    assertEquals(new StrongKeys.Turn(List.of(), List.of(), Map.of()), turn());
  }

  @Test
  void settledTwice_isToldOnce() {
    with(a);
    var asked = new Asked("k");
    turn();
    asked.hold.settle();
    asked.hold.settle();
    assertEquals(1, turn().settled().size());
    assertEquals(List.of(), turn().settled());
  }

  @Test
  void tooManyKeysHeld_nextIsRefusedUntilOneIsSettled() {
    List<HeldKey> half = new ArrayList<>();
    for (int i = 0; i < HoldRequests.KEYS_MAX / 2; i++) {
      half.add(new HeldKey(0, new byte[] {1}));
    }
    Hold first = requests.ask(half, () -> {});
    assertNotNull(first);
    assertNotNull(requests.ask(half, () -> {}));
    assertNull(requests.ask(List.of(), () -> {}));
    first.settle();
    assertNotNull(requests.ask(List.of(), () -> {}));
  }

  @Test
  void moreKeysThanAMessageHas_holdEveryKey() {
    with(a);
    String[] keys = new String[BusCodec.MESSAGE_KEYS_MAX + 1];
    Arrays.fill(keys, "k");
    new Asked(keys);
    List<HeldKeys> lines = turn().holds();
    assertEquals(1, lines.size());
    assertEquals(List.of(), lines.getFirst().keys());
  }

  @Test
  void oldestHold_neverCoversOneThatIsToCome() {
    with(a);
    assertEquals(1, protocol.strong().info().oldestHold());
    var first = new Asked("k");
    new Asked("l");
    turn();
    assertEquals(1, protocol.strong().info().oldestHold());
    first.hold.settle();
    turn();
    assertEquals(2, protocol.strong().info().oldestHold());
  }

  // As a peer of the writer.

  @Test
  void holdOfPeer_isAppliedAndAckedAndEndsWhenSettled() {
    with(a);
    a.hold(1, "k", "l");
    assertEquals(Map.of(a.life, List.of(1L)), turn().acks());
    assertEquals(Map.of(), turn().acks());
    a.settle(1, "k", "l");
    assertEquals(List.of("held a:k,l", "settled a:k,l"), heard);
  }

  @Test
  void holdOfPeer_notTaken_isNotAckedAndItsEndOnlyDrops() {
    with(a);
    listenerFails = true;
    a.hold(1, "k");
    assertEquals(Map.of(a.life, List.of()), turn().acks());
    a.settle(1, "k");
    assertEquals(List.of("UNKNOWN_KEYS", "dropped a:k"), heard);
  }

  @Test
  void holdOfPeer_repeated_isAppliedOnce() {
    with(a);
    a.hold(1, "k");
    a.sequence--;
    a.hold(1, "k");
    assertEquals(List.of("held a:k"), heard);
  }

  @Test
  void holdOfPeer_overtaken_isNeitherAppliedNorAcked() {
    with(a);
    a.sequence++;
    a.write("x");
    a.sequence = 0;
    a.hold(1, "k");
    assertEquals(List.of("BUS_GAP", "dropped a:x"), heard);
    assertEquals(Map.of(), turn().acks());
  }

  @Test
  void gap_leavesHoldsInForce() {
    with(a);
    a.hold(1, "k");
    a.sequence++;
    a.write("x");
    assertEquals(List.of("held a:k", "BUS_GAP", "dropped a:x"), heard);
  }

  @Test
  void settledLost_endsWithTheBeatThatKnowsIt() {
    with(a);
    a.hold(1, "k");
    a.hold(2, "l");
    a.sequence++;
    a.oldestHold = 2;
    a.beat(true);
    assertEquals(List.of("held a:k", "held a:l", "BUS_GAP", "settled a:k"), heard);
    a.settle(1, "k");
    assertEquals("dropped a:k", heard.getLast());
  }

  @Test
  void settledOfEveryKey_unknownHere_movesTheEpoch() {
    with(a);
    a.settle(1);
    assertEquals(List.of("UNKNOWN_KEYS"), heard);
  }

  @Test
  void holdsOfPeerThatVanished_endAfterATime() {
    with(a);
    a.hold(1, "k");
    a.vanish();
    clock.passMillis(AFTER_LOSS_MILLIS - 1);
    turn();
    assertEquals(List.of("held a:k", "PEER_LOST"), heard);
    clock.passMillis(1);
    turn();
    assertEquals(List.of("held a:k", "PEER_LOST", "settled a:k"), heard);
  }

  @Test
  void holdsOfPeerThatLeft_endAfterATime() {
    with(a);
    a.hold(1, "k");
    a.say(new Goodbye(a.sequence));
    turn();
    assertEquals(List.of("held a:k"), heard);
    clock.passMillis(AFTER_LOSS_MILLIS);
    turn();
    assertEquals(List.of("held a:k", "settled a:k"), heard);
  }

  @Test
  void holdsOfPeerThatCameBackInTheSameLife_stay() {
    with(a);
    a.hold(1, "k");
    a.vanish();
    protocol.members(List.of(a.member()));
    a.beat(false);
    clock.passMillis(AFTER_LOSS_MILLIS);
    turn();
    assertEquals(List.of("held a:k", "PEER_LOST", "PEER_NEW"), heard);
  }

  @Test
  void moreKeysHeldThanFit_holdEveryKeyUntilAllThoseAreSettled() {
    with(a);
    String[] many = new String[BusCodec.MESSAGE_KEYS_MAX];
    Arrays.fill(many, "k");
    for (long hold = 1; hold <= PeerHolds.KEYS_MAX / many.length; hold++) {
      a.hold(hold, many);
    }
    heard.clear();
    turn();
    a.hold(1_001, "x");
    a.hold(1_002, "y");
    assertEquals(List.of(1_001L, 1_002L), turn().acks().get(a.life));
    a.settle(1_001, "x");
    a.oldestHold = 1_002;
    a.beat(true);
    assertEquals("held a:", heard.getFirst());
    assertFalse(heard.contains("settled a:"));
    a.oldestHold = 1_003;
    a.beat(true);
    assertEquals("settled a:", heard.getLast());
  }

  // Leases.

  @Test
  void lease_runsFromOurStampThatAGrantEchoed() {
    protocol.joined(SELF, List.of(a.member()), false);
    a.beat(false);
    assertFalse(open());
    a.beat(true);
    assertEquals(clock.nanos() + 500_000_000L, protocol.strong().untilNanos());
    clock.passMillis(499);
    a.beat(false);
    assertTrue(open());
    clock.passMillis(1);
    assertFalse(open());
  }

  @Test
  void lease_hangsOnThePeerWhoseGrantIsOldest() {
    with(a, b);
    clock.passMillis(400);
    a.beat(true);
    assertTrue(open());
    clock.passMillis(100);
    assertFalse(open());
  }

  @Test
  void lease_nobodyElse_hasNoEnd() {
    with();
    assertEquals(Long.MAX_VALUE, protocol.strong().untilNanos());
  }

  @Test
  void lost_closes() {
    with(a);
    protocol.lost("as the test wants");
    assertFalse(open());
  }

  @Test
  void peerThatVanished_closesUntilItsLastWritesAreOver() {
    with(a);
    a.vanish();
    clock.passMillis(AFTER_LOSS_MILLIS - 1);
    turn();
    assertFalse(open());
    clock.passMillis(1);
    turn();
    assertTrue(open());
  }

  @Test
  void peerThatLeft_doesNotClose() {
    with(a);
    a.say(new Goodbye(a.sequence));
    assertTrue(open());
  }

  @Test
  void peerThatLeftAfterSomethingWasMissed_closesForAWhile() {
    with(a);
    a.sequence++;
    a.write("x");
    a.say(new Goodbye(a.sequence));
    assertFalse(open());
    clock.passMillis(AFTER_LOSS_MILLIS);
    turn();
    assertTrue(open());
  }

  @Test
  void peerInNewLife_mustGrantAnew() {
    with(a);
    a.life = Incarnation.next(random);
    a.beat(false);
    clock.passMillis(AFTER_LOSS_MILLIS);
    turn();
    a.beat(false);
    assertFalse(open());
    a.beat(true);
    assertTrue(open());
  }

  @Test
  void anchors_areOfThoseWhoseGrantsHold() {
    with(a, b);
    clock.passMillis(400);
    a.beat(true);
    clock.passMillis(200);
    assertEquals(List.of(new Incarnation(0, 'a').hex()), protocol.grants().anchors(clock.nanos()));
  }
}
