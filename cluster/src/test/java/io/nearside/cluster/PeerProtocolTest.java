package io.nearside.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.cluster.BusMessage.Beat;
import io.nearside.cluster.BusMessage.Echo;
import io.nearside.cluster.BusMessage.Epoch;
import io.nearside.cluster.BusMessage.Goodbye;
import io.nearside.cluster.BusMessage.KeyGroup;
import io.nearside.cluster.BusMessage.Keys;
import io.nearside.cluster.BusMessage.NodeInfo;
import io.nearside.cluster.BusMessage.Positions;
import io.nearside.cluster.BusMessage.ResourceDemand;
import io.nearside.cluster.BusMessage.StreamPosition;
import io.nearside.cluster.BusMessage.TrackingState;
import io.nearside.cluster.BusMessage.Unknown;
import io.nearside.cluster.PeerTransport.TransportMember;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Each rule of the protocol, without threads, sockets or real time. */
final class PeerProtocolTest {
  private static final long STALENESS_MILLIS = 1_000;
  private static final TransportMember SELF = new TransportMember("t-self", "10.0.0.1:1");

  private final ManualClock clock = new ManualClock();
  private final RecordingListener heard = new RecordingListener();
  private final BusCounters counters = new BusCounters(clock.nanos());
  private final Random random = new Random(7);
  private final PeerProtocol protocol = protocol(0);

  private final Remote a = new Remote("a");
  private final Remote b = new Remote("b");

  private PeerProtocol protocol(long lostPeerFenceMillis) {
    BusSettings settings =
        new BusSettings(
            "self",
            "1.0",
            "zone",
            STALENESS_MILLIS,
            ClusterSecret.of("sixteen bytes at least"),
            1_000,
            lostPeerFenceMillis,
            1_000);
    PeerProtocol created =
        new PeerProtocol(settings, clock, () -> Incarnation.next(random), counters);
    created.listener(heard);
    return created;
  }

  /** A peer that is played by the test. */
  private final class Remote {
    final String id;
    String transportId;
    Incarnation life = Incarnation.next(random);
    long counter;
    long sequence;
    long stamp = 5;
    boolean missesPeers;
    List<ResourceDemand> demands = List.of();

    Remote(String id) {
      this.id = id;
      this.transportId = "t-" + id;
    }

    TransportMember member() {
      return new TransportMember(transportId, "10.0.0.2:" + id);
    }

    void keys(long number, String... keys) {
      List<byte[]> bytes = new ArrayList<>();
      for (String key : keys) {
        bytes.add(key.getBytes(StandardCharsets.UTF_8));
      }
      say(new Keys(number, clock.wallNanos(), List.of(new KeyGroup(3, bytes))));
    }

    void write(String key) {
      keys(++sequence, key);
    }

    Beat beat(Echo... echoes) {
      return new Beat(
          sequence,
          ++stamp,
          List.of(echoes),
          new NodeInfo(id, "10.0.0.2", transportId, "1.1", "z", false, missesPeers),
          demands);
    }

    void say(BusMessage message) {
      protocol.receive(life, ++counter, message);
    }

    /** Beats with an echo of what we stamp now. */
    void prove() {
      say(beat(echoNow()));
    }
  }

  private Echo echoNow() {
    return new Echo(protocol.self(), clock.nanos());
  }

  private void join(Remote... others) {
    List<TransportMember> members = new ArrayList<>();
    for (Remote other : others) {
      members.add(other.member());
    }
    protocol.joined(SELF, members, false);
  }

  /** Joined with a peer that is proven now; what happened until then is forgotten. */
  private void settledWith(Remote... others) {
    join(others);
    for (Remote other : others) {
      other.prove();
    }
    heard.epochs.clear();
    heard.events.clear();
  }

  private boolean fresh() {
    return fresh(protocol);
  }

  private boolean fresh(PeerProtocol of) {
    return Freshness.isFresh(of.freshUntilNanos(), clock.nanos());
  }

  // Alone, joining, leaving.

  @Test
  void created_notJoined_isFenced() {
    assertFalse(fresh());
    assertEquals("fenced: not joined: joining", protocol.freshnessDetail("joining"));
  }

