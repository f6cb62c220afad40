package io.nearside.tests.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.nearside.config.ClusterTopology;
import io.nearside.config.ConfigLoader;
import io.nearside.config.NearsideConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the injector writes into the sidecar's environment is a configuration that it takes. */
final class InjectedEnvironmentTest {
  private static final Map<String, String> SECRETS =
      Map.of(
          "NEARSIDE_REDIS_UPSTREAM_URL", "rediss://:password@redis.data.svc",
          "NEARSIDE_POSTGRES_SERVERS", "pg-0:5432,pg-1:5432");

  static List<String> injected() {
    return AdmissionReviewsTest.injected();
  }

  private static Pod pod(String name) {
    JsonNode before = Reviews.json(Reviews.text(name)).at("/request/object");
    return StrictPods.read(Reviews.patched(before, Reviews.answer(Reviews.text(name))));
  }

  private static NearsideConfig load(Container sidecar) {
    Map<String, String> environment = new HashMap<>();
    for (EnvVar variable : sidecar.getEnv()) {
      String value = variable.getValue();
      if (variable.getValueFrom() != null) {
        value =
            variable.getValueFrom().getFieldRef() == null
                ? SECRETS.getOrDefault(variable.getName(), "0123456789abcdef0123456789abcdef")
                : "10.1.2.3";
      }
      environment.put(variable.getName(), value);
    }
    return ConfigLoader.load(Map.of(), "no file", environment).config();
  }

  @ParameterizedTest
  @MethodSource("injected")
  void environment_everyPod_loadsAndFitsItsPorts(String name) {
    Container sidecar = PodCheck.sidecar(pod(name));
    NearsideConfig config = load(sidecar);
    assertEquals("0.0.0.0", config.admin().host());
    for (ContainerPort port : sidecar.getPorts()) {
      int expected =
          port.getName().equals("nearside-admin")
              ? config.admin().port()
              : config.cluster().bind().port();
      assertEquals(expected, port.getContainerPort(), port.getName());
    }
    assertTrue(config.redis().enabled() || config.postgres().enabled());
  }

  @Test
  void environment_bothFacesOnSockets_areWhereTheAppIsTold() {
    Pod pod = pod("deployment-postgres");
    NearsideConfig config = load(PodCheck.sidecar(pod));
    Map<String, EnvVar> app = new HashMap<>();
    pod.getSpec().getContainers().getFirst().getEnv().forEach(one -> app.put(one.getName(), one));
    assertEquals("unix://" + config.redis().listen().unixSocket(), value(app, "REDIS_URL"));
    assertEquals(
        value(app, "PGHOST") + "/.s.PGSQL." + value(app, "PGPORT"),
        config.postgres().listen().unixSocket());
    assertEquals(
        "postgresql://orders:$(PGPASSWORD)@/orders?host=/run/nearside&port=5432",
        value(app, "DATABASE_URL"));
    assertEquals("0777", config.redis().listen().unixSocketMode());
    assertEquals("0777", config.postgres().listen().unixSocketMode());
  }

  private static String value(Map<String, EnvVar> variables, String name) {
    return Objects.requireNonNull(variables.get(name), name).getValue();
  }

  @Test
  void environment_cluster_isThePodsOwnAddress() {
    NearsideConfig embedded = load(PodCheck.sidecar(pod("statefulset")));
    assertEquals(ClusterTopology.EMBEDDED, embedded.cluster().topology());
    assertEquals("10.1.2.3", embedded.cluster().bind().host());
    assertEquals("nearside-peers", embedded.cluster().join().dnsName());
    NearsideConfig client = load(PodCheck.sidecar(pod("client-topology")));
    assertEquals(ClusterTopology.CLIENT, client.cluster().topology());
    assertEquals(2, client.cluster().client().members().size());
  }
}
