package io.nearside.tests.bench;

import io.nearside.tests.stack.ProcFigures;
import java.net.SocketAddress;

/**
 * One server of a comparison.
 *
 * @param name in the output and in raw JSON names
 * @param pid whose CPU is charged; 0 for nobody's
 * @param warmSeconds of the same load before each comparison: what a JIT needs
 */
record Contestant(String name, SocketAddress address, long pid, double warmSeconds) {
  /** NaN without a process. */
  double cpuSeconds() {
    return pid == 0 ? Double.NaN : ProcFigures.cpuSeconds(pid);
  }
}
