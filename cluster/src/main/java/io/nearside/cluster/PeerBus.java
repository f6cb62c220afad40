package io.nearside.cluster;

import io.nearside.cluster.BusMessage.Echo;
import io.nearside.cluster.BusMessage.NodeInfo;
import io.nearside.cluster.BusMessage.Note;
import io.nearside.cluster.BusMessage.ResourceDemand;
import io.nearside.cluster.BusMessage.StreamPosition;
import io.nearside.cluster.BusMessage.StrongInfo;
import io.nearside.cluster.PeerTransport.TransportMember;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bus over any transport: a queue that event loops publish into, one publisher, and the
 * protocol. Extended by what names a transport.
 *
 * <p>The publisher's step has an order that the proof of freshness rests on: first the echo table
 * is taken, then everything that waits is sent, then the beat that carries the table. So an echo
 * never claims more than what was sent before it.
 *
 * <p>The lock guards the protocol and is held while the listener is called; no public method takes
 * it, nor is it held while sending.
 */
public abstract class PeerBus implements InvalidationBus {
  /** Beats per {@code maxStaleness}: a proof outlives the loss of three beats in a row. */
  static final int BEATS_PER_STALENESS = 6;

  /** How many notes wait at most; more are dropped. */
  static final int NOTES_WAITING_MAX = 256;

  private static final Logger LOG = LoggerFactory.getLogger(PeerBus.class);
  private static final long NANOS_PER_MILLI = 1_000_000L;
  private static final long BAD_MESSAGE_LOG_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** Makes the protocol; a test breaks a rule here. */
  interface ProtocolFactory {
    PeerProtocol create(
        BusSettings settings,
        BusClock clock,
        Supplier<Incarnation> incarnations,
        BusCounters counters);
  }

  private final BusSettings settings;
  private final PeerTransport transport;
  private final BusClock clock;
  private final Pulse pulse;
  private final long beatNanos;

  private final BusCounters counters;
  private final PublishQueue queue;
  private final BlockingQueue<Note> notes = new ArrayBlockingQueue<>(NOTES_WAITING_MAX);
  private final OwnDemands ownDemands = new OwnDemands();
  private final HoldRequests holdRequests;
  private final PeerProtocol protocol;
  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicBoolean started = new AtomicBoolean();
  private final CompletableFuture<Void> left = new CompletableFuture<>();
  private volatile boolean leaving;

  /** Changed under the lock, with the incarnation; null until joined. */
  private volatile @Nullable Outgoing outgoing;

  /** Used under the lock. */
  private final Seal seal;

  private long nextBadMessageLogNanos;
  private long badMessagesLogged;

  /** The publisher's own. */
  private long nextBeatNanos;

  private final List<Publication> drained = new ArrayList<>();

  protected PeerBus(BusSettings settings, PeerTransport transport, BusEnvironment environment) {
    this(settings, transport, environment, PeerProtocol::new);
  }

  PeerBus(
      BusSettings settings,
      PeerTransport transport,
      BusEnvironment environment,
      ProtocolFactory factory) {
    this.settings = settings;
    this.transport = transport;
    this.clock = environment.clock();
    this.pulse = environment.pulse();
    long provenMillis = Math.min(settings.maxStalenessMillis(), settings.strongLeaseMillis());
    this.beatNanos = provenMillis * NANOS_PER_MILLI / BEATS_PER_STALENESS;
    this.counters = new BusCounters(clock.nanos());
    this.queue = new PublishQueue(settings.queueKeysMax());
    this.holdRequests = new HoldRequests(pulse::wake);
    this.seal = new Seal(settings.secret());
    this.protocol =
        factory.create(settings, clock, () -> Incarnation.next(environment.random()), counters);
    this.nextBeatNanos = clock.nanos();
    this.nextBadMessageLogNanos = clock.nanos();
  }

  @Override
  public final void start(BusListener listener) {
    if (!started.compareAndSet(false, true)) {
      throw new IllegalStateException("started before, or left");
    }
    protocol.listener(listener);
    transport.start(new Ears());
    pulse.start(this::step);
  }

  @Override
  public final void publish(int database, byte[] key) {
    publish(database, List.of(key));
  }

  @Override
  public final void publish(int database, List<byte[]> keys) {
    keys.forEach(PeerBus::requireLength);
    if (!keys.isEmpty()) {
      enqueue(new Publication.Written(database, List.copyOf(keys), clock.wallNanos()));
    }
  }

  @Override
  public final void publishEpoch(EpochReason reason) {
    enqueue(new Publication.Unnamed(reason, clock.wallNanos()));
  }

