package io.nearside.tests.image;

import io.nearside.tests.image.Dockerfile.Instruction;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Buildah with a storage of its own in a folder: builds an image of a tree without an engine. */
final class Buildah implements AutoCloseable {
  private static final String IMAGE = "nearside-test";
  private static final String CONTAINER = "nearside-test-container";

  private final Path folder;

  Buildah(Path scratch) throws IOException {
    folder = Files.createDirectories(scratch.resolve("buildah"));
  }

  private String run(List<String> arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "buildah",
                "--storage-driver",
                "vfs",
                "--root",
                folder.resolve("storage").toString(),
                "--runroot",
                folder.resolve("run").toString()));
    command.addAll(arguments);
    return Tool.run(command);
  }

  /**
   * Builds the last stage of a Dockerfile; what it copies of the build stage is the tree.
   *
   * @return the image's configuration
   */
  JsonObject build(Dockerfile file, RootFilesystem tree) throws IOException {
    int last = file.instructions().getLast().stage();
    List<String> recipe = new ArrayList<>();
    for (Instruction one : file.instructions()) {
      if (one.stage() == last) {
        String text = one.text().replace("--from=build /rootfs /", ". /");
        recipe.add(one.keyword() + " " + text);
      }
    }
    Path stage = Files.write(folder.resolve("Dockerfile"), recipe);
    run(
        List.of(
            "bud",
            "--isolation",
            "chroot",
            "--format",
            "docker",
            "--quiet",
            "--file",
            stage.toString(),
            "--tag",
            IMAGE,
            tree.folder().toString()));
    return new JsonObject(run(List.of("inspect", "--type", "image", IMAGE)))
        .getJsonObject("Docker")
        .getJsonObject("config");
  }

  /** The image's root filesystem. */
  RootFilesystem mount() throws IOException {
    run(List.of("from", "--pull-never", "--name", CONTAINER, "localhost/" + IMAGE));
    return new RootFilesystem(Path.of(run(List.of("mount", CONTAINER)).strip()));
  }

  @Override
  public void close() throws IOException {
    run(List.of("rm", "--all"));
    run(List.of("rmi", "--all", "--force"));
  }
}
