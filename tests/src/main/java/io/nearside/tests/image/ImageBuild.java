package io.nearside.tests.image;

import io.nearside.tests.stack.RepositoryRoot;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Makes the image's root filesystem, or takes the one that was made of the same inputs. */
public final class ImageBuild {
  /** Of every file, where SOURCE_DATE_EPOCH says nothing; no build is to differ by its hour. */
  private static final Instant STAMP = Instant.parse("2026-11-01T00:00:00Z");

  private static final List<String> INPUTS =
      List.of(
          "agent/target/lib",
          "agent/src/main/launch",
          "docker/image.options",
          "docker/ask.options",
          "tests/src/main/java/io/nearside/tests/image");

  private ImageBuild() {}

  /** Where {@code ./nearside image} lays it out, unless told otherwise. */
  static Path usualFolder() {
    return RepositoryRoot.path().resolve("tests/target/rootfs");
  }

  /** Whether the agent is packaged, which the image is made of. */
  public static boolean isPossible() {
    return Files.isDirectory(RepositoryRoot.path().resolve("agent/target/lib"));
  }

  /**
   * The tree in the usual folder; made anew where it is not of the present inputs. One process at a
   * time makes it.
   */
  public static synchronized RootFilesystem upToDate() throws IOException {
    Path lock = usualFolder().resolveSibling("rootfs.lock");
    Files.createDirectories(lock.resolveSibling(""));
    try (FileChannel channel =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var _ = channel.lock()) {
      return unlessThere();
    }
  }

  private static RootFilesystem unlessThere() throws IOException {
    var tree = new RootFilesystem(usualFolder());
    Path note = tree.folder().resolveSibling("rootfs.inputs");
    String inputs = inputs();
    if (Files.isRegularFile(note)
        && Files.readString(note).equals(inputs)
        && Files.isRegularFile(tree.aotCache())) {
      return tree;
    }
    Files.deleteIfExists(note);
    make(tree.folder());
    Files.writeString(note, inputs);
    return tree;
  }

  /** Lays it out in a folder, whose content is removed, and trains it. */
  static RootFilesystem make(Path folder) throws IOException {
    RootFilesystem tree = lay(folder);
    AotTraining.run(tree);
    tree.setTimes(stamp());
    return tree;
  }

  /** The same without the AOT cache. */
  static RootFilesystem lay(Path folder) throws IOException {
    return RootFilesystem.lay(RepositoryRoot.path(), folder, stamp());
  }

  private static Instant stamp() {
    String epoch = System.getenv("SOURCE_DATE_EPOCH");
    return epoch == null ? STAMP : Instant.ofEpochSecond(Long.parseLong(epoch));
  }

  /** The recipe of the image. */
  static Path dockerfile() {
    return RepositoryRoot.path().resolve("docker/Dockerfile");
  }

  /** A digest of all that a tree is made of. */
  private static String inputs() throws IOException {
    MessageDigest digest = Tool.sha256();
    digest.update(Runtime.version().toString().getBytes(StandardCharsets.UTF_8));
    for (String input : INPUTS) {
      add(digest, RepositoryRoot.path().resolve(input));
    }
    add(digest, Jars.agent(RepositoryRoot.path().resolve("agent/target")));
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, Path fileOrFolder) throws IOException {
    try (Stream<Path> files = Files.walk(fileOrFolder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        digest.update(String.valueOf(file.getFileName()).getBytes(StandardCharsets.UTF_8));
        digest.update(Files.readAllBytes(file));
      }
    }
  }
}
