package io.nearside.tests.chaos;

import io.nearside.tests.stack.Host;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Hosts as network namespaces around a bridge, each with an address of its own; this process has
 * the first address and reaches all of them.
 *
 * <pre>
 *   this process  10.x.y.1 ── bridge ── veth ── eth0 10.x.y.10   namespace nearside-PID-0
 *                                    ── veth ── eth0 10.x.y.11   namespace nearside-PID-1
 * </pre>
 *
 * <p>Names and addresses come from the process id, so that two runs on one machine do not meet.
 * What a run that was killed has left is removed by the next one.
 */
final class Network implements AutoCloseable {
  private static final String PREFIX = "nearside-";
  private static final Pattern NAMESPACE = Pattern.compile("^nearside-(?<pid>\\d+)-\\d+\\b");
  private static final Pattern BRIDGE = Pattern.compile("\\bnsb(?<pid>\\d+)\\b");
  private static final Pattern VETH = Pattern.compile("\\bnsv(?<pid>\\d+)x\\d+\\b");
  private static final int FIRST_HOST = 10;

  private final long pid = ProcessHandle.current().pid();
  private final String bridge = "nsb" + pid;
  private final String subnet;
  private final List<Host> hosts = new ArrayList<>();
  private final Thread atExit = new Thread(() -> remove(pid));

  private Network() {
    subnet = freeSubnet();
  }

  /** Why no hosts can be built here: what is missing or not permitted; empty where they can. */
  static Optional<String> obstacle() {
    long pid = ProcessHandle.current().pid();
    String namespace = PREFIX + pid + "-0";
    try {
      Tool.run("ip", "netns", "add", namespace);
      Tool.run("ip", "-n", namespace, "link", "add", "nsbtry", "type", "bridge");
      Tool.run("ip", "netns", "exec", namespace, "nft", "list", "ruleset");
      Tool.run("ip", "netns", "exec", namespace, "tc", "qdisc", "show");
      return Optional.empty();
    } catch (IllegalStateException refused) {
      return Optional.of(String.valueOf(refused.getMessage()));
    } finally {
      Tool.attempt("ip", "netns", "del", namespace);
    }
  }

  /** Removes what dead runs have left, then builds an empty network. */
  static Network build() {
    deadRuns().forEach(Network::remove);
    var network = new Network();
    Runtime.getRuntime().addShutdownHook(network.atExit);
    Tool.run("mkdir", "-p", network.folder().toString());
    Tool.run("ip", "link", "add", network.bridge, "type", "bridge");
    Tool.run("ip", "addr", "add", network.gateway() + "/24", "dev", network.bridge);
    Tool.run("ip", "link", "set", network.bridge, "up");
    return network;
  }

  /** For files; it goes with the network. */
  Path folder() {
    return folder(pid);
  }

  private static Path folder(long pid) {
    return Path.of(System.getProperty("java.io.tmpdir"), PREFIX + "chaos-" + pid);
  }

  /** A file system of that size in the folder; it goes with the network. */
  Path smallDisk(String name, int kibibytes) {
    Path disk = folder().resolve(name);
    Tool.run("mkdir", "-p", disk.toString());
    Tool.run("mount", "-t", "tmpfs", "-o", "size=" + kibibytes + "k", "tmpfs", disk.toString());
    return disk;
  }

  /** This process's own address. */
  String gateway() {
    return subnet + ".1";
  }

  /** Adds a host. */
  Host addHost() {
    int number = hosts.size();
    String namespace = PREFIX + pid + "-" + number;
    String outside = "nsv" + pid + "x" + number;
    String address = subnet + "." + (FIRST_HOST + number);
    Tool.run("ip", "netns", "add", namespace);
    Tool.run(
        "ip", "link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", namespace);
    Tool.run("ip", "link", "set", outside, "master", bridge, "up");
    Tool.run("ip", "-n", namespace, "addr", "add", address + "/24", "dev", "eth0");
    Tool.run("ip", "-n", namespace, "link", "set", "eth0", "up");
    Tool.run("ip", "-n", namespace, "link", "set", "lo", "up");
    var host = new Host(address, List.of("ip", "netns", "exec", namespace));
    hosts.add(host);
    return host;
  }

