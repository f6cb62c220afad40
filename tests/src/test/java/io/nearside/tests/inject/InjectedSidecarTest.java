package io.nearside.tests.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.nearside.agent.Agent;
import io.nearside.agent.Ask;
import io.nearside.agent.inject.InjectionResult;
import io.nearside.agent.inject.NamespaceLabels;
import io.nearside.config.ConfigLoader;
import io.nearside.config.LoadedConfig;
import io.nearside.tests.stack.FreePort;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sidecar is started as the injected container says, and used as the app's container says. */
final class InjectedSidecarTest {
  private static final long WAIT_NANOS = Duration.ofSeconds(20).toNanos();

  /** Stands for the pod's file system: mounts are folders of it. */
  @TempDir private Path root = Path.of(".");

  @Test
  void sidecar_asInjected_answersProbesHooksAndTheApp() throws Exception {
    try (RedisServer redis = RedisServer.start()) {
      Pod pod = pod(redis.url());
      Container sidecar = PodCheck.sidecar(pod);
      for (VolumeMount mount : sidecar.getVolumeMounts()) {
        Files.createDirectories(mounted(mount.getMountPath()));
      }
      LoadedConfig config = ConfigLoader.load(Map.of(), "no file", environment(sidecar));
      try (Agent _ = Agent.start(config, () -> config)) {
        for (Probe probe :
            List.of(
                sidecar.getStartupProbe(),
                sidecar.getLivenessProbe(),
                sidecar.getReadinessProbe())) {
          awaitGood(sidecar, probe);
        }
        String url = environment(pod.getSpec().getContainers().getLast()).get("REDIS_URL");
        Path socket = mounted(URI.create(String.valueOf(url)).getPath());
        assertEquals(
            "rwxrwxrwx", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
        try (RawRedis client = RawRedis.connect(socket)) {
          assertEquals("+OK\r\n", client.ask("SET", "injected", "yes"));
        }
        assertEquals("$3\r\nyes\r\n", redis.command("GET", "injected"));
        assertEquals(0, hook(sidecar, sidecar.getLifecycle().getPostStart()));
        assertEquals(200, status(sidecar, sidecar.getReadinessProbe()));
        assertEquals(0, hook(sidecar, sidecar.getLifecycle().getPreStop()));
        assertEquals(503, status(sidecar, sidecar.getReadinessProbe()));
      }
    }
  }

  private static Pod pod(String url) {
    var annotations =
        new JsonObject()
            .put("nearside.io/redis-url", url)
            .put("nearside.io/redis-port", String.valueOf(FreePort.next()))
            .put("nearside.io/admin-port", String.valueOf(FreePort.next()))
            .put("nearside.io/mode", "classic")
            .put("nearside.io/unix-sockets", "true")
            .put("nearside.io/env", "redis-unix");
    var app = new JsonObject().put("name", "app").put("image", "app:1");
    var pod =
        new JsonObject()
            .put("metadata", new JsonObject().put("name", "p").put("annotations", annotations))
            .put("spec", new JsonObject().put("containers", new JsonArray().add(app)));
    var injected =
        assertInstanceOf(
            InjectionResult.Injected.class,
            Reviews.INJECTION.inject(pod, "shop", NamespaceLabels.OPTED_IN));
    return StrictPods.read(Reviews.json(injected.pod().encode()));
  }

  private Path mounted(String path) {
    return root.resolve(path.substring(1));
  }

  /** Its variables, where paths of mounts are folders here. */
  private Map<String, String> environment(Container container) {
    Map<String, String> environment = new HashMap<>();
    for (EnvVar variable : container.getEnv()) {
      String value = variable.getValue();
      if (value == null) {
        environment.put(variable.getName(), "10.1.2.3");
      } else {
        boolean path =
            container.getName().equals("nearside")
                && container.getVolumeMounts().stream()
                    .anyMatch(mount -> value.startsWith(mount.getMountPath() + "/"));
        environment.put(variable.getName(), path ? mounted(value).toString() : value);
      }
    }
    return environment;
  }

  private static void awaitGood(Container sidecar, Probe probe)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + WAIT_NANOS;
    int status = status(sidecar, probe);
    while (status != 200 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(10_000_000);
      status = status(sidecar, probe);
    }
    assertEquals(200, status, probe::toString);
  }

  private static int status(Container sidecar, Probe probe)
      throws IOException, InterruptedException {
    int port =
        sidecar.getPorts().stream()
            .filter(one -> one.getName().equals(probe.getHttpGet().getPort().getStrVal()))
            .map(ContainerPort::getContainerPort)
            .findFirst()
            .orElseThrow();
    URI uri = URI.create("http://127.0.0.1:" + port + probe.getHttpGet().getPath());
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }

  /** Does what a hook does, with the JDK and classes of these tests for those of the image. */
  private int hook(Container sidecar, LifecycleHandler hook)
      throws IOException, InterruptedException {
    List<String> command = hook.getExec().getCommand();
    assertEquals(
        List.of("/opt/nearside/runtime/bin/java", "@/opt/nearside/ask.options"),
        command.subList(0, 2));
    List<String> here = new ArrayList<>();
    here.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    here.addAll(List.of("-cp", System.getProperty("java.class.path"), Ask.class.getName()));
    here.addAll(command.subList(2, command.size()));
    var builder = new ProcessBuilder(here).inheritIO();
    builder.environment().putAll(environment(sidecar));
    Process process = builder.start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "a hook that does not end");
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }
}