  @Test
  void joined_alone_isFreshWithoutEnd() {
    join();
    assertEquals(Long.MAX_VALUE, protocol.freshUntilNanos());
    assertEquals(List.of(EpochReason.BUS_JOINED), heard.epochs);
  }

  @Test
  void alone_memberAppears_isFencedAtOnce() {
    join();
    protocol.members(List.of(a.member()));
    assertFalse(fresh());
    assertTrue(protocol.takeBeatWanted());
  }

  @Test
  void joined_listener_isToldBeforeFreshness() {
    List<Boolean> freshWhenMoved = new ArrayList<>();
    protocol.listener(
        new BusListener() {
          @Override
          public void invalidate(int database, byte[] key, String fromNode) {}

          @Override
          public void moveEpoch(EpochReason reason, String fromNode) {
            freshWhenMoved.add(fresh());
          }

          @Override
          public void event(ClusterEvent event) {}
        });
    join();
    assertEquals(List.of(false), freshWhenMoved);
  }

  @Test
  void joined_transportLost_movesEpochAndFences() {
    join();
    protocol.lost("cut off");
    assertFalse(fresh());
    assertFalse(protocol.isJoined());
    assertEquals(List.of(EpochReason.BUS_JOINED, EpochReason.BUS_LOST), heard.epochs);
  }

  @Test
  void joined_mergedAfterSplit_movesEpochInNewIncarnationUnproven() {
    settledWith(a);
    Incarnation before = protocol.self();
    protocol.joined(new TransportMember("t-self2", ""), List.of(a.member()), true);
    assertNotEquals(before, protocol.self());
    assertEquals(List.of(EpochReason.BUS_MERGED), heard.epochs);
    assertFalse(fresh());
  }

  @Test
  void merged_echoOfFormerIncarnation_provesNothing() {
    settledWith(a);
    Echo former = echoNow();
    protocol.joined(new TransportMember("t-self2", ""), List.of(a.member()), true);
    a.say(a.beat(former));
    assertFalse(fresh());
  }

  // Proof.

  @Test
  void peer_listedButNeverHeard_fences() {
    join(a);
    assertFalse(fresh());
    assertTrue(protocol.freshnessDetail("").contains("10.0.0.2:a has not been heard"));
  }

  @Test
  void peer_firstBeatWithoutEcho_movesEpochAndStillFences() {
    join(a);
    a.say(a.beat());
    assertEquals(List.of(EpochReason.BUS_JOINED, EpochReason.PEER_NEW), heard.epochs);
    assertEquals(1, heard.count(ClusterEvent.Type.JOIN));
    assertFalse(fresh());
    assertTrue(protocol.freshnessDetail("").contains("a has not echoed"));
  }

  @Test
  void peer_echo_provesUntilStalenessAfterOurStampNotAfterArrival() {
    join(a);
    Echo echo = echoNow();
    clock.passMillis(400);
    a.say(a.beat(echo));
    assertEquals(echo.stampNanos() + STALENESS_MILLIS * 1_000_000, protocol.freshUntilNanos());
    clock.passMillis(599);
    assertTrue(fresh());
    clock.passMillis(1);
    assertFalse(fresh());
  }

  @Test
  void peer_echoFromOurFuture_provesNothing() {
    join(a);
    a.say(a.beat(new Echo(protocol.self(), clock.nanos() + 1)));
    assertFalse(fresh());
  }

  @Test
  void peer_olderEchoAfterNewer_takesNothingBack() {
    join(a);
    Echo older = echoNow();
    clock.passMillis(100);
    a.prove();
    long until = protocol.freshUntilNanos();
    a.say(a.beat(older));
    assertEquals(until, protocol.freshUntilNanos());
  }

  @Test
  void twoPeers_oneSilent_fencesWhenItsProofEnds() {
    settledWith(a, b);
    clock.passMillis(600);
    a.prove();
    clock.passMillis(399);
    assertTrue(fresh());
    clock.passMillis(1);
    a.prove();
    assertFalse(fresh());
    assertTrue(protocol.freshnessDetail("").contains("proof of b"), protocol.freshnessDetail(""));
  }