  /**
   * Spoils what arrives at a host: nft rules of its input chain, in place of those before; none:
   * all is well again.
   */
  void filter(Host host, String... rules) {
    String chain =
        Arrays.stream(rules).map(rule -> "    " + rule + "\n").collect(Collectors.joining());
    Tool.run(
        host.command(List.of("nft", "-f", "-")),
        """
        table inet chaos
        delete table inet chaos
        table inet chaos {
          chain arriving {
            type filter hook input priority 0
        %s  }
        }
        """
            .formatted(chain));
  }

  /** Limits what leaves a host. */
  void narrow(Host host, String rate) {
    List<String> words = new ArrayList<>(List.of("tc", "qdisc", "replace", "dev", "eth0", "root"));
    words.addAll(List.of("tbf", "rate", rate, "burst", "32kbit", "latency", "400ms"));
    Tool.run(host.command(words), "");
  }

  /** Ends {@link #narrow}. */
  void widen(Host host) {
    Tool.run(host.command(List.of("tc", "qdisc", "del", "dev", "eth0", "root")), "");
  }

  @Override
  public void close() {
    remove(pid);
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  private static String freeSubnet() {
    String taken = Tool.run("ip", "-o", "-4", "addr", "show");
    long start = ProcessHandle.current().pid();
    for (int i = 0; i < 256; i++) {
      long number = start + i;
      String subnet = "10.%d.%d".formatted(64 + number / 256 % 128, number % 256);
      if (!taken.contains(" " + subnet + ".")) {
        return subnet;
      }
    }
    throw new IllegalStateException("no free subnet: " + taken);
  }

  private static Set<Long> deadRuns() {
    Set<Long> dead = new TreeSet<>();
    Tool.run("ip", "netns", "list").lines().forEach(line -> addDead(NAMESPACE.matcher(line), dead));
    Tool.run("ip", "-o", "link", "show", "type", "bridge")
        .lines()
        .forEach(line -> addDead(BRIDGE.matcher(line), dead));
    return dead;
  }

  private static void addDead(Matcher name, Set<Long> dead) {
    if (name.find()) {
      long pid = Long.parseLong(name.group("pid"));
      if (ProcessHandle.of(pid).isEmpty()) {
        dead.add(pid);
      }
    }
  }

  /** Ends what runs in the namespaces of a run, and removes them and the bridge. */
  private static void remove(long pid) {
    for (String line : Tool.run("ip", "netns", "list").lines().toList()) {
      String namespace = line.split(" ", 2)[0];
      if (namespace.startsWith(PREFIX + pid + "-")) {
        Tool.run("ip", "netns", "pids", namespace)
            .lines()
            .forEach(
                child ->
                    ProcessHandle.of(Long.parseLong(child))
                        .ifPresent(ProcessHandle::destroyForcibly));
        Tool.attempt("ip", "netns", "del", namespace);
      }
    }
    // A namespace goes when its last process has; what leads into it must go now.
    Matcher veth = VETH.matcher(Tool.run("ip", "-o", "link", "show", "type", "veth"));
    while (veth.find()) {
      if (Long.parseLong(veth.group("pid")) == pid) {
        Tool.attempt("ip", "link", "del", veth.group());
      }
    }
    Tool.attempt("ip", "link", "del", "nsb" + pid);
    for (String line : Tool.run("cat", "/proc/mounts").lines().toList()) {
      String mount = line.split(" ", 3)[1];
      if (mount.startsWith(folder(pid) + "/")) {
        Tool.attempt("umount", "-l", mount);
      }
    }
    Tool.attempt("rm", "-rf", folder(pid).toString());
  }
}