  @Override
  public final void publishPosition(String stream, long timeline, long position) {
    requireStream(stream);
    enqueue(
        new Publication.Moved(new StreamPosition(stream, timeline, position), clock.wallNanos()));
  }

  @Override
  public final void publishDemand(String resource, int wanted, int held) {
    requireStream(resource);
    if (wanted < 0 || held < 0) {
      throw new IllegalArgumentException(
          "wanted " + wanted + ", held " + held + " (expected 0 or more)");
    }
    ownDemands.say(new ResourceDemand(resource, wanted, held));
  }

  @Override
  public final void note(String incarnation, int kind, byte[] payload) {
    if (kind < 1 || kind > Byte.MAX_VALUE || payload.length > BusCodec.NOTE_BYTES_MAX) {
      throw new IllegalArgumentException(
          "note of kind " + kind + " and " + payload.length + " bytes");
    }
    if (notes.offer(new Note(Incarnation.parse(incarnation), kind, payload))) {
      pulse.wake();
    } else {
      LOG.debug("bus: a note of kind {} was dropped, too many wait", kind);
    }
  }

  private static void requireLength(byte[] key) {
    if (key.length > BusCodec.KEY_BYTES_MAX) {
      throw new IllegalArgumentException(
          "key of " + key.length + " bytes (expected at most " + BusCodec.KEY_BYTES_MAX + ")");
    }
  }

  /** Names are limited where they are said, so that they fit where they are sent. */
  private static void requireStream(String name) {
    if (BusCodec.stream(name).length == 0) {
      throw new IllegalArgumentException("name: empty");
    }
  }

  @Override
  public final List<Demand> demands(String resource) {
    return protocol.demands(resource);
  }

  private void enqueue(Publication publication) {
    if (leaving) {
      return;
    }
    if (!queue.offer(publication)) {
      counters.overflows.increment();
    }
    pulse.wake();
  }

  /** One turn of the publisher; answers after how many nanoseconds the next is due. */
  private long step() {
    List<Echo> echoes = List.of();
    @Nullable NodeInfo info = null;
    long now = clock.nanos();
    Outgoing out;
    StrongKeys.Turn strong;
    StrongInfo strongInfo;
    List<OwnHold> granted;
    long strongDueNanos;
    lock.lock();
    try {
      protocol.tick();
      out = outgoing;
      strong = protocol.strongTurn(holdRequests);
      strongInfo = protocol.strong().info();
      granted = protocol.strong().own.takeGranted();
      strongDueNanos = protocol.strong().own.dueInNanos(now);
      if (protocol.takeBeatWanted() || now - nextBeatNanos >= 0) {
        nextBeatNanos = now + beatNanos;
        echoes = protocol.echoes();
        info = protocol.info();
      }
    } finally {
      lock.unlock();
    }
    granted.forEach(OwnHold::grant);
    sendWaiting(out, strong);
    sendNotes(out);
    if (leaving) {
      finish(out);
    } else if (out != null && info != null) {
      out.beat(now, echoes, info, ownDemands.all(), strongInfo);
    }
    return Math.min(nextBeatNanos - clock.nanos(), strongDueNanos);
  }

  /**
   * Without a cluster there is nobody to tell: whoever joins later moves its epoch when it hears of
   * us first, which is after this.
   */
  private void sendWaiting(@Nullable Outgoing out, StrongKeys.Turn strong) {
    queue.drainTo(drained);
    boolean overflow = queue.takeOverflow();
    if (out != null) {
      try {
        out.holds(strong.holds(), clock.wallNanos());
        strong.acks().forEach((of, ids) -> out.acks(of, ids, sinkFor(of)));
        out.settled(strong.settled(), clock.wallNanos());
        out.publications(drained);
        if (overflow) {
          out.epoch(EpochReason.BUS_OVERFLOW, clock.wallNanos());
        }
      } catch (RuntimeException e) {
        // What was drained is lost: say so before anything else is said.
        queue.recordLoss();
        throw e;
      } finally {
        drained.clear();
      }
    } else {
      drained.clear();
    }
  }

  private void sendNotes(@Nullable Outgoing out) {
    for (Note note = notes.poll(); note != null; note = notes.poll()) {
      if (out != null) {
        out.note(note, sinkFor(note.to()));
      }
    }
  }

  /** What carries a frame to one peer, or to all where it is not known. */
  private Consumer<byte[]> sinkFor(Incarnation to) {
    @Nullable String member = protocol.transportIdOf(to);
    return member == null ? transport::send : frame -> transport.sendTo(member, frame);
  }