  @Test
  void silence_tick_reportsFenceAndProofReportsUnfence() {
    settledWith(a);
    clock.passMillis(STALENESS_MILLIS);
    protocol.tick();
    protocol.tick();
    assertEquals(1, heard.count(ClusterEvent.Type.FENCE));
    a.prove();
    assertEquals(1, heard.count(ClusterEvent.Type.UNFENCE));
    assertEquals(List.of(), heard.epochs, "nothing was missed");
  }

  @Test
  void paused_drainsBacklog_staysFencedUntilRecentEcho() {
    settledWith(a);
    List<Beat> backlog = new ArrayList<>();
    Echo lastBeforePause = echoNow();
    for (int i = 0; i < 50; i++) {
      backlog.add(a.beat(lastBeforePause));
    }
    clock.passMillis(8_000);
    for (Beat beat : backlog) {
      a.say(beat);
      assertFalse(fresh());
    }
    a.prove();
    assertTrue(fresh());
  }

  // Numbers.

  @Test
  void keys_inOrder_areApplied() {
    settledWith(a);
    a.write("k1");
    a.write("k2");
    assertEquals(List.of("3:k1@a", "3:k2@a"), heard.keys);
    assertEquals(0, counters.gaps.sum() + counters.duplicates.sum());
  }

  @Test
  void keys_repeated_areCountedAndIgnored() {
    settledWith(a);
    a.write("k1");
    a.keys(1, "k1");
    assertEquals(1, heard.keys.size());
    assertEquals(1, counters.duplicates.sum());
  }

  @Test
  void keys_numberMissing_movesEpochOnceAndGoesOn() {
    settledWith(a);
    a.write("k1");
    a.sequence += 3;
    a.write("k5");
    a.write("k6");
    assertEquals(List.of(EpochReason.BUS_GAP), heard.epochs);
    assertEquals(1, counters.gaps.sum());
    assertEquals(List.of("3:k1@a", "3:k5@a", "3:k6@a"), heard.keys);
  }

  @Test
  void keys_lateAfterGap_areIgnored() {
    settledWith(a);
    a.keys(2, "second");
    a.keys(1, "first");
    assertEquals(List.of("3:second@a"), heard.keys);
    assertEquals(1, heard.epochs.size());
  }

  @Test
  void beat_announcesMoreThanCame_isGapBeforeItProves() {
    settledWith(a);
    long before = protocol.freshUntilNanos();
    List<Long> untilWhenMoved = new ArrayList<>();
    protocol.listener(
        new BusListener() {
          @Override
          public void invalidate(int database, byte[] key, String fromNode) {}

          @Override
          public void moveEpoch(EpochReason reason, String fromNode) {
            untilWhenMoved.add(protocol.freshUntilNanos());
          }

          @Override
          public void event(ClusterEvent event) {}
        });
    clock.passMillis(100);
    a.sequence = 4;
    a.prove();
    assertEquals(List.of(before), untilWhenMoved);
    assertTrue(protocol.freshUntilNanos() - before > 0);
  }

  @Test
  void gap_afterSilence_isNamedSo() {
    settledWith(a);
    clock.passMillis(STALENESS_MILLIS);
    a.sequence = 1;
    a.prove();
    assertEquals(List.of(EpochReason.PEER_SILENT), heard.epochs);
  }

  @Test
  void epoch_asked_movesWithItsReason() {
    settledWith(a);
    a.say(new Epoch(1, clock.wallNanos(), EpochReason.FLUSH));
    assertEquals(List.of(EpochReason.FLUSH), heard.epochs);
    a.say(new Epoch(1, clock.wallNanos(), EpochReason.FLUSH));
    assertEquals(1, heard.epochs.size());
  }

  @Test
  void keys_applied_reportLag() {
    settledWith(a);
    Keys keys = new Keys(1, clock.wallNanos(), List.of());
    clock.passMillis(30);
    a.say(keys);
    assertEquals(List.of(30_000_000L), heard.lags);
    assertEquals(30_000_000, counters.snapshot(clock.nanos()).lagNanosMax());
    clock.passMillis(61_000);
    assertEquals(0, counters.snapshot(clock.nanos()).lagNanosMax());
  }

