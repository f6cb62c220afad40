package io.nearside.agent.postgres.upstream;

import io.nearside.cluster.Demand;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * How many connections this sidecar may have, and which slots of the ledger it takes and gives back
 * for them.
 *
 * <pre>
 *   free ──acquired──► resting ──graceMillis──► usable ──wanted elsewhere, idle, not joined──► returning
 *    ▲                    │                       │                                              │
 *    └──── unlocked ◄─────┴───────────────────────┼──── the pools have closed what it stood for ─┤
 *    └──── lock gone with the ledger connection ──┴──────────────────────────────────────────────┘
 * </pre>
 *
 * <p><b>The limit</b> rests on the server alone: a slot is a lock that it gives to one session at a
 * time, and that ends with that session. A connection beyond the guaranteed share is open only
 * while a usable slot stands for it, so all of them together are at most {@code guaranteed *
 * sidecars + slots}. One gap is left to time: when a ledger connection ends without its sidecar's
 * doing, the slot is free at once, and the extra connections close when the sidecar has noticed. A
 * new holder therefore lets a slot rest for {@code graceMillis}; <b>the limit holds if every
 * sidecar notices within that time</b>. A sidecar that is stopped, or cut off from the server,
 * keeps its connections and its locks alike, and breaks nothing unless somebody ends its ledger
 * connection alone meanwhile.
 *
 * <p><b>Fairness</b> rests on what the sidecars tell each other of their demand, see {@link
 * BudgetFairness}; what they tell may be late, lost or wrong, and costs fairness for a while only.
 *
 * <p>Pure: time, chance and effects come in through the constructor. One thread.
 */
class BudgetShare {
  /** A ledger connection that has not answered for this long counts as ended. */
  static final long SILENCE_MILLIS = 5_000;

  /** How long others must have wanted what we hold beyond our due, before we give it back. */
  static final long CONTENDED_MILLIS = 300;

  /** How long slots that nobody else wants are kept although we do not need them. */
  static final long IDLE_MILLIS = 10_000;

  /** Window of {@link BudgetDemand}. */
  static final long DEMAND_WINDOW_MILLIS = 500;

  /** Most slots that one request to the ledger asks for. */
  static final int ACQUIRE_MAX = 16;

  private static final long RETRY_MILLIS_MIN = 25;
  private static final long RETRY_MILLIS_MAX = 400;
  private static final long NANOS_PER_MILLI = 1_000_000L;

  /** The locks; answers by the methods of the same names in the past tense. */
  interface Ledger {
    /** Takes up to {@code count} free slots out of {@code [0, slots)}. */
    void acquire(int count, int slots);

    void release(List<Integer> slots);

    /** Ends the connection, and with it all locks, and makes a new one. */
    void restart(String why);
  }

  /** One lock that we have. */
  static final class Slot {
    final int number;
    final long usableAtNanos;

    /** Given back when nothing stands on it any more. */
    boolean returning;

    /** The unlock is on its way. */
    boolean unlocking;

    Slot(int number, long usableAtNanos) {
      this.number = number;
      this.usableAtNanos = usableAtNanos;
    }
  }

  /** Monotonic time and chance. */
  interface Environment {
    long nanos();

    RandomGenerator random();
  }

  private final Environment environment;
  private final Ledger ledger;
  private final BudgetPeers peers;
  private final BudgetUser user;
  private final BudgetDemand demand;
  private final List<Slot> held = new ArrayList<>();

  private BudgetSettings settings;
  private boolean ledgerUp;
  private String ledgerDetail = "not connected yet";
  private long provenNanos;
  private boolean ordered;
  private boolean stepping;
  private long nextAcquireNanos;
  private long retryMillis = RETRY_MILLIS_MIN;
  private boolean excess;
  private long excessSinceNanos;
  private int told;
  private int wanted;
  private int due;

  BudgetShare(
      BudgetSettings settings,
      Environment environment,
      Ledger ledger,
      BudgetPeers peers,
      BudgetUser user) {
    this.settings = settings;
    this.environment = environment;
    this.ledger = ledger;
    this.peers = peers;
    this.user = user;
    this.demand = new BudgetDemand(DEMAND_WINDOW_MILLIS * NANOS_PER_MILLI, environment.nanos());
    this.told = settings.withoutSlot();
  }

  // What may be used.

  /** How many connections the pools may have open now. */
  int allowed() {
    return settings.withoutSlot() + usable(environment.nanos());
  }

  private int usable(long now) {
    if (!ledgerUp || isSilent(now)) {
      return 0;
    }
    int usable = 0;
    for (Slot slot : held) {
      usable += !slot.returning && isUsable(slot, now) ? 1 : 0;
    }
    return usable;
  }

  /** Open to simulations that break the rule. */
  boolean isUsable(Slot slot, long now) {
    return now - slot.usableAtNanos >= 0;
  }

  private boolean isSilent(long now) {
    return now - provenNanos > SILENCE_MILLIS * NANOS_PER_MILLI;
  }

  // What the ledger says.

  /** Connected, with no slot. */
  void ledgerUp() {
    ledgerUp = true;
    ledgerDetail = "up";
    provenNanos = environment.nanos();
    nextAcquireNanos = provenNanos;
    step();
  }

  /** The connection has ended, and with it every lock. */
  void ledgerLost(String why) {
    forgetAll(why);
    step();
  }

  private void forgetAll(String why) {
    ledgerUp = false;
    ledgerDetail = why;
    ordered = false;
    held.clear();
    tellUser(true);
  }

  /**
   * The server has answered on the ledger connection what was asked at that time: until then at
   * least, the locks were ours.
   */
  void ledgerAnswered(long askedNanos) {
    provenNanos = Math.max(provenNanos, askedNanos);
  }

