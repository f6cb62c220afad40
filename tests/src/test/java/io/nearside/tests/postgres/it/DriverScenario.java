package io.nearside.tests.postgres.it;

/** What an application does with one driver; it fails with what was not as expected. */
interface DriverScenario {
  /** The driver. */
  String driver();

  /** Runs it; blocking. */
  void run(DriverTarget target) throws Exception;
}