  @Test
  void keys_ofClockAhead_haveNoNegativeLag() {
    settledWith(a);
    a.say(new Keys(1, clock.wallNanos() + 5_000_000, List.of()));
    assertEquals(List.of(0L), heard.lags);
  }

  // Positions.

  private void position(Remote from, long number, long position) {
    StreamPosition at = new StreamPosition("wal", 7, position);
    from.say(new Positions(number, clock.wallNanos(), List.of(at)));
  }

  @Test
  void positions_inOrderWithKeys_areApplied() {
    settledWith(a);
    position(a, 1, 50);
    a.keys(2, "k");
    position(a, 3, 40);
    position(a, 3, 60);
    assertEquals(List.of("wal:7/50", "k", "wal:7/40"), heard.all);
    assertEquals("wal:7/40@a", heard.positions.getLast());
    assertEquals(1, counters.duplicates.sum());
    assertEquals(List.of(), heard.epochs);
  }

  @Test
  void positions_numberMissing_movesEpoch() {
    settledWith(a);
    position(a, 2, 50);
    assertEquals(List.of(EpochReason.BUS_GAP), heard.epochs);
    a.sequence = 3;
    a.prove();
    assertEquals(2, heard.epochs.size(), "the beat tells of one that is lost");
  }

  @Test
  void position_throws_movesEpochInstead() {
    settledWith(a);
    List<EpochReason> epochs = new ArrayList<>();
    protocol.listener(failing(epochs, 0));
    position(a, 1, 50);
    assertEquals(List.of(EpochReason.UNKNOWN_KEYS), epochs);
  }

  @Test
  void numberedMessage_ofNewerVersion_isAGap() {
    settledWith(a);
    a.say(new Unknown(1, clock.wallNanos()));
    assertEquals(List.of(EpochReason.BUS_GAP), heard.epochs);
    assertEquals(1, counters.gaps.sum());
    a.keys(2, "k");
    a.sequence = 2;
    a.prove();
    assertEquals(1, heard.epochs.size(), "and not missed twice");
  }

  // Demands.

  @Test
  void demands_areWhatEachPeerSaidLast() {
    settledWith(a, b);
    a.demands = List.of(new ResourceDemand("db", 5, 2), new ResourceDemand("other", 1, 1));
    a.prove();
    b.demands = List.of(new ResourceDemand("db", 7, 0));
    b.prove();
    assertEquals(List.of(new Demand("a", 5, 2), new Demand("b", 7, 0)), protocol.demands("db"));
    a.demands = List.of();
    a.prove();
    assertEquals(List.of(new Demand("b", 7, 0)), protocol.demands("db"));
  }

  @Test
  void demands_ofOlderBeat_areIgnored() {
    settledWith(a);
    a.demands = List.of(new ResourceDemand("db", 5, 2));
    Beat older = a.beat();
    a.demands = List.of(new ResourceDemand("db", 6, 2));
    a.prove();
    protocol.receive(a.life, a.counter, older);
    assertEquals(List.of(new Demand("a", 6, 2)), protocol.demands("db"));
  }

  @Test
  void demands_ofPeerThatIsSilentOrGoneOrNew_areForgotten() {
    settledWith(a);
    a.demands = List.of(new ResourceDemand("db", 5, 2));
    a.prove();
    clock.passMillis(STALENESS_MILLIS);
    assertEquals(1, protocol.demands("db").size());
    clock.passMillis(1);
    assertEquals(List.of(), protocol.demands("db"), "silent");
    a.prove();
    a.say(new Goodbye(0));
    assertEquals(List.of(), protocol.demands("db"), "said goodbye");
    settledWith(b);
    b.demands = List.of(new ResourceDemand("db", 1, 0));
    b.prove();
    protocol.lost("cut off");
    assertEquals(List.of(), protocol.demands("db"), "not joined");
  }

  // Replays.

  @Test
  void beat_replayed_isIgnored() {
    settledWith(a);
    Beat beat = a.beat(echoNow());
    a.say(beat);
    clock.passMillis(500);
    long heardBefore = protocol.peers().getFirst().lastHeardMillis();
    protocol.receive(a.life, a.counter, beat);
    assertEquals(heardBefore, protocol.peers().getFirst().lastHeardMillis());
    assertEquals(1, counters.duplicates.sum());
  }