  private void finish(@Nullable Outgoing out) {
    try {
      // First of all, as peers wait no longer for who has said goodbye.
      locked(() -> protocol.lost("left"));
      if (out != null) {
        out.goodbye();
      }
      transport.stop(settings.leaveTimeoutMillis());
    } finally {
      pulse.stop();
      left.complete(null);
    }
  }

  /** What the transport says, on its threads. */
  private final class Ears implements PeerTransport.Receiver {
    @Override
    public void joined(TransportMember self, List<TransportMember> others, boolean merged) {
      locked(
          () -> {
            if (!leaving) {
              protocol.joined(self, others, merged);
              outgoing = new Outgoing(seal.stamp(protocol.self()), counters, transport::send);
            }
          });
    }

    @Override
    public void members(List<TransportMember> others) {
      locked(() -> protocol.members(others));
    }

    @Override
    public void received(byte[] frame) {
      if (!protocol.self().equals(Seal.claimedSender(frame))) {
        locked(() -> open(frame));
      }
    }

    @Override
    public void ended(String formerId) {
      locked(() -> protocol.ended(formerId));
    }

    @Override
    public void lost(String reason) {
      locked(
          () -> {
            protocol.lost(reason);
            outgoing = null;
          });
    }
  }

  private void locked(Runnable change) {
    boolean wake;
    List<TransportMember> lost;
    List<OwnHold> granted;
    lock.lock();
    try {
      change.run();
      wake = protocol.beatWanted() || protocol.strong().hasAcks();
      lost = protocol.takeLost();
      granted = protocol.strong().own.takeGranted();
    } finally {
      lock.unlock();
    }
    granted.forEach(OwnHold::grant);
    lost.forEach(transport::inquire);
    if (wake) {
      pulse.wake();
    }
  }

  private void open(byte[] frame) {
    try {
      Seal.Opened opened = seal.open(frame);
      BusMessage message = BusCodec.decode(opened.message());
      counters.bytesReceived.add(frame.length);
      protocol.receive(opened.sender(), opened.counter(), message);
    } catch (BadMessageException e) {
      counters.badSeals.increment();
      long now = clock.nanos();
      if (now - nextBadMessageLogNanos >= 0) {
        nextBadMessageLogNanos = now + BAD_MESSAGE_LOG_NANOS;
        long count = counters.badSeals.sum();
        LOG.warn(
            "bus: ignored a message {}; {} since the last line",
            e.what(),
            count - badMessagesLogged);
        badMessagesLogged = count;
      }
    }
  }

  @Override
  public final @Nullable Hold hold(List<HeldKey> keys, Runnable granted) {
    keys.forEach(held -> requireLength(held.key()));
    return leaving ? null : holdRequests.ask(keys, granted);
  }

  @Override
  public final long strongUntilNanos() {
    return protocol.strong().untilNanos();
  }

  @Override
  public final String strongDetail() {
    return protocol.grants().describe(clock.nanos());
  }

  @Override
  public final String anchorId() {
    return protocol.anchor().hex();
  }

  @Override
  public final List<String> anchors() {
    return protocol.grants().anchors(clock.nanos());
  }

  @Override
  public final long freshUntilNanos() {
    return protocol.freshUntilNanos();
  }

  @Override
  public final String freshnessDetail() {
    return protocol.freshnessDetail(transport.status());
  }

  @Override
  public final boolean joined() {
    return protocol.isJoined();
  }

  @Override
  public final Membership membership() {
    Outgoing out = outgoing;
    NodeInfo me = protocol.info();
    Member self =
        new Member(
            me.id(),
            me.address(),
            protocol.self().hex(),
            me.version(),
            me.zone(),
            protocol.joinedAt(),
            0,
            out == null ? 0 : out.lastSequence(),
            0,
            me.fenced());
    return new Membership(self, protocol.peers());
  }

  @Override
  public final BusStatistics statistics() {
    return counters.snapshot(clock.nanos());
  }

  @Override
  public final CompletionStage<Void> leave() {
    leaving = true;
    if (started.compareAndSet(false, true)) {
      left.complete(null);
    } else {
      pulse.wake();
    }
    return left.minimalCompletionStage();
  }

  @Override
  public final void close() {
    leave();
    try {
      // The transport bounds itself; twice that means that the publisher hangs in it.
      left.get(2 * settings.leaveTimeoutMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.warn("bus: did not leave in time, cutting it off");
      abandon();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      abandon();
    }
  }

  private void abandon() {
    pulse.stop();
    transport.stop(0);
  }
}
