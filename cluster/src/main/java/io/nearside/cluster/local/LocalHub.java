package io.nearside.cluster.local;

import io.nearside.cluster.BusEnvironment;
import io.nearside.cluster.PeerTransport;
import io.nearside.cluster.PeerTransport.Receiver;
import io.nearside.cluster.PeerTransport.TransportMember;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Connects the buses of one process: the one sidecar that runs alone, or a fleet in a test or a
 * simulation, which may lose and delay its frames, cut its links, and pause or kill its members.
 *
 * <p>Members are told apart by name; of several with one name, the newest is meant. Safe from any
 * thread; not to be called from a bus's listener.
 */
public final class LocalHub {
  private final HubTime time;
  private final Faults faults;
  private final List<HubMember> members = new CopyOnWriteArrayList<>();
  private final Map<String, HubMember> everListed = new ConcurrentHashMap<>();
  private final Set<Link> cuts = ConcurrentHashMap.newKeySet();
  private long nextId = 1;
  private int nextSide = 1;

  /** A pair of names, in one order. */
  private record Link(String first, String second) {
    static Link of(String a, String b) {
      return a.compareTo(b) < 0 ? new Link(a, b) : new Link(b, a);
    }
  }

  /** What one bus is made with. */
  public record Connection(PeerTransport transport, BusEnvironment environment) {}

  /** A hub that loses nothing, in real time. */
  public LocalHub() {
    this(HubTime.real(), Faults.none());
  }

  public LocalHub(HubTime time, Faults faults) {
    this.time = time;
    this.faults = faults;
  }

  /** For one bus; it joins when it starts. */
  public Connection connect(String name) {
    HubMember member = new HubMember(name, this, time.pulse());
    return new Connection(member, new BusEnvironment(time, member, time.random()));
  }

  // What members do.

  synchronized void join(HubMember member) {
    members.add(member);
    list(member);
    tellJoined(member, false);
    tellOthers(member);
  }

  synchronized void remove(HubMember member) {
    member.alive = false;
    if (members.remove(member)) {
      // After what it has sent.
      time.after(0, this::tellAll);
    }
  }

  /** Who can reach a dead process's place sees that it is dead. */
  void inquire(HubMember asking, TransportMember former) {
    HubMember member = everListed.get(former.id());
    Receiver receiver = asking.receiver;
    boolean ended = member != null && !member.alive && member.side == asking.side;
    if (ended && receiver != null) {
      time.after(0, () -> asking.deliver(() -> receiver.ended(former.id())));
    }
  }

  void carry(HubMember from, byte[] frame) {
    carry(from, frame, members);
  }

  /** To one member, as it is listed now. */
  void carryTo(HubMember from, String memberId, byte[] frame) {
    HubMember to = everListed.get(memberId);
    if (to != null && to.id.equals(memberId)) {
      carry(from, frame, List.of(to));
    }
  }

  private void carry(HubMember from, byte[] frame, List<HubMember> receivers) {
    for (HubMember to : receivers) {
      boolean linked = to != from && to.side == from.side && from.alive;
      if (linked && !cuts.contains(Link.of(from.name, to.name))) {
        for (long delay : faults.copies(from.name, to.name)) {
          time.after(delay, () -> deliver(to, frame));
        }
      }
    }
  }

  private static void deliver(HubMember to, byte[] frame) {
    Receiver receiver = to.receiver;
    if (receiver != null) {
      to.deliver(() -> receiver.received(frame));
    }
  }

  // What a test does to them.

  /** Frames between the two are lost; both stay on each other's lists. */
  public void cut(String one, String other) {
    cuts.add(Link.of(one, other));
  }

  /** Undoes {@link #cut}. */
  public void mend(String one, String other) {
    cuts.remove(Link.of(one, other));
  }

  /** Separates these members from all others, as when the transport has noticed a partition. */
  public synchronized void split(Set<String> names) {
    int side = nextSide++;
    for (HubMember member : members) {
      if (names.contains(member.name)) {
        member.side = side;
      }
    }
    tellAll();
  }

  /** Ends all splits: those that were split off come over to the others, as new members. */
  public synchronized void heal() {
    List<HubMember> merging = members.stream().filter(member -> member.side != 0).toList();
    for (HubMember member : merging) {
      member.side = 0;
      list(member);
    }
    members.stream().filter(member -> !merging.contains(member)).forEach(this::tellMembers);
    merging.forEach(member -> tellJoined(member, true));
  }

  /** Stops a member's process as SIGSTOP does: it hears and does nothing; what comes waits. */
  public void pause(String name) {
    newest(name).pause();
  }

  /** Continues a paused process: first it hears all that has come meanwhile. */
  public void resume(String name) {
    newest(name).resume();
  }

  /** Ends a member's process at once; the others' lists show it after a while. */
  public void kill(String name, long noticedAfterNanos) {
    HubMember member = newest(name);
    member.alive = false;
    member.stop();
    time.after(noticedAfterNanos, () -> remove(member));
  }

  private void list(HubMember member) {
    member.id = member.name + "#" + nextId++;
    everListed.put(member.id, member);
  }

  private HubMember newest(String name) {
    for (HubMember member : members.reversed()) {
      if (member.name.equals(name)) {
        return member;
      }
    }
    throw new IllegalArgumentException("no member is called " + name);
  }

  // What the lists say.

  private List<TransportMember> others(HubMember member) {
    return members.stream()
        .filter(other -> other != member && other.side == member.side)
        .map(HubMember::listed)
        .toList();
  }

  private void tellJoined(HubMember member, boolean merged) {
    Receiver receiver = member.receiver;
    if (receiver != null) {
      TransportMember self = member.listed();
      List<TransportMember> others = others(member);
      member.deliver(() -> receiver.joined(self, others, merged));
    }
  }

  private synchronized void tellAll() {
    members.forEach(this::tellMembers);
  }

  private void tellOthers(HubMember changed) {
    members.stream().filter(member -> member != changed).forEach(this::tellMembers);
  }

  private void tellMembers(HubMember member) {
    Receiver receiver = member.receiver;
    if (receiver != null) {
      List<TransportMember> others = others(member);
      member.deliver(() -> receiver.members(others));
    }
  }
}
