package io.nearside.agent.postgres.upstream;

/**
 * The pools that live on a {@link Budget}: what they use is asked whenever it matters, so that no
 * slot is given back under a connection that nobody has told of. Called on the budget's context.
 */
public interface BudgetUser {

  /**
   * Connections that may exist at the server now: open, being opened, and being closed until the
   * server has closed its side (a backend ends only after that, so wait for the end of the stream
   * after Terminate, within a bound).
   */
  int open();

  /** Connections that could be used now: those in use and one for each client that waits. */
  int wanted();

  /**
   * From now on at most this many connections may be open.
   *
   * @param atOnce whether connections beyond it have to go now, busy ones too (their queries
   *     cancelled, else the server goes on with them): the locks that stood for them are lost. If
   *     false, as they become idle
   */
  void allowed(int connections, boolean atOnce);
}
