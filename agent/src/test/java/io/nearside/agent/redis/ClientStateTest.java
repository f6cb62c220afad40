package io.nearside.agent.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.cache.Key;
import io.nearside.agent.redis.ClientState.Subscription;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ClientStateTest {
  private final ClientState state = new ClientState();

  @Test
  void plain_isClean() {
    assertTrue(state.isClean());
    assertNull(state.reason());
  }

  @Test
  void multi_pinsUntilItEnds() {
    state.multi();
    assertEquals(PinReason.TRANSACTION, state.reason());
    state.transactionEnded();
    assertTrue(state.isClean());
  }

  @Test
  void watching_multiExec_endsBoth() {
    state.watching(true);
    assertEquals(PinReason.WATCH, state.reason());
    state.multi();
    assertEquals(PinReason.TRANSACTION, state.reason());
    state.transactionEnded();
    assertTrue(state.isClean());
  }

  @Test
  void watching_unwatch_isClean() {
    state.watching(true);
    state.watching(false);
    assertTrue(state.isClean());
  }

  @Test
  void multiRefused_ofThisTransaction_endsIt() {
    state.multi();
    state.multiRefused(state.transaction());
    assertTrue(state.isClean());
  }

  @Test
  void multiRefused_ofAnEarlierOne_keepsTheNewer() {
    state.multi();
    ClientState.Transaction first = state.transaction();
    state.multi();
    ClientState.Transaction second = state.transaction();
    state.multiRefused(first);
    assertSame(second, state.transaction());
  }

  @Test
  void transaction_collectsWhatItTouches() {
    state.multi();
    ClientState.Transaction transaction = state.transaction();
    assertNotNull(transaction);
    var written = new Key.Stored(0, new byte[] {'w'});
    var read = new Key.Stored(0, new byte[] {'r'});
    transaction.writes(List.of(written));
    transaction.reads(read);
    assertEquals(List.of(written), transaction.written());
    assertEquals(List.of(read), transaction.read());
    assertFalse(transaction.unnamed());
    assertFalse(transaction.databaseUnknown());

    transaction.writes(null);
    transaction.movesDatabase();
    assertTrue(transaction.unnamed());
    assertTrue(transaction.databaseUnknown());
  }

  @Test
  void acknowledged_channelsAndPatterns_areCountedApart() {
    state.acknowledged(Subscription.CHANNEL, 1);
    state.acknowledged(Subscription.CHANNEL, 2);
    state.acknowledged(Subscription.PATTERN, 3);
    assertEquals(2, state.subscribed(Subscription.CHANNEL));
    assertEquals(1, state.subscribed(Subscription.PATTERN));
    assertEquals(PinReason.SUBSCRIPTION, state.reason());

    state.acknowledged(Subscription.CHANNEL, 2);
    state.acknowledged(Subscription.CHANNEL, 1);
    assertEquals(0, state.subscribed(Subscription.CHANNEL));
    assertTrue(state.isSubscribed());
    state.acknowledged(Subscription.PATTERN, 0);
    assertTrue(state.isClean());
  }

  @Test
  void acknowledged_shardChannels_haveACountOfTheirOwn() {
    state.acknowledged(Subscription.CHANNEL, 1);
    state.acknowledged(Subscription.SHARD, 1);
    state.acknowledged(Subscription.SHARD, 0);
    assertEquals(1, state.subscribed(Subscription.CHANNEL));
    assertEquals("sunsubscribe", Subscription.SHARD.acknowledgement(false));
    assertEquals("psubscribe", Subscription.PATTERN.acknowledgement(true));
  }

  @Test
  void skipNext_silencesOneCommand() {
    state.skipNext();
    assertEquals(PinReason.CLIENT_REPLY, state.reason());
    assertTrue(state.takeSilent());
    assertFalse(state.takeSilent());
    assertTrue(state.isClean());
  }

  @Test
  void repliesOff_silencesAllUntilOn() {
    state.repliesOff(true);
    assertTrue(state.takeSilent());
    assertTrue(state.takeSilent());
    assertFalse(state.isClean());
    state.repliesOff(false);
    assertFalse(state.takeSilent());
    assertTrue(state.isClean());
  }

  @Test
  void stick_pinsUntilUnstuck() {
    state.stick(PinReason.CLIENT_TRACKING);
    assertEquals(PinReason.CLIENT_TRACKING, state.reason());
    state.unstick(PinReason.CLIENT_TRACKING);
    assertTrue(state.isClean());
  }

  @Test
  void raw_isNeverClean() {
    state.raw(PinReason.MONITOR);
    assertTrue(state.isRaw());
    assertFalse(state.isClean());
    assertEquals(PinReason.MONITOR, state.reason());
  }

  @Test
  void stateInTransaction_makesTheDatabaseUnknown() {
    assertFalse(state.databaseUnknown());
    state.stick(PinReason.STATE_IN_TRANSACTION);
    assertTrue(state.databaseUnknown());
  }

  @Test
  void reset_fromAnything_isClean() {
    state.multi();
    state.watching(true);
    state.repliesOff(true);
    state.skipNext();
    state.stick(PinReason.CLIENT_SETTING);
    state.acknowledged(Subscription.CHANNEL, 2);
    state.acknowledged(Subscription.SHARD, 2);
    state.reset();
    assertTrue(state.isClean());
    assertNull(state.transaction());
    assertFalse(state.takeSilent());
  }
}