  @Test
  void beat_ofGoneMember_bringsNobodyBack() {
    settledWith(a);
    protocol.members(List.of());
    heard.epochs.clear();
    a.prove();
    assertEquals(List.of(), protocol.peers());
    assertEquals(List.of(), heard.epochs);
    assertEquals(Long.MAX_VALUE, protocol.freshUntilNanos());
  }

  @Test
  void beat_ofGivenUpIncarnation_isNotBelieved() {
    settledWith(a);
    Incarnation first = a.life;
    a.life = Incarnation.next(random);
    a.prove();
    heard.epochs.clear();
    protocol.receive(first, 1_000, a.beat(echoNow()));
    assertEquals(List.of(), heard.epochs);
    assertEquals(a.life.hex(), protocol.peers().getFirst().incarnation());
  }

  @Test
  void keys_ofUnknownIncarnation_areIgnored() {
    settledWith(a);
    b.write("k");
    assertEquals(List.of(), heard.keys);
    assertEquals(1, counters.duplicates.sum());
  }

  @Test
  void ownMessages_areIgnored() {
    settledWith(a);
    protocol.receive(protocol.self(), 1, new Goodbye(9));
    assertEquals(0, counters.duplicates.sum());
  }

  // Peers coming and going.

  @Test
  void peer_newIncarnation_movesEpochAndFencesUntilProven() {
    settledWith(a);
    a.write("k1");
    a.life = Incarnation.next(random);
    a.counter = 0;
    a.sequence = 0;
    a.say(a.beat());
    assertEquals(List.of(EpochReason.PEER_NEW), heard.epochs);
    assertFalse(fresh());
    a.prove();
    assertTrue(fresh());
    a.write("again");
    assertEquals("3:again@a", heard.keys.getLast());
  }

  @Test
  void peer_gone_movesEpoch() {
    settledWith(a, b);
    protocol.members(List.of(b.member()));
    assertEquals(List.of(EpochReason.PEER_LOST), heard.epochs);
    assertEquals(1, heard.count(ClusterEvent.Type.LEAVE));
    assertTrue(fresh());
  }

  @Test
  void peer_goneBeforeItSpoke_movesEpochToo() {
    join(a);
    heard.epochs.clear();
    protocol.members(List.of());
    assertEquals(List.of(EpochReason.PEER_LOST), heard.epochs);
  }

  @Test
  void peer_goodbyeThenGone_losesNothing() {
    settledWith(a);
    a.write("k");
    a.say(new Goodbye(a.sequence));
    clock.passMillis(2 * STALENESS_MILLIS);
    assertTrue(fresh(), "nothing is left to prove");
    protocol.members(List.of());
    assertEquals(List.of(), heard.epochs);
    assertEquals(1, heard.count(ClusterEvent.Type.LEAVE));
  }

  @Test
  void peer_goodbyeWithMissingNumbers_movesEpoch() {
    settledWith(a);
    a.say(new Goodbye(3));
    assertEquals(List.of(EpochReason.BUS_GAP), heard.epochs);
  }

  @Test
  void peer_comesBackWithSameIncarnation_isNewAgain() {
    settledWith(a);
    protocol.members(List.of());
    protocol.members(List.of(a.member()));
    assertFalse(fresh());
    heard.epochs.clear();
    a.prove();
    assertEquals(List.of(EpochReason.PEER_NEW), heard.epochs);
    assertTrue(fresh());
  }

  @Test
  void lostPeer_held_fencesForItsTime() {
    PeerProtocol holding = protocol(3_000);
    holding.joined(SELF, List.of(a.member()), false);
    holding.receive(a.life, 1, a.beat(new Echo(holding.self(), clock.nanos())));
    holding.members(List.of());
    assertFalse(fresh(holding));
    assertTrue(holding.freshnessDetail("").contains("cut off from a"));
    clock.passMillis(2_999);
    holding.tick();
    assertFalse(fresh(holding));
    clock.passMillis(1);
    holding.tick();
    assertEquals(Long.MAX_VALUE, holding.freshUntilNanos());
  }

