package io.nearside.tests.stack;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the checkout of Nearside stands that this JVM runs from. */
public final class RepositoryRoot {
  private RepositoryRoot() {}

  /**
   * The folder with the parent POM: what the launcher says in the system property {@code
   * nearside.home}, else the nearest one above the working directory.
   *
   * @throws IllegalStateException when neither leads to a checkout
   */
  public static Path path() {
    String home = System.getProperty("nearside.home");
    Path folder = Path.of(home == null ? "" : home).toAbsolutePath();
    while (folder != null && !Files.isRegularFile(folder.resolve(SidecarProcess.OPTIONS_FILE))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException("no checkout above " + Path.of("").toAbsolutePath());
    }
    return folder;
  }
}
