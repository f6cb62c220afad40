package io.nearside.agent.postgres.upstream;

import java.util.List;

/** What a ledger connection has to tell; on its context. See {@link BudgetShare}. */
interface LedgerEvents {
  /** Connected; holds no lock. */
  void up();

  /** The connection has ended, and all locks with it. */
  void lost(String why);

  /** An answer has come to what was asked at that time, by {@link System#nanoTime()}. */
  void answered(long askedNanos);

  /** The slots that were free for us; possibly none. */
  void acquired(List<Integer> slots);

  /** The slots that we do not hold any more. */
  void released(List<Integer> slots);
}
