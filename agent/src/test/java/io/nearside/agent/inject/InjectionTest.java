package io.nearside.agent.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InjectionTest {
  private static final String URL = "redis://redis:6379";

  private static Injection injection(boolean nativeSupported, Map<String, String> defaults) {
    return new Injection(
        new InjectorSettings(
            "nearside:1",
            "IfNotPresent",
            defaults,
            InjectorSettings.SYSTEM_NAMESPACES,
            nativeSupported));
  }

  private static JsonObject pod(String... annotations) {
    var texts = new JsonObject();
    for (int i = 0; i < annotations.length; i += 2) {
      texts.put(PodAnnotation.PREFIX + annotations[i], annotations[i + 1]);
    }
    return new JsonObject()
        .put("metadata", new JsonObject().put("annotations", texts))
        .put(
            "spec",
            new JsonObject()
                .put(
                    "containers",
                    new JsonArray()
                        .add(new JsonObject().put("name", "app").put("image", "app:1"))));
  }

  private static InjectionResult inject(JsonObject pod) {
    return injection(true, Map.of()).inject(pod, "shop", NamespaceLabels.OPTED_IN);
  }

  private static InjectionResult.Injected injected(InjectionResult result) {
    return assertInstanceOf(InjectionResult.Injected.class, result, result::toString);
  }

  private static String refusal(InjectionResult result) {
    return assertInstanceOf(InjectionResult.Refused.class, result, result::toString).message();
  }

  private static JsonObject sidecar(InjectionResult result, String list) {
    JsonObject container =
        injected(result).pod().getJsonObject("spec").getJsonArray(list).getJsonObject(0);
    assertEquals("nearside", container.getString("name"));
    return container;
  }

  private static String variable(JsonObject container, String name) {
    return container.getJsonArray("env").stream()
        .map(JsonObject.class::cast)
        .filter(one -> one.getString("name").equals(name))
        .map(one -> String.valueOf(one.getString("value")))
        .findFirst()
        .orElse("none");
  }

  /** What namespace, label and annotation say, and what follows. */
  @ParameterizedTest
  @CsvSource({
    "enabled, , , INJECTED",
    "disabled, , , NOT_OPTED_IN",
    ", , , NOT_OPTED_IN",
    "enabled, , false, OPTED_OUT",
    "enabled, disabled, , OPTED_OUT",
    ", enabled, , INJECTED",
    ", , true, INJECTED",
    ", , enabled, INJECTED",
    ", enabled, false, OPTED_OUT",
    "enabled, disabled, true, INJECTED",
    "enabled, , yes, REFUSED",
    "enabled, , '', REFUSED"
  })
  void inject_whoAsked_decides(
      @Nullable String ofNamespace,
      @Nullable String label,
      @Nullable String annotation,
      String outcome) {
    JsonObject pod = pod("redis-url", URL);
    JsonObject metadata = pod.getJsonObject("metadata");
    if (label != null) {
      metadata.put("labels", new JsonObject().put(NamespaceLabels.INJECT, label));
    }
    if (annotation != null) {
      metadata.getJsonObject("annotations").put(NamespaceLabels.INJECT, annotation);
    }
    Map<String, String> labels =
        ofNamespace == null ? Map.of() : Map.of(NamespaceLabels.INJECT, ofNamespace);
    InjectionResult result = injection(true, Map.of()).inject(pod, "shop", labels);
    assertEquals(
        outcome,
        switch (result) {
          case InjectionResult.Injected _ -> "INJECTED";
          case InjectionResult.Refused _ -> "REFUSED";
          case InjectionResult.Skipped skipped -> skipped.reason().name();
        });
  }

  @Test
  void inject_clusterWithoutNativeSidecars_isClassicUnlessInsistedOn() {
    Injection old = injection(false, Map.of("mode", "native"));
    InjectionResult result = old.inject(pod("redis-url", URL), "shop", NamespaceLabels.OPTED_IN);
    JsonObject container = sidecar(result, "containers");
    assertFalse(container.containsKey("restartPolicy"));
    JsonObject metadata = injected(result).pod().getJsonObject("metadata");
    assertEquals(
        "app",
        metadata.getJsonObject("annotations").getString("kubectl.kubernetes.io/default-container"));
    assertTrue(metadata.toString().contains("\\\"mode\\\":\\\"classic\\\""), metadata::toString);
    JsonObject insisting = pod("redis-url", URL, "mode", "native");
    assertTrue(
        refusal(old.inject(insisting, "shop", NamespaceLabels.OPTED_IN))
            .contains("expected classic"));
  }

  @Test
  void inject_classic_waitsForTheStartAndForTheApp() {
    JsonObject pod = pod("redis-url", URL, "mode", "classic", "startup-failure-threshold", "90");
    pod.getJsonObject("spec").put("terminationGracePeriodSeconds", 40);
    JsonObject hooks = sidecar(inject(pod), "containers").getJsonObject("lifecycle");
    assertEquals(List.of("startupz", "--wait", "90"), arguments(hooks, "postStart"));
    assertEquals(List.of("drain", "--wait", "35"), arguments(hooks, "preStop"));
    pod = pod("redis-url", URL, "mode", "classic", "startup-failure-threshold", "3600");
    pod.getJsonObject("metadata")
        .getJsonObject("annotations")
        .put("nearside.io/startup-period-seconds", "3600");
    pod.getJsonObject("spec").put("terminationGracePeriodSeconds", Long.MAX_VALUE);
    hooks = sidecar(inject(pod), "containers").getJsonObject("lifecycle");
    assertEquals(List.of("startupz", "--wait", "99999"), arguments(hooks, "postStart"));
    assertEquals(List.of("drain", "--wait", "99999"), arguments(hooks, "preStop"));
    pod.getJsonObject("spec").put("terminationGracePeriodSeconds", 2);
    hooks = sidecar(inject(pod), "containers").getJsonObject("lifecycle");
    assertEquals(List.of("drain", "--wait", "1"), arguments(hooks, "preStop"));
  }

  @Test
  void inject_native_drainsWithoutWaiting() {
    JsonObject hooks =
        sidecar(inject(pod("redis-url", URL)), "initContainers").getJsonObject("lifecycle");
    assertEquals(List.of("drain"), arguments(hooks, "preStop"));
    assertFalse(hooks.containsKey("postStart"));
  }

  private static List<?> arguments(JsonObject hooks, String hook) {
    List<?> command =
        hooks.getJsonObject(hook).getJsonObject("exec").getJsonArray("command").getList();
    assertEquals(Marks.ASK, command.subList(0, 2));
    return command.subList(2, command.size());
  }

  @Test
  void inject_defaults_holdWhereThePodSaysNothing() {
    Injection injection =
        injection(
            true, Map.of("redis-url", "redis://fleet:6379", "log-level", "WARN", "cpu-limit", "2"));
    JsonObject bare = new JsonObject().put("spec", pod().getJsonObject("spec"));
    JsonObject container =
        sidecar(injection.inject(bare, "shop", NamespaceLabels.OPTED_IN), "initContainers");
    assertEquals("redis://fleet:6379", variable(container, "NEARSIDE_REDIS_UPSTREAM_URL"));
    assertEquals("WARN", variable(container, "NEARSIDE_LOG_LEVEL"));
    assertEquals(
        "2", container.getJsonObject("resources").getJsonObject("limits").getString("cpu"));
    JsonObject own = pod("redis-url-secret", "mine/url", "log-level", "DEBUG");
    container = sidecar(injection.inject(own, "shop", NamespaceLabels.OPTED_IN), "initContainers");
    assertEquals("DEBUG", variable(container, "NEARSIDE_LOG_LEVEL"));
    assertFalse(container.toString().contains("fleet"), "the pod's alternative wins");
  }

  @Test
  void inject_defaultVariablesOfAFaceThatIsNotThere_areLeftOut() {
    Injection injection = injection(true, Map.of("env", "redis,postgres", "app-containers", "web"));
    JsonObject pod = pod("redis-url", URL, "app-containers", "app");
    String app =
        injected(injection.inject(pod, "shop", NamespaceLabels.OPTED_IN))
            .pod()
            .getJsonObject("spec")
            .getJsonArray("containers")
            .encode();
    assertTrue(app.contains("REDIS_URL"), app);
    assertFalse(app.contains("PGHOST"), app);
    // There is no container web, which only a pod could have asked for in vain.
    var _ = injected(injection.inject(pod("redis-url", URL), "shop", NamespaceLabels.OPTED_IN));
  }

  @Test
  void settings_defaultsThatDoNotHold_areAllNamed() {
    String message =
        String.valueOf(
            assertThrows(
                    IllegalArgumentException.class,
                    () ->
                        injection(
                            true,
                            Map.of(
                                "log-levle", "INFO",
                                "log-level", "LOUD",
                                "admin-port", "0",
                                "inject", "true",
                                "redis-url", "here",
                                "redis-url-secret", "redis/url")))
                .getMessage());
    for (String part :
        List.of(
            "log-level?", "LOUD", "admin-port: 0", "inject", "redis-url: here", "one of them")) {
      assertTrue(message.contains(part), message);
    }
  }

  @Test
  void settings_imageWithoutATag_isRefused() {
    String message =
        String.valueOf(
            assertThrows(IllegalArgumentException.class, () -> InjectorSettings.of("nearside"))
                .getMessage());
    assertTrue(message.contains("image: nearside (expected an image with its tag"), message);
  }

  @Test
  void inject_faces_areThoseWithAnUpstream() {
    JsonObject redis = sidecar(inject(pod("redis-url", URL)), "initContainers");
    assertEquals("false", variable(redis, "NEARSIDE_POSTGRES_ENABLED"));
    assertEquals("none", variable(redis, "NEARSIDE_POSTGRES_LISTEN_PORT"));
    JsonObject postgres =
        sidecar(
            inject(pod("postgres-servers", "pg:5432", "postgres-control-user", "nearside")),
            "initContainers");
    assertEquals("false", variable(postgres, "NEARSIDE_REDIS_ENABLED"));
    assertEquals("true", variable(postgres, "NEARSIDE_POSTGRES_ENABLED"));
    JsonObject file = sidecar(inject(pod("config-map", "mine")), "initContainers");
    assertEquals("none", variable(file, "NEARSIDE_REDIS_ENABLED"));
    assertEquals("5432", variable(file, "NEARSIDE_POSTGRES_LISTEN_PORT"));
    assertTrue(refusal(inject(pod("redis", "true"))).contains("redis-url"));
    assertTrue(refusal(inject(pod("redis", "false", "redis-url", URL))).contains("no upstream"));
    assertTrue(
        refusal(inject(pod("redis-url", URL, "postgres", "true"))).contains("postgres-servers"));
  }

  @Test
  void inject_passwordThatMayComeByEnvFrom_isInNoUrl() {
    JsonObject pod = pod("postgres-servers", "pg:5432", "postgres-control-user", "nearside");
    pod.getJsonObject("metadata")
        .getJsonObject("annotations")
        .put("nearside.io/env", "postgres")
        .put("nearside.io/env-user", "orders")
        .put("nearside.io/env-password-secret", "pg/orders");
    JsonObject app = pod.getJsonObject("spec").getJsonArray("containers").getJsonObject(0);
    JsonObject changed =
        injected(inject(pod))
            .pod()
            .getJsonObject("spec")
            .getJsonArray("containers")
            .getJsonObject(0);
    assertEquals(
        "postgresql://orders:$(PGPASSWORD)@127.0.0.1:5432/", variable(changed, "DATABASE_URL"));

    app.put("envFrom", new JsonArray().add(new JsonObject().put("prefix", "PGPASS")));
    InjectionResult.Injected result = injected(inject(pod));
    changed = result.pod().getJsonObject("spec").getJsonArray("containers").getJsonObject(0);
    assertEquals("none", variable(changed, "DATABASE_URL"));
    assertEquals("orders", variable(changed, "PGUSER"));
    assertTrue(result.notes().toString().contains("DATABASE_URL, PGPASSWORD"), result::toString);
  }

  @Test
  void inject_longLists_needNoStackForEachWord() {
    String refusal = refusal(inject(pod("redis-url", URL, "app-containers", words("a", 4000))));
    assertTrue(refusal.contains("app-containers"), refusal);
    var _ = injected(inject(pod("redis-url", URL, "env", words("redis", 1300))));
  }

  private static String words(String word, int count) {
    return String.join(",", Collections.nCopies(count, word));
  }

  @Test
  void inject_dollarsOfAValue_areNotKubernetesOwn() {
    JsonObject pod = pod("postgres-servers", "pg:5432", "postgres-control-user", "nearside");
    pod.getJsonObject("metadata")
        .getJsonObject("annotations")
        .put("nearside.io/postgres-auth-query", "select $1, $$a$$, '$(POD_NAME)'");
    assertEquals(
        "select $1, $$$a$$$, '$$(POD_NAME)'",
        variable(sidecar(inject(pod), "initContainers"), "NEARSIDE_POSTGRES_AUTH_QUERY"));
  }

  @Test
  void doc_exampleOfSettings_isTaken() {
    String doc = PodAnnotation.SETTINGS.doc();
    String example = doc.substring(doc.indexOf('`') + 1, doc.lastIndexOf('`'));
    var _ = injected(inject(pod("redis-url", URL, "settings", example)));
  }

  @Test
  void inject_fileBesideIt_judgesSingleValuesOnly() {
    assertTrue(
        refusal(inject(pod("config-map", "mine", "redis-url", "here")))
            .contains("redis-url: here"));
    assertTrue(
        refusal(inject(pod("config-map", "mine", "settings", "redis.nothing=1")))
            .contains("unknown variable"));
    // The secret may stand in the file.
    var _ = injected(inject(pod("config-map", "mine", "cluster", "embedded")));
  }

  @Test
  void inject_notes_sayWhatTheOwnerShouldKnow() {
    JsonObject pod =
        pod(
            "redis-url",
            "redis://:p@redis",
            "mode",
            "classic",
            "cache-bytes",
            "200MiB",
            "drain-millis",
            "60000");
    pod.getJsonObject("spec").put("restartPolicy", "OnFailure");
    String notes = String.join("\n", injected(inject(pod)).notes());
    for (String part :
        List.of("/shutdown", "200MiB of 256Mi", "60000 ms", "redis-url-secret hides")) {
      assertTrue(notes.contains(part), notes);
    }
    assertEquals(List.of(), injected(inject(pod("redis-url", URL))).notes());
  }

  @Test
  void inject_secretWhereItsPlaceBelongs_isNotShown() {
    String message = refusal(inject(pod("redis-url", URL, "redis-password-secret", "hunter2!")));
    assertFalse(message.contains("hunter2"), message);
    assertTrue(message.contains("redis-password-secret"), message);
  }

  @ParameterizedTest
  @CsvSource({
    "cpu-limit, none, true",
    "cpu-limit, 0.5, true",
    "cpu-limit, 1e3, false",
    "cpu-limit, -1, false",
    "memory-request, none, false",
    "redis-port, 65535, true",
    "redis-port, 65536, false",
    "redis-port, 0, false",
    "run-as-user, 0, false",
    "probe-timeout-seconds, 3600, true",
    "probe-timeout-seconds, 3601, false",
    "redis-password-secret, a.b/c_D, true",
    "redis-password-secret, A/c, false",
    "redis-password-secret, a/..x, false",
    "redis-password-secret, a, false",
    "config-map, a, true",
    "image, 'nearside 1', false",
    "image, nearside, false",
    "image, registry:5000/nearside, false",
    "image, registry:5000/a/nearside:1.2, true",
    "image, nearside@sha256:0a1b, true",
    "image-pull-policy, never, false",
    "env, 'redis , postgres-unix', true",
    "env, mysql, false",
    "hot-list, yes, false",
    "redis-url, '', false"
  })
  void accepts_values_asTheKindSays(String word, String value, boolean accepted) {
    assertEquals(accepted, PodAnnotation.of(word).orElseThrow().kind().accepts(value));
  }
}
