package io.nearside.tests.manifests;

import io.nearside.tests.stack.RepositoryRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A folder that kubectl can render.
 *
 * @param name below {@code k8s-manifests}, such as {@code overlays/dev}
 */
record Kustomization(String name) {
  static final Path ROOT = RepositoryRoot.path().resolve("k8s-manifests");

  private static final Map<String, List<Manifest>> RENDERED = new ConcurrentHashMap<>();

  /** All that there are. */
  static List<Kustomization> all() {
    try (var files = Files.walk(ROOT)) {
      return files
          .filter(file -> file.endsWith("kustomization.yaml"))
          .map(file -> ROOT.relativize(file.resolveSibling("")).toString())
          .sorted()
          .map(Kustomization::new)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path folder() {
    return ROOT.resolve(name);
  }

  /** The objects that kubectl makes of it; rendered once. */
  List<Manifest> render() {
    return RENDERED.computeIfAbsent(
        name, _ -> Manifest.parse(Program.KUBECTL.run("kustomize", folder().toString())));
  }

  /** The one object of this kind and name, without the hash that generated names end with. */
  Manifest object(String kind, String objectName) {
    return render().stream()
        .filter(object -> object.is(kind))
        .filter(object -> object.name().replaceFirst("-[a-z0-9]{10}$", "").equals(objectName))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " has no " + kind + " " + objectName));
  }

  @Override
  public String toString() {
    return name;
  }
}