  @Test
  void lostPeer_held_isForgivenWhenItIsBack() {
    PeerProtocol holding = protocol(3_000);
    holding.joined(SELF, List.of(a.member()), false);
    holding.receive(a.life, 1, a.beat(new Echo(holding.self(), clock.nanos())));
    holding.members(List.of());
    a.transportId = "t-a-again";
    a.life = Incarnation.next(random);
    holding.members(List.of(a.member()));
    holding.receive(a.life, 1, a.beat(new Echo(holding.self(), clock.nanos())));
    assertTrue(fresh(holding));
  }

  @Test
  void lostPeer_held_isForgottenWhenItHasEnded() {
    PeerProtocol holding = protocol(3_000);
    holding.joined(SELF, List.of(a.member()), false);
    holding.members(List.of());
    assertFalse(fresh(holding));
    assertEquals(List.of(a.member()), holding.takeLost());
    assertEquals(List.of(), holding.takeLost());
    holding.ended(b.transportId);
    assertFalse(fresh(holding));
    holding.ended(a.transportId);
    assertEquals(Long.MAX_VALUE, holding.freshUntilNanos());
  }

  @Test
  void lostPeer_byOurOwnLossOfTheTransport_isHeldToo() {
    PeerProtocol holding = protocol(3_000);
    holding.joined(SELF, List.of(a.member()), false);
    holding.receive(a.life, 1, a.beat(new Echo(holding.self(), clock.nanos())));
    holding.lost("cut off");
    holding.joined(new TransportMember("t-self2", ""), List.of(), false);
    assertFalse(fresh(holding), "a may be on the other side");
    assertEquals(List.of(a.member()), holding.takeLost());
  }

  @Test
  void peer_missesOthers_fencesUsAsLong() {
    settledWith(a, b);
    b.missesPeers = true;
    b.prove();
    assertFalse(fresh());
    assertTrue(protocol.freshnessDetail("").contains("b misses peers"));
    a.prove();
    assertFalse(fresh());
    b.missesPeers = false;
    b.prove();
    assertTrue(fresh());
  }

  @Test
  void peers_beyondTheLimit_fence() {
    List<TransportMember> members = new ArrayList<>();
    List<Remote> remotes = new ArrayList<>();
    for (int i = 0; i <= BusCodec.PEERS_MAX; i++) {
      Remote remote = new Remote("n" + i);
      remotes.add(remote);
      members.add(remote.member());
    }
    protocol.joined(SELF, members, false);
    remotes.forEach(Remote::prove);
    assertFalse(fresh());
    assertEquals(BusCodec.PEERS_MAX, protocol.echoes().size());
    protocol.members(members.subList(0, BusCodec.PEERS_MAX));
    assertTrue(fresh());
  }

  // A listener that fails.

  @Test
  void invalidation_throws_movesEpochInstead() {
    settledWith(a);
    List<EpochReason> epochs = new ArrayList<>();
    protocol.listener(failing(epochs, 0));
    a.write("k");
    assertEquals(List.of(EpochReason.UNKNOWN_KEYS), epochs);
    assertTrue(fresh());
  }

  @Test
  void epoch_throws_fencesUntilItMoved() {
    settledWith(a);
    List<EpochReason> epochs = new ArrayList<>();
    protocol.listener(failing(epochs, 1));
    a.say(new Epoch(1, clock.wallNanos(), EpochReason.FLUSH));
    assertFalse(fresh());
    a.prove();
    assertFalse(fresh(), "a proof does not pay what is owed");
    protocol.tick();
    assertEquals(List.of(EpochReason.FLUSH), epochs);
    assertTrue(fresh());
  }

  private static BusListener failing(List<EpochReason> epochs, int epochFailures) {
    return new BusListener() {
      private int failures = epochFailures;

      @Override
      public void invalidate(int database, byte[] key, String fromNode) {
        throw new IllegalStateException("on purpose");
      }

      @Override
      public void position(String stream, long timeline, long position, String fromNode) {
        throw new IllegalStateException("on purpose");
      }

      @Override
      public void moveEpoch(EpochReason reason, String fromNode) {
        if (failures-- > 0) {
          throw new IllegalStateException("on purpose");
        }
        epochs.add(reason);
      }

      @Override
      public void event(ClusterEvent event) {
        throw new IllegalStateException("on purpose");
      }
    };
  }

