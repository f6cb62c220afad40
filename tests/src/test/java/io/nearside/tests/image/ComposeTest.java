package io.nearside.tests.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.config.ConfigLoader;
import io.nearside.config.NearsideConfig;
import io.nearside.tests.stack.RepositoryRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** docker/compose.yaml without an engine: what each service may and what the sidecars are told. */
final class ComposeTest {
  private static final Path FOLDER = RepositoryRoot.path().resolve("docker");
  private static final String PINNED = "[a-z0-9./-]+:\\d+\\.\\d+[A-Za-z0-9._-]*";

  /** Docker's own images of it begin as root and go on as somebody else. */
  private static final String BEGINS_AS_ROOT = "postgres";

  private final Map<String, Map<?, ?>> services = new LinkedHashMap<>();
  private final Map<?, ?> file;

  ComposeTest() throws IOException {
    file =
        new Yaml(new SafeConstructor(new LoaderOptions()))
            .load(Files.readString(FOLDER.resolve("compose.yaml")));
    map(file, "services").forEach((name, one) -> services.put(name.toString(), (Map<?, ?>) one));
  }

  private static Map<?, ?> map(Map<?, ?> parent, String key) {
    return parent.get(key) instanceof Map<?, ?> map ? map : Map.of();
  }

  private static List<?> list(Map<?, ?> parent, String key) {
    return parent.get(key) instanceof List<?> list ? list : List.of();
  }

  @Test
  void services_allOfThem_keepTheRules() {
    List<String> faults = new ArrayList<>();
    services.forEach(
        (name, service) -> faults(service).forEach(fault -> faults.add(name + ": " + fault)));
    assertEquals(List.of(), faults);
  }

  private static List<String> faults(Map<?, ?> service) {
    List<String> faults = new ArrayList<>();
    String image = String.valueOf(service.get("image"));
    expect(image.matches(PINNED), "image " + image + " is not of a version", faults);
    expect(Boolean.TRUE.equals(service.get("read_only")), "writable root filesystem", faults);
    expect(list(service, "cap_drop").equals(List.of("ALL")), "keeps capabilities", faults);
    expect(
        list(service, "security_opt").contains("no-new-privileges:true"),
        "may gain privileges",
        faults);
    expect(!Boolean.TRUE.equals(service.get("privileged")), "privileged", faults);
    expect(!"host".equals(service.get("network_mode")), "the host's network", faults);
    expect(list(service, "ports").isEmpty(), "ports open on the host", faults);
    expect(service.containsKey("restart"), "no restart policy", faults);
    expect(!list(map(service, "healthcheck"), "test").isEmpty(), "no healthcheck", faults);
    expect(
        image.startsWith(BEGINS_AS_ROOT)
            || String.valueOf(service.get("user")).matches("[1-9]\\d*:[1-9]\\d*"),
        "runs as root",
        faults);
    Map<?, ?> limits = map(map(map(service, "deploy"), "resources"), "limits");
    for (String limit : List.of("cpus", "memory", "pids")) {
      expect(limits.containsKey(limit), "no limit of " + limit, faults);
    }
    return faults;
  }

  private static void expect(boolean fine, String fault, List<String> faults) {
    if (!fine) {
      faults.add(fault);
    }
  }

  @Test
  void services_whatTheyNameOfTheCheckout_isThere() {
    List<Path> named = new ArrayList<>();
    for (Map<?, ?> service : services.values()) {
      Map<?, ?> build = map(service, "build");
      if (!build.isEmpty()) {
        Path context = FOLDER.resolve(String.valueOf(build.get("context"))).normalize();
        Object recipe = build.get("dockerfile");
        named.add(context.resolve(recipe == null ? "Dockerfile" : recipe.toString()));
      }
      for (Object volume : list(service, "volumes")) {
        String source = volume.toString().split(":", 2)[0];
        if (source.startsWith(".")) {
          named.add(FOLDER.resolve(source).normalize());
        } else {
          assertTrue(map(file, "volumes").containsKey(source), source);
        }
      }
    }
    assertFalse(named.isEmpty());
    named.forEach(path -> assertTrue(Files.isRegularFile(path), path.toString()));
  }

  @Test
  void sidecars_two_areConfiguredAsOneFleet() {
    List<Map<?, ?>> sidecars =
        services.values().stream()
            .filter(service -> "nearside:0.1.0".equals(service.get("image")))
            .toList();
    assertEquals(2, sidecars.size());
    List<NearsideConfig> configs =
        sidecars.stream().map(service -> config(map(service, "environment"))).toList();
    NearsideConfig a = configs.getFirst();
    NearsideConfig b = configs.getLast();
    assertFalse(a.node().id().equals(b.node().id()));
    assertEquals(a.cluster().name(), b.cluster().name());
    assertEquals(
        List.of(a.cluster().bind().host() + ":5701", b.cluster().bind().host() + ":5701"),
        a.cluster().join().members().stream().map(Object::toString).toList());
    assertTrue(a.postgres().enabled() && b.postgres().enabled());
    for (int i = 0; i < sidecars.size(); i++) {
      assertEquals(
          configs.get(i).cluster().bind().host(),
          map(map(sidecars.get(i), "networks"), "data").get("ipv4_address"));
      List<?> healthy = list(map(sidecars.get(i), "healthcheck"), "test");
      assertEquals(RootFilesystem.askCommand("readyz"), healthy.subList(1, healthy.size()));
    }
  }

  private static NearsideConfig config(Map<?, ?> environment) {
    Map<String, String> variables = new TreeMap<>();
    environment.forEach(
        (name, value) ->
            variables.put(
                name.toString(),
                value.toString().replaceAll("\\$\\{[^}]*}", "a-secret-of-tests-only")));
    return ConfigLoader.load(Map.of(), "compose.yaml", variables).config();
  }

  @Test
  void apps_each_seeOneSidecarOnly() {
    List<String> networks =
        services.entrySet().stream()
            .filter(entry -> entry.getKey().startsWith("app-"))
            .map(entry -> String.valueOf(entry.getValue().get("network_mode")))
            .sorted()
            .toList();
    assertEquals(List.of("service:sidecar-a", "service:sidecar-b"), networks);
  }
}
