package io.nearside.tests.bench;

import io.nearside.tests.bench.Pgbench.Mode;
import java.util.List;

/**
 * How much is measured.
 *
 * @param rounds of each comparison
 * @param seconds per contestant and round
 * @param warmSeconds of the same load on the sidecar before each comparison
 * @param clients numbers of clients, each compared in each mode
 */
record PostgresBenchSettings(
    int rounds, int seconds, int warmSeconds, List<Integer> clients, List<Mode> modes) {
  PostgresBenchSettings {
    clients = List.copyOf(clients);
    modes = List.copyOf(modes);
  }
}