  // What we tell.

  @Test
  void echoes_holdNewestStampOfEachPeer() {
    settledWith(a, b);
    a.prove();
    assertEquals(
        List.of(new Echo(a.life, a.stamp, true), new Echo(b.life, b.stamp, true)),
        protocol.echoes());
  }

  @Test
  void info_tellsWhetherFenced() {
    settledWith(a);
    assertFalse(protocol.info().fenced());
    clock.passMillis(STALENESS_MILLIS);
    assertTrue(protocol.info().fenced());
  }

  @Test
  void peers_areShownAsTheyToldThemselves() {
    settledWith(a);
    a.write("k");
    clock.passMillis(40);
    Member peer = protocol.peers().getFirst();
    assertEquals("a", peer.id());
    assertEquals("1.1", peer.version());
    assertEquals("z", peer.zone());
    assertEquals(40, peer.lastHeardMillis());
    assertEquals(1, peer.sequence());
  }

  // Tracking.

  private Beat tracks(Beat beat, boolean active, long sinceAge, long provenAge) {
    return new Beat(
        beat.lastSequence(),
        beat.stampNanos(),
        beat.echoes(),
        beat.info(),
        beat.demands(),
        beat.strong(),
        List.of(new TrackingState("s", active, sinceAge, provenAge)));
  }

  /** What it published before we knew it we have not applied. */
  @Test
  void beat_ofPeerThatHasTrackedForLong_countsSinceWeKnowIt() {
    join(a);
    Echo echo = echoNow();
    long stamp = clock.nanos();
    clock.passMillis(30);
    long bound = clock.nanos();
    a.say(tracks(a.beat(echo), true, 70_000_000, 5_000_000));
    assertEquals(List.of("s@a since " + bound + " proven " + (stamp - 5_000_000)), heard.tracked);
  }

  @Test
  void beat_withTracking_isToldInOurClock() {
    join(a);
    a.say(a.beat());
    clock.passMillis(100);
    Echo echo = echoNow();
    long stamp = clock.nanos();
    clock.passMillis(30);
    a.say(tracks(a.beat(echo), true, 70_000_000, 5_000_000));
    assertEquals(
        List.of("s@a since " + (clock.nanos() - 70_000_000) + " proven " + (stamp - 5_000_000)),
        heard.tracked);
    assertEquals(
        List.of(new TrackingPeer("a", a.life.hex(), true, 0)), protocol.trackingPeers("s"));
    assertEquals(List.of(), protocol.trackingPeers("other"));
  }

  @Test
  void beat_withTracking_afterAGap_movesTheEpochFirst() {
    join(a);
    a.prove();
    a.sequence++;
    heard.epochs.clear();
    a.say(tracks(a.beat(echoNow()), true, 70, 5));
    assertEquals(List.of(EpochReason.BUS_GAP), heard.epochs);
    assertEquals(1, heard.tracked.size());
  }

  @Test
  void beat_withTracking_withoutAnEchoOrNotActive_provesNothing() {
    join(a);
    a.say(tracks(a.beat(), true, 70, 5));
    a.say(tracks(a.beat(echoNow()), false, 0, 0));
    a.say(tracks(a.beat(echoNow()), true, -1, 5));
    a.say(tracks(a.beat(echoNow()), true, 70, -5));
    assertEquals(List.of(), heard.tracked);
  }

  @Test
  void trackingPeer_silentOrGone_isForgotten() {
    join(a);
    a.say(tracks(a.beat(echoNow()), false, 0, 0));
    assertEquals(
        List.of(new TrackingPeer("a", a.life.hex(), false, 0)), protocol.trackingPeers("s"));
    clock.passMillis(2 * STALENESS_MILLIS);
    assertEquals(1, protocol.trackingPeers("s").size());
    clock.passMillis(1);
    assertEquals(List.of(), protocol.trackingPeers("s"));
    a.say(tracks(a.beat(echoNow()), false, 0, 0));
    assertEquals(1, protocol.trackingPeers("s").size());
    a.say(new Goodbye(a.sequence));
    assertEquals(List.of(), protocol.trackingPeers("s"));
  }
}
