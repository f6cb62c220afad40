package io.nearside.tests.demo;

import io.nearside.tests.stack.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * Loopback ports of the demo. All are fixed before the first process starts, so that what the table
 * says stays true when a sidecar comes back.
 *
 * @param redis of the Redis itself
 * @param sidecars of the Redis faces, first A's, then B's
 * @param postgres of the PostgreSQL faces, in the same order
 * @param admins of the admin listeners, in the same order
 * @param bus of the cluster members, in the same order
 */
record DemoPorts(
    int redis,
    List<Integer> sidecars,
    List<Integer> postgres,
    List<Integer> admins,
    List<Integer> bus) {
  private static final int PORT_MAX = 65_535;

  DemoPorts {
    sidecars = List.copyOf(sidecars);
    postgres = List.copyOf(postgres);
    admins = List.copyOf(admins);
    bus = List.copyOf(bus);
  }

  /**
   * The given ports, and free ones for those not given.
   *
   * @param redis 0 for a free one
   * @param sidecars at most two
   * @param postgres at most two
   * @param admins at most two
   * @throws IllegalArgumentException naming the option, the port and what was expected
   */
  static DemoPorts of(
      int redis, List<Integer> sidecars, List<Integer> postgres, List<Integer> admins) {
    var seen = new HashSet<Integer>();
    if (redis != 0) {
      check("--redis-port", redis, seen);
    }
    checkAll("--port", sidecars, seen);
    checkAll("--postgres-port", postgres, seen);
    checkAll("--admin-port", admins, seen);
    return new DemoPorts(
        redis == 0 ? FreePort.next() : redis,
        filled(sidecars),
        filled(postgres),
        filled(admins),
        filled(List.of()));
  }

  private static void checkAll(String option, List<Integer> ports, HashSet<Integer> seen) {
    if (ports.size() > DemoStack.SIDECARS) {
      throw new IllegalArgumentException(
          "%s: %d given (expected at most %d, one for each sidecar)"
              .formatted(option, ports.size(), DemoStack.SIDECARS));
    }
    ports.forEach(port -> check(option, port, seen));
  }

  private static void check(String option, int port, HashSet<Integer> seen) {
    if (port < 1 || port > PORT_MAX) {
      throw new IllegalArgumentException(option + ": " + port + " (expected 1..65535)");
    }
    if (!seen.add(port)) {
      throw new IllegalArgumentException(option + ": " + port + " (expected a port given once)");
    }
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException taken) {
      throw new IllegalArgumentException(
          option + ": " + port + " (expected a free port: " + taken.getMessage() + ")", taken);
    }
  }

  private static List<Integer> filled(List<Integer> given) {
    List<Integer> ports = new ArrayList<>(given);
    while (ports.size() < DemoStack.SIDECARS) {
      ports.add(FreePort.next());
    }
    return ports;
  }
}
