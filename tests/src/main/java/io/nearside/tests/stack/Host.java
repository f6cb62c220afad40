package io.nearside.tests.stack;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a child process runs, and the address at which it is reached.
 *
 * @param address of this host, as it stands in configuration files
 * @param entry the words before a command that bring it there; none for this machine itself
 */
public record Host(String address, List<String> entry) {
  /** This machine, by its loopback address. */
  public static final Host LOCAL = new Host("127.0.0.1", List.of());

  public Host {
    entry = List.copyOf(entry);
  }

  /** The same host, with more words between the entry and the command. */
  public Host within(List<String> words) {
    return new Host(address, joined(entry, words));
  }

  /** What to start on this machine so that the command runs on this host. */
  public List<String> command(List<String> words) {
    return joined(entry, words);
  }

  private static List<String> joined(List<String> first, List<String> second) {
    List<String> all = new ArrayList<>(first);
    all.addAll(second);
    return List.copyOf(all);
  }
}
