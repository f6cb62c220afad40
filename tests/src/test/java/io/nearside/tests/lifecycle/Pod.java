package io.nearside.tests.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.nearside.tests.stack.Hook;
import io.nearside.tests.stack.PostgresYaml;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.SidecarYaml;
import java.time.Duration;

/** A sidecar and the app beside it, begun and ended in the order in which Kubernetes does. */
final class Pod implements AutoCloseable {
  /** What a Service still sends to a pod after it is told to end. */
  private static final long STRAGGLERS_MILLIS = 500;

  private static final Duration HOOK_WITHIN = Duration.ofSeconds(60);
  private static final String GRACE_SECONDS = "25";

  private final SidecarProcess sidecar;
  private final App app;

  private Pod(SidecarProcess sidecar, App app) {
    this.sidecar = sidecar;
    this.app = app;
  }

  /** The app starts when the sidecar's startup probe is good, and expects to be served. */
  static Pod start(String name, SidecarYaml yaml, PostgresYaml face, Books books) {
    SidecarProcess sidecar = SidecarProcess.start(yaml.text());
    try {
      assertEquals(0, Hook.ask(sidecar.adminPort(), "", "startupz", "--wait", "60"), sidecar::log);
      return new Pod(sidecar, App.start(name, sidecar.redisPort(), face.port(), books));
    } catch (Throwable failed) {
      sidecar.close();
      throw failed;
    }
  }

  /** A native sidecar: the hook at once, SIGTERM when the app is gone. */
  void endNative() throws InterruptedException {
    assertEquals(0, Hook.ask(sidecar.adminPort(), "", "drain"), sidecar::log);
    assertEquals(503, sidecar.get("/readyz").statusCode());
    Thread.sleep(STRAGGLERS_MILLIS);
    app.stop();
    assertEquals(0, sidecar.stop(), sidecar::log);
  }

  /** A container like any other: its hook must hold SIGTERM up until the app is gone. */
  void endClassic() throws InterruptedException {
    try (Hook hook = Hook.start(sidecar.adminPort(), "", "drain", "--wait", GRACE_SECONDS)) {
      Thread.sleep(STRAGGLERS_MILLIS);
      assertEquals(true, hook.isAlive(), "the hook did not wait for the app");
      app.stop();
      assertEquals(0, hook.awaitExit(HOOK_WITHIN), sidecar::log);
    }
    assertEquals(0, sidecar.stop(), sidecar::log);
  }

  String log() {
    return sidecar.log();
  }

  /** Ends what is left of it, without ado. */
  @Override
  public void close() {
    sidecar.close();
  }
}
