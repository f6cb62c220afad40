package io.nearside.tests.coherence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Hand-made histories: for each rule one that keeps it and one that breaks it. */
final class CoherenceCheckerTest {
  private static final int ONE = 0;
  private static final int OTHER = 1;
  private static final int DIRECT = CoherenceChecker.DIRECT;

  private long nowMillis = 10_000;
  private final CoherenceChecker checker =
      new CoherenceChecker(
          List.of("a", "b"),
          new CoherenceChecker.Settings(
              Duration.ofSeconds(1), Duration.ZERO, Duration.ofSeconds(5)),
          () -> nowMillis * 1_000_000);

  @Test
  void failover_takenBackWrite_isJudgedByWhatTheNewPrimaryHolds() {
    write(ONE, "a", "v1");
    write(ONE, "a", "v2");
    checker.suspendJudgement();
    assertEquals(0, get(ONE, "a", "v1"));
    checker.acknowledgeRestored(values("a", "v1"));
    checker.resumeJudgement();
    nowMillis += 2_000;
    assertEquals(0, get(ONE, "a", "v1"));
    assertEquals(1, get(OTHER, "a", "v2"));
    assertBroken(Rule.MAX_STALENESS);
  }

  @Test
  void read_ofOwnWrite_passes() {
    write(ONE, "a", "v1");
    assertEquals(0, get(ONE, "a", "v1"));
  }

  @Test
  void read_olderThanOwnWrite_breaksReadYourWrites() {
    write(ONE, "a", "v1");
    write(ONE, "a", "v2");
    assertEquals(1, get(ONE, "a", "v1"));
    assertBroken(Rule.READ_YOUR_WRITES);
  }

  @Test
  void read_absentAfterOwnWrite_breaksReadYourWrites() {
    write(ONE, "a", "v1");
    get(ONE, "a", null);
    assertBroken(Rule.READ_YOUR_WRITES);
  }

  @Test
  void read_valueAfterOwnRemoval_breaksReadYourWrites() {
    write(ONE, "a", "v1");
    write(ONE, "a", null);
    get(ONE, "a", "v1");
    assertBroken(Rule.READ_YOUR_WRITES);
  }

  @Test
  void read_begunBeforeOwnWriteWasAcknowledged_mayBeOlder() {
    Write first = checker.beginWrite(ONE, "SET", values("a", "v1"));
    Read read = checker.beginRead(ONE, "GET a", List.of("a"));
    checker.acknowledge(first);
    assertEquals(0, checker.endRead(read, Collections.singletonList(null)));
  }

  @Test
  void read_pipelinedBehindAWrite_isHeldToIt() {
    Write first = checker.beginWrite(ONE, "SET", values("a", "v1"));
    Read read = checker.beginReadAfter(ONE, "GET a", List.of("a"), first);
    checker.acknowledge(first);
    checker.endRead(read, Collections.singletonList(null));
    assertBroken(Rule.READ_YOUR_WRITES);
  }

  @Test
  void read_olderThanAPeersWrite_withinMaxStaleness_passes() {
    write(OTHER, "a", "v1");
    nowMillis += 1_000;
    assertEquals(0, get(ONE, "a", null));
    assertEquals(1_000, checker.report().worstStalenessMillis());
  }

  @Test
  void read_olderThanAPeersWrite_pastMaxStaleness_breaksIt() {
    write(OTHER, "a", "v1");
    nowMillis += 1_001;
    assertEquals(1, get(ONE, "a", null));
    assertBroken(Rule.MAX_STALENESS);
  }

  @Test
  void read_olderThanADirectWrite_pastMaxStaleness_breaksIt() {
    write(DIRECT, "a", "v1");
    nowMillis += 1_001;
    get(ONE, "a", null);
    assertBroken(Rule.MAX_STALENESS);
  }

  @Test
  void read_sentInTimeAndAnsweredLate_isJudgedByItsSending() {
    write(OTHER, "a", "v1");
    Read read = checker.beginRead(ONE, "GET a", List.of("a"));
    nowMillis += 5_000;
    assertEquals(0, checker.endRead(read, Collections.singletonList(null)));
  }

  @Test
  void directRead_olderThanAcknowledged_breaksAtOnce() {
    write(OTHER, "a", "v1");
    nowMillis += 1;
    get(DIRECT, "a", null);
    assertBroken(Rule.MAX_STALENESS);
  }

  @Test
  void read_olderThanAnEarlierRead_breaksMonotonicReads() {
    write(OTHER, "a", "v1");
    write(OTHER, "a", "v2");
    assertEquals(0, get(ONE, "a", "v2"));
    assertEquals(1, get(ONE, "a", "v1"));
    assertBroken(Rule.MONOTONIC_READS);
  }

  @Test
  void read_olderThanAnEarlierReadThroughAPeer_passes() {
    write(OTHER, "a", "v1");
    write(OTHER, "a", "v2");
    get(OTHER, "a", "v2");
    assertEquals(0, get(ONE, "a", "v1"));
  }

