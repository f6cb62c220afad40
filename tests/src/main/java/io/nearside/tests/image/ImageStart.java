package io.nearside.tests.image;

import io.nearside.tests.stack.Host;
import io.nearside.tests.stack.SidecarProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands of an image without an engine. As root on Linux they get what a container gets: the
 * tree as a read-only root, an empty {@code /tmp}, the image's user, no way to more rights. As an
 * ordinary user they run where the tree lies, with its paths put into the options.
 */
public final class ImageStart {
  private static final String JAIL =
      """
      root=$1; user=$2; gate=$3; shift 3
      mount --bind "$root" "$root"
      mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
      mount -t proc proc "$root/proc"
      mount --rbind /dev "$root/dev"
      mount --rbind /sys "$root/sys"
      while [ "$1" != -- ]; do
        mkdir -p "$root$1"
        mount --bind "$1" "$root$1"
        mount -o remount,bind,ro "$root$1"
        shift
      done
      shift
      mount -o remount,bind,ro "$root"
      if [ "$gate" != - ]; then : >"$gate.reached"; read -r _ <"$gate"; fi
      exec setpriv --no-new-privs chroot --userspec="$user:$user" --groups="$user" "$root" "$@"
      """;

  private static final String GATE =
      """
      gate=$1; shift
      : >"$gate.reached"; read -r _ <"$gate"
      exec "$@"
      """;

  private ImageStart() {}

  /** Whether commands run behind a root of their own. */
  public static boolean isJailed() {
    return Tool.isRoot()
        && Tool.find("unshare").isPresent()
        && Tool.find("setpriv").isPresent()
        && Tool.find("chroot").isPresent();
  }

  /**
   * Starts a sidecar by the image's start command and waits for nothing.
   *
   * @param readable folders below {@code /tmp} that its configuration names
   * @param flags of the virtual machine, after those of the image
   */
  public static SidecarProcess launch(
      RootFilesystem tree, String yaml, Collection<Path> readable, List<String> flags) {
    return launch(Host.LOCAL, null, tree, yaml, readable, flags);
  }

  /** The same, held up by a gate. */
  public static SidecarProcess launch(
      StartGate gate,
      RootFilesystem tree,
      String yaml,
      Collection<Path> readable,
      List<String> flags) {
    return launch(Host.LOCAL, gate, tree, yaml, readable, flags);
  }

  /** The same on a host, or in a control group of this one. */
  public static SidecarProcess launch(
      Host host, RootFilesystem tree, String yaml, Collection<Path> readable, List<String> flags) {
    return launch(host, null, tree, yaml, readable, flags);
  }

  private static SidecarProcess launch(
      Host host,
      @Nullable StartGate gate,
      RootFilesystem tree,
      String yaml,
      Collection<Path> readable,
      List<String> flags) {
    return SidecarProcess.launchBy(
        yaml,
        folder -> {
          Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
          List<Path> visible = new ArrayList<>(readable);
          visible.add(folder);
          List<String> command = new ArrayList<>(RootFilesystem.startCommand(flags));
          command.addAll(
              List.of("run", "--config", folder.resolve(SidecarProcess.CONFIG_FILE).toString()));
          return host.command(command(gate, tree, command, visible, folder));
        });
  }

  /**
   * What to run on this machine for a command of the image.
   *
   * @param words with the image's own paths
   * @param readable folders of this machine below {@code /tmp} that it may read
   * @param scratch where files may be written that the command needs
   */
  public static List<String> command(
      RootFilesystem tree, List<String> words, Collection<Path> readable, Path scratch)
      throws IOException {
    return command(null, tree, words, readable, scratch);
  }

  private static List<String> command(
      @Nullable StartGate gate,
      RootFilesystem tree,
      List<String> words,
      Collection<Path> readable,
      Path scratch)
      throws IOException {
    String held = gate == null ? "-" : gate.pipe().toString();
    if (isJailed()) {
      return jailed(held, tree, words, readable);
    }
    List<String> command =
        new ArrayList<>(gate == null ? List.of() : List.of("sh", "-e", "-c", GATE, "gate", held));
    command.addAll(plain(tree, words, scratch));
    return command;
  }

  private static List<String> jailed(
      String gate, RootFilesystem tree, List<String> words, Collection<Path> readable) {
    List<String> command =
        new ArrayList<>(List.of("unshare", "--mount", "--", "sh", "-e", "-c", JAIL, "jail"));
    command.add(tree.folder().toString());
    command.add(Integer.toString(RootFilesystem.USER));
    command.add(gate);
    readable.forEach(folder -> command.add(folder.toAbsolutePath().toString()));
    command.add("--");
    command.addAll(words);
    return command;
  }

  /** The same command with the paths that the tree has on this machine. */
  static List<String> plain(RootFilesystem tree, List<String> words, Path scratch)
      throws IOException {
    List<String> command = new ArrayList<>();
    for (String word : words) {
      if (word.startsWith("@" + RootFilesystem.HOME)) {
        Path options = tree.folder().resolve(word.substring(2));
        Path here = scratch.resolve(String.valueOf(options.getFileName()));
        Files.writeString(here, localised(tree, Files.readString(options)));
        command.add("@" + here);
      } else {
        command.add(localised(tree, word));
      }
    }
    return command;
  }

  private static String localised(RootFilesystem tree, String text) {
    return text.replace(RootFilesystem.HOME + "/", tree.home() + "/");
  }
}
