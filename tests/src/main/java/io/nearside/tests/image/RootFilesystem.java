package io.nearside.tests.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The image's root filesystem as a folder: a Java runtime of the modules that the sidecar uses, its
 * jars in a fixed order, the files of the C library that the runtime is linked to, and, once {@link
 * AotTraining trained}, the AOT cache. No shell, nothing of a distribution.
 *
 * @param folder what is {@code /} in the container
 */
public record RootFilesystem(Path folder) {
  /** Where everything of ours lies. */
  public static final String HOME = "/opt/nearside";

  /** The number that the container runs as, user and group. */
  public static final int USER = 65_532;

  /** The AOT cache. */
  public static final String AOT_CACHE = HOME + "/nearside.aot";

  static final String AGENT_JAR = "nearside-agent.jar";
  private static final String LAUNCH = "agent/src/main/launch/jvm.options";
  private static final String IMAGE_OPTIONS = "docker/image.options";
  private static final String ASK_OPTIONS = "docker/ask.options";

  public RootFilesystem {
    folder = folder.toAbsolutePath().normalize();
  }

  /**
   * Lays the tree out from a checkout whose agent is packaged. Files carry the time {@code stamp},
   * because the AOT cache remembers those of the jars and an image is to be the same on each build.
   *
   * @throws IllegalStateException when the agent is not packaged or a tool fails
   */
  static RootFilesystem lay(Path checkout, Path folder, Instant stamp) throws IOException {
    var tree = new RootFilesystem(folder);
    Tool.removeTree(tree.folder);
    Files.createDirectories(tree.home().resolve("lib"));
    Runtimes.link(tree.home().resolve("runtime"));
    Jars.lay(checkout.resolve("agent/target"), tree.home().resolve("lib"));
    List<String> options = new ArrayList<>(Files.readAllLines(checkout.resolve(LAUNCH)));
    options.addAll(Files.readAllLines(checkout.resolve(IMAGE_OPTIONS)));
    Files.write(tree.home().resolve("jvm.options"), options);
    Files.copy(checkout.resolve(ASK_OPTIONS), tree.home().resolve("ask.options"));
    HostLibraries.copy(tree.home().resolve("runtime"), tree.folder);
    tree.writeEtc();
    tree.setTimes(stamp);
    return tree;
  }

  /** Who the user is, and in which order names are looked up; the rest comes from the engine. */
  private void writeEtc() throws IOException {
    Path etc = Files.createDirectories(folder.resolve("etc"));
    Files.writeString(
        etc.resolve("passwd"),
        "root:x:0:0:root:/:/sbin/nologin\nnearside:x:%d:%d:nearside:/:/sbin/nologin\n"
            .formatted(USER, USER));
    Files.writeString(etc.resolve("group"), "root:x:0:\nnearside:x:%d:\n".formatted(USER));
    Files.writeString(etc.resolve("nsswitch.conf"), "hosts: files dns\n");
    for (String mountPoint : List.of("dev", "proc", "sys", "tmp", "etc/nearside")) {
      Files.createDirectories(folder.resolve(mountPoint));
    }
    Files.setPosixFilePermissions(
        folder.resolve("tmp"), PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  /** Gives every file and folder one time. */
  void setTimes(Instant stamp) throws IOException {
    FileTime time = FileTime.from(stamp);
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.filter(path -> !Files.isSymbolicLink(path)).toList()) {
        Files.setLastModifiedTime(path, time);
      }
    }
  }

  /** {@link #HOME} as a folder of this machine. */
  Path home() {
    return folder.resolve(HOME.substring(1));
  }

  /** Where the AOT cache lies, or will. */
  Path aotCache() {
    return folder.resolve(AOT_CACHE.substring(1));
  }

  /**
   * The image's start command, without the sidecar's own arguments.
   *
   * @param flags of the virtual machine, after those of the image
   */
  static List<String> startCommand(List<String> flags) {
    List<String> command = new ArrayList<>();
    command.add(HOME + "/runtime/bin/java");
    command.add("@" + HOME + "/jvm.options");
    command.addAll(flags);
    command.addAll(List.of("-jar", HOME + "/lib/" + AGENT_JAR));
    return command;
  }

  /** What hooks of a container run: one question to the sidecar beside it, see {@code Ask}. */
  public static List<String> askCommand(String... question) {
    List<String> command =
        new ArrayList<>(List.of(HOME + "/runtime/bin/java", "@" + HOME + "/ask.options"));
    command.addAll(List.of(question));
    return command;
  }

  /** What it takes uncompressed, in bytes. */
  public long bytes() throws IOException {
    return parts().values().stream().mapToLong(Long::longValue).sum();
  }

  /** A digest of each file and its time, but for the AOT cache, of which no two are alike. */
  Map<String, String> digests() throws IOException {
    Map<String, String> digests = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        if (!file.equals(aotCache())) {
          byte[] digest = Tool.sha256().digest(Files.readAllBytes(file));
          digests.put(
              folder.relativize(file).toString(),
              HexFormat.of().formatHex(digest) + " " + Files.getLastModifiedTime(file));
        }
      }
    }
    return digests;
  }

  /** What each of its parts takes, in bytes. */
  Map<String, Long> parts() throws IOException {
    Map<String, Long> parts = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file :
          all.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)).toList()) {
        Path inside = folder.relativize(file);
        Path part = inside.startsWith(HOME.substring(1)) ? inside.subpath(0, 3) : inside.getName(0);
        parts.merge("/" + part, Files.size(file), Long::sum);
      }
    }
    return parts;
  }
}