  @Test
  void read_olderThanAnEarlierReadByAnotherCommandLine_passes() {
    write(DIRECT, "a", "v1");
    write(DIRECT, "a", "v2");
    Read other = checker.beginRead(ONE, "MGET a", List.of("a"));
    checker.endRead(other, List.of("v2"));
    assertEquals(0, get(ONE, "a", "v1"));
  }

  @Test
  void read_ofAPendingWrite_countsAsSeen() {
    Write pending = checker.beginWrite(OTHER, "SET", values("a", "v1"));
    assertEquals(0, get(ONE, "a", "v1"));
    assertEquals(1, get(ONE, "a", null));
    assertBroken(Rule.MONOTONIC_READS);
    checker.acknowledge(pending);
  }

  @Test
  void read_absent_standsForTheOldestRemovalThatFits() {
    write(OTHER, "a", "v1");
    write(OTHER, "a", null);
    write(OTHER, "a", "v3");
    write(OTHER, "a", null);
    assertEquals(0, get(ONE, "a", null)); // may be the state at the start
    assertEquals(0, get(ONE, "a", "v1"));
    assertEquals(0, get(ONE, "a", null)); // may be version 2
    assertEquals(0, get(ONE, "a", "v3"));
    assertEquals(1, get(ONE, "a", "v1"));
  }

  @Test
  void read_neverWritten_isReported() {
    write(ONE, "b", "v1");
    get(ONE, "a", "v1");
    assertBroken(Rule.WRITTEN_VALUES);
  }

  @Test
  void unknownWrite_mayShowLateOrNever() {
    write(ONE, "a", "v1");
    lost(ONE, "a", "v2");
    assertEquals(0, get(ONE, "a", "v1"));
    write(ONE, "a", "v3");
    nowMillis += 3_000;
    assertEquals(0, get(ONE, "a", "v3"));
    assertEquals(0, get(ONE, "a", "v2"));
  }

  @Test
  void unknownWrite_beforeAWriteThatFollowedItsWindow_isOld() {
    lost(ONE, "a", "v1");
    nowMillis += 5_001;
    write(ONE, "a", "v2");
    assertEquals(1, get(ONE, "a", "v1"));
    assertBroken(Rule.READ_YOUR_WRITES);
  }

  @Test
  void unknownRemoval_mayShowLate() {
    write(ONE, "a", "v1");
    lost(ONE, "a", null);
    write(ONE, "a", "v3");
    assertEquals(0, get(ONE, "a", null));
    assertEquals(2, get(ONE, "a", "v1")); // neither own write nor monotonic
  }

  @Test
  void multiRead_ofOneWholeWrite_passes() {
    writeBoth(ONE, "x1");
    assertEquals(0, getBoth(ONE, "x1", "x1"));
  }

  @Test
  void multiRead_mixingOldAndNew_breaksWholeWrites() {
    Write both = beginBoth(ONE, "x1");
    assertEquals(1, getBoth(ONE, "x1", null));
    assertBroken(Rule.WHOLE_WRITES);
    checker.acknowledge(both);
  }

  @Test
  void multiRead_mixingOldAndNewOfAPeersWrite_passes() {
    Write both = beginBoth(OTHER, "x1");
    assertEquals(0, getBoth(ONE, "x1", null));
    checker.acknowledge(both);
  }

  @Test
  void violation_carriesTheReadAndTheWrites() {
    write(ONE, "a", "v1");
    nowMillis += 7;
    write(ONE, "a", "v2");
    get(ONE, "a", "v1");
    String evidence = checker.report().violations().getFirst().toString();
    assertTrue(evidence.contains("GET a -> v1"), evidence);
    assertTrue(
        evidence.contains("write [7.000 .. 7.000] version 2 = v2 by SET through sidecar 0"),
        evidence);
  }

  private void write(int path, String key, @Nullable String value) {
    checker.acknowledge(checker.beginWrite(path, "SET", values(key, value)));
  }

  private void lost(int path, String key, @Nullable String value) {
    checker.unknown(checker.beginWrite(path, "SET", values(key, value)));
  }

  private Write beginBoth(int path, String value) {
    Map<String, @Nullable String> values = values("a", value);
    values.put("b", value);
    return checker.beginWrite(path, "MSET", values);
  }

  private void writeBoth(int path, String value) {
    checker.acknowledge(beginBoth(path, value));
  }

  private int get(int path, String key, @Nullable String value) {
    Read read = checker.beginRead(path, "GET " + key, List.of(key));
    return checker.endRead(read, Collections.singletonList(value));
  }

  private int getBoth(int path, @Nullable String a, @Nullable String b) {
    List<@Nullable String> values = new ArrayList<>(Arrays.asList(a, b));
    return checker.endRead(checker.beginRead(path, "MGET a b", List.of("a", "b")), values);
  }

  private void assertBroken(Rule rule) {
    assertTrue(
        checker.report().violations().stream().anyMatch(violation -> violation.rule() == rule),
        () -> checker.report().toString());
  }

  private static Map<String, @Nullable String> values(String key, @Nullable String value) {
    Map<String, @Nullable String> values = new HashMap<>();
    values.put(key, value);
    return values;
  }
}
