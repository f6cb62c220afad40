package io.nearside.agent.redis;

import io.nearside.agent.cache.warm.HotEntry;
import io.nearside.agent.cache.warm.HotList;
import io.nearside.agent.cache.warm.WarmNote;
import io.nearside.cluster.InvalidationBus;
import io.nearside.cluster.Member;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is said with the peers about warming: who else warms itself, and what is hot where. A few
 * peers are asked, never all: in a fleet of a thousand a newcomer costs no more than in one of
 * four. Stays on its context but for what says otherwise.
 */
final class WarmPeers {
  /** Asked at once; others only when these know nothing. */
  static final int ASKED_AT_ONCE = 3;

  private static final int ROUNDS_MAX = 3;
  private static final long ANSWER_MILLIS = 1_000;
  private static final long ASK_AGAIN_NANOS = 1_000_000_000L;

  private static final long LOOK_NANOS = 100_000_000;

  /** Who has not said that it is done by then does not count any more. */
  private static final long WARMING_NANOS = 30_000_000_000L;

  private final Context context;
  private final InvalidationBus bus;
  private final WarmCounts counts;
  private final Map<String, Long> warmingSince = new HashMap<>();
  private final Map<String, Long> answeredAt = new HashMap<>();
  private @Nullable Asking asking;
  private volatile Set<String> warming = Set.of();
  private String self = "";
  private long lookedNanos = System.nanoTime() - LOOK_NANOS;

  /** One question, and what has come of it. */
  private static final class Asking {
    final int keysMax;
    final Promise<List<HotEntry>> done = Promise.promise();
    final Set<String> asked = new HashSet<>();
    final Set<String> owing = new HashSet<>();
    final Map<String, List<HotEntry>> answers = new LinkedHashMap<>();
    int rounds;

    Asking(int keysMax) {
      this.keysMax = keysMax;
    }
  }

  WarmPeers(Context context, InvalidationBus bus, WarmCounts counts) {
    this.context = context;
    this.bus = bus;
    this.counts = counts;
  }

  /** This sidecar, as the peers name it; changes when it joins anew. */
  String self() {
    look();
    return self;
  }

  /** The peers that can be spoken to; from any thread. */
  Set<String> heard() {
    return bus.membership().peers().stream()
        .filter(peer -> peer.lastHeardMillis() >= 0)
        .map(Member::incarnation)
        .filter(incarnation -> !incarnation.isEmpty())
        .collect(Collectors.toSet());
  }

  /** The peers that warm themselves now. */
  Set<String> warming() {
    look();
    return warming;
  }

  /** Asked for each read of a list: the membership of a large fleet is not gathered each time. */
  private void look() {
    long now = System.nanoTime();
    if (now - lookedNanos >= LOOK_NANOS) {
      lookedNanos = now;
      self = bus.membership().self().incarnation();
      Set<String> heard = heard();
      warmingSince
          .entrySet()
          .removeIf(one -> now - one.getValue() > WARMING_NANOS || !heard.contains(one.getKey()));
      warming = Set.copyOf(warmingSince.keySet());
    }
  }

  /** How many they are, as last looked at; from any thread. */
  int warmingCount() {
    return warming.size();
  }

  /** Tells all peers that this sidecar warms itself now. */
  void hello() {
    say("", new WarmNote.Hello(false));
  }

  /** Tells all peers that its share is read. */
  void done() {
    say("", new WarmNote.Done());
  }

  private void say(String to, WarmNote note) {
    bus.note(to, WarmNote.KIND, note.encode());
  }

  /** Whether a peer may have an answer (again); bounds what one that asks and asks can cost. */
  boolean mayAsk(String from) {
    long now = System.nanoTime();
    answeredAt.values().removeIf(at -> now - at >= ASK_AGAIN_NANOS);
    return answeredAt.putIfAbsent(from, now) == null;
  }

  /**
   * What is hot at some peers, merged; empty when there are none, or none answers. Never fails. A
   * question that is asked while another is open is answered with that one's answer.
   */
  Future<List<HotEntry>> ask(int keysMax) {
    Asking open = asking;
    if (open != null) {
      return open.done.future();
    }
    var question = new Asking(keysMax);
    asking = question;
    Future<List<HotEntry>> answer = question.done.future();
    round(question);
    return answer;
  }

  private void round(Asking question) {
    List<String> rest = new ArrayList<>(heard());
    rest.removeAll(question.asked);
    Collections.shuffle(rest);
    // Who warms itself knows little.
    rest.sort((a, b) -> Boolean.compare(warmingSince.containsKey(a), warmingSince.containsKey(b)));
    List<String> some = rest.subList(0, Math.min(ASKED_AT_ONCE, rest.size()));
    if (some.isEmpty() || question.rounds++ == ROUNDS_MAX) {
      end(question);
      return;
    }
    question.asked.addAll(some);
    question.owing.clear();
    question.owing.addAll(some);
    some.forEach(peer -> say(peer, new WarmNote.Ask(question.keysMax)));
    int round = question.rounds;
    context
        .owner()
        .setTimer(
            ANSWER_MILLIS,
            timer ->
                context.runOnContext(
                    v -> {
                      if (question.rounds == round) {
                        roundEnded(question);
                      }
                    }));
  }

  private void roundEnded(Asking question) {
    if (question.answers.values().stream().allMatch(List::isEmpty)) {
      round(question);
    } else {
      end(question);
    }
  }

  private void end(Asking question) {
    // Late answers are nobody's.
    question.rounds = Integer.MAX_VALUE;
    asking = null;
    question.done.tryComplete(
        HotList.merge(List.copyOf(question.answers.values()), question.keysMax));
  }

  /**
   * A note other than a question.
   *
   * @param selfWarming whether this sidecar warms itself
   */
  void heard(WarmNote note, String from, boolean selfWarming) {
    switch (note) {
      case WarmNote.Hello hello -> {
        warmingSince.put(from, System.nanoTime());
        warming = Set.copyOf(warmingSince.keySet());
        if (selfWarming && !hello.reply()) {
          say(from, new WarmNote.Hello(true));
        }
      }
      case WarmNote.Done _ -> {
        warmingSince.remove(from);
        warming = Set.copyOf(warmingSince.keySet());
      }
      case WarmNote.Answer answer -> answered(answer, from);
      case WarmNote.Ask _ -> throw new IllegalArgumentException("a question");
    }
  }

  private void answered(WarmNote.Answer answer, String from) {
    Asking question = asking;
    if (question == null || !question.owing.contains(from)) {
      return;
    }
    List<HotEntry> held = question.answers.computeIfAbsent(from, peer -> new ArrayList<>());
    if (held.size() + answer.entries().size() > question.keysMax) {
      // More than was asked for: none of it is believed.
      counts.malformed.increment();
      question.answers.remove(from);
      question.owing.remove(from);
    } else {
      held.addAll(answer.entries());
      if (answer.last()) {
        question.owing.remove(from);
      }
    }
    if (question.owing.isEmpty()) {
      roundEnded(question);
    }
  }
}
