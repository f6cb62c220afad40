package io.nearside.tests.it;

/**
 * What one client library does: strings, hashes, pipelines, transactions, publish and subscribe,
 * blocking, scans, scripts, and coming back after its connections were cut. It starts on an empty
 * server and fails with what was not as expected.
 */
interface ClientScenario {
  /** The library. */
  String client();

  /** Runs it; blocking. */
  void run(ClientTarget target) throws Exception;
}