  /** These were obtained; possibly none. */
  void acquired(List<Integer> slots) {
    ordered = false;
    long now = environment.nanos();
    for (int slot : slots) {
      held.add(new Slot(slot, now + settings.graceMillis() * NANOS_PER_MILLI));
    }
    if (slots.isEmpty()) {
      // Between half and all of it, so that those who were refused together do not ask together.
      double wait = retryMillis * (0.5 + environment.random().nextDouble() / 2);
      nextAcquireNanos = now + (long) (wait * NANOS_PER_MILLI);
      retryMillis = Math.min(2 * retryMillis, RETRY_MILLIS_MAX);
    } else {
      retryMillis = RETRY_MILLIS_MIN;
    }
    step();
  }

  /** These are others' now. */
  void released(List<Integer> slots) {
    ordered = false;
    held.removeIf(slot -> slots.contains(slot.number));
    step();
  }

  // What we conclude.

  /** Other numbers from now on; in the whole fleet, one by one. */
  void apply(BudgetSettings now) {
    settings = now;
    step();
  }

  /**
   * To be called several times a second, and when the user's demand has changed. Calls the user,
   * who may call it.
   */
  void step() {
    if (!stepping) {
      stepping = true;
      try {
        conclude();
      } finally {
        stepping = false;
      }
    }
  }

  private void conclude() {
    long now = environment.nanos();
    if (ledgerUp && isSilent(now)) {
      ledger.restart("no answer for " + SILENCE_MILLIS + " ms");
      forgetAll("no answer for " + SILENCE_MILLIS + " ms");
    }
    boolean member = isMember();
    List<Demand> others = member ? peers.demands() : List.of();
    int slots = member ? settings.slots(peers.sidecars()) : 0;
    wanted = demand.most(Math.max(0, user.wanted() - settings.withoutSlot()), now);
    due = Math.min(wanted, BudgetFairness.share(slots, peers.self(), wanted, others));
    returnUnwanted(slots, others, now);
    tellUser(false);
    order(slots, now);
    // Without a ledger we could not take what the others would leave to us.
    peers.say(ledgerUp ? wanted : 0, held.size());
  }

  /** Whether slots may be held at all. Open to simulations that break the rule. */
  boolean isMember() {
    return peers.joined();
  }

  private void returnUnwanted(int slots, List<Demand> others, long now) {
    for (Slot slot : held) {
      slot.returning |= slot.number >= slots;
    }
    int kept = count(false);
    if (kept <= due) {
      excess = false;
      held.stream()
          .filter(slot -> slot.returning && !slot.unlocking && slot.number < slots)
          .limit(due - kept)
          .forEach(slot -> slot.returning = false);
      return;
    }
    if (!excess) {
      excess = true;
      excessSinceNanos = now;
    }
    long patience = BudgetFairness.unmet(others) > 0 ? CONTENDED_MILLIS : IDLE_MILLIS;
    if (now - excessSinceNanos >= patience * NANOS_PER_MILLI) {
      // The youngest first: what is resting still costs nobody a connection.
      held.stream()
          .filter(slot -> !slot.returning)
          .sorted(Comparator.comparingLong((Slot slot) -> slot.usableAtNanos).reversed())
          .limit(kept - due)
          .forEach(slot -> slot.returning = true);
    }
  }

  private int count(boolean returning) {
    int count = 0;
    for (Slot slot : held) {
      count += slot.returning == returning ? 1 : 0;
    }
    return count;
  }

  /** Before anything is unlocked. */
  private void tellUser(boolean atOnce) {
    int allowed = allowed();
    if (allowed != told || atOnce) {
      told = allowed;
      user.allowed(allowed, atOnce);
    }
  }

  /** One request at a time; giving back comes first. */
  private void order(int slots, long now) {
    if (!ledgerUp || ordered) {
      return;
    }
    List<Integer> free = free(now);
    if (!free.isEmpty()) {
      ordered = true;
      ledger.release(free);
      return;
    }
    int missing = due - held.size();
    if (missing > 0 && now - nextAcquireNanos >= 0) {
      ordered = true;
      ledger.acquire(Math.min(missing, ACQUIRE_MAX), slots);
    }
  }

  /** Slots to be given back that no open connection stands on. */
  private List<Integer> free(long now) {
    int standing = Math.max(0, user.open() - allowed());
    List<Integer> free = new ArrayList<>();
    for (Slot slot : held) {
      if (slot.returning && isUsable(slot, now) && standing > 0) {
        standing--;
      } else if (slot.returning) {
        slot.unlocking = true;
        free.add(slot.number);
      }
    }
    return free;
  }

  // For people.

  BudgetState state() {
    long now = environment.nanos();
    int resting = (int) held.stream().filter(slot -> !isUsable(slot, now)).count();
    boolean joined = peers.joined();
    int sidecars = joined ? peers.sidecars() : 1;
    return new BudgetState(
        settings,
        sidecars,
        settings.slots(sidecars),
        held.size(),
        resting,
        count(true),
        wanted,
        due,
        allowed(),
        user.open(),
        ledgerUp,
        joined,
        joined ? peers.demands() : List.of(),
        detail(joined, sidecars));
  }

  private String detail(boolean joined, int sidecars) {
    if (!ledgerUp) {
      return "guaranteed share only: ledger connection: " + ledgerDetail;
    }
    if (!joined) {
      return "guaranteed share only: the cluster is not joined";
    }
    if (sidecars > settings.sidecarsMax()) {
      return sidecars + " sidecars where sidecarsMax says " + settings.sidecarsMax();
    }
    return wanted > due ? "others want slots too" : "enough for what is wanted";
  }
}
