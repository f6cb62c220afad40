package io.nearside.cluster.hazelcast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.KubernetesConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.instance.EndpointQualifier;
import io.nearside.cluster.hazelcast.HazelcastSettings.Join;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class MemberConfigTest {
  private static final Join LIST = new Join.Tcp(List.of("10.0.0.2:5701", "peer"));

  private static Config config(Join join) {
    return MemberConfig.of(HazelcastSettings.of("fleet", "127.0.0.1", 5701, join), "topic");
  }

  @Test
  void config_any_callsNobodyAndOpensNoOtherDoor() {
    Config config = config(LIST);
    assertEquals("false", config.getProperty("hazelcast.phone.home.enabled"));
    assertEquals("false", config.getProperty("hazelcast.shutdownhook.enabled"));
    assertEquals("false", config.getProperty("hazelcast.socket.bind.any"));
    assertEquals("false", config.getProperty("hazelcast.socket.server.bind.any"));
    assertFalse(config.getJetConfig().isEnabled());
    AdvancedNetworkConfig network = config.getAdvancedNetworkConfig();
    assertTrue(network.isEnabled());
    assertEquals(Set.of(EndpointQualifier.MEMBER), network.getEndpointConfigs().keySet());
    assertFalse(network.getJoin().getMulticastConfig().isEnabled());
    assertFalse(network.getJoin().isAutoDetectionEnabled());
  }

  @Test
  void config_bindHost_isTheOnlyInterface() {
    ServerSocketEndpointConfig members =
        assertInstanceOf(
            ServerSocketEndpointConfig.class,
            config(LIST)
                .getAdvancedNetworkConfig()
                .getEndpointConfigs()
                .get(EndpointQualifier.MEMBER));
    assertTrue(members.getInterfaces().isEnabled());
    assertEquals(List.of("127.0.0.1"), List.copyOf(members.getInterfaces().getInterfaces()));
    assertEquals(5701, members.getPort());
    assertFalse(members.isPortAutoIncrement());
  }

  @Test
  void config_heartbeat_isInWholeSecondsRoundedUp() {
    HazelcastSettings settings =
        new HazelcastSettings("fleet", "127.0.0.1", 5701, 3, LIST, 1_100, 4_001);
    Config config = MemberConfig.of(settings, "topic");
    assertEquals("2", config.getProperty("hazelcast.heartbeat.interval.seconds"));
    assertEquals("5", config.getProperty("hazelcast.max.no.heartbeat.seconds"));
  }

  @Test
  void join_tcp_isTheList() {
    JoinConfig join = config(LIST).getAdvancedNetworkConfig().getJoin();
    assertTrue(join.getTcpIpConfig().isEnabled());
    assertEquals(List.of("10.0.0.2:5701", "peer"), join.getTcpIpConfig().getMembers());
    assertFalse(join.getKubernetesConfig().isEnabled());
  }

  @Test
  void join_dns_isTheNameWithOurPort() {
    JoinConfig join = config(new Join.Dns("fleet.svc")).getAdvancedNetworkConfig().getJoin();
    assertEquals(List.of("fleet.svc:5701"), join.getTcpIpConfig().getMembers());
  }

  @Test
  void join_kubernetes_looksUpTheHeadlessService() {
    JoinConfig join =
        config(new Join.Kubernetes("shop", "nearside")).getAdvancedNetworkConfig().getJoin();
    KubernetesConfig kubernetes = join.getKubernetesConfig();
    assertTrue(kubernetes.isEnabled());
    assertFalse(join.getTcpIpConfig().isEnabled());
    assertEquals("nearside.shop.svc.cluster.local", kubernetes.getProperty("service-dns"));
    assertEquals("5701", kubernetes.getProperty("service-port"));
  }

  @Test
  void settings_outOfRange_areRefusedByName() {
    assertRefused("bindPort", () -> HazelcastSettings.of("c", "h", 0, LIST));
    assertRefused("bindPort", () -> HazelcastSettings.of("c", "h", 65_536, LIST));
    assertRefused("bindHost", () -> HazelcastSettings.of("c", " ", 1, LIST));
    assertRefused("clusterName", () -> HazelcastSettings.of("", "h", 1, LIST));
    assertRefused("portCount", () -> new HazelcastSettings("c", "h", 65_535, 2, LIST, 1, 2));
    assertRefused("heartbeatMillis", () -> new HazelcastSettings("c", "h", 1, 1, LIST, 0, 2));
    assertRefused("heartbeatLossMillis", () -> new HazelcastSettings("c", "h", 1, 1, LIST, 2, 2));
  }

  private static void assertRefused(String field, Runnable settings) {
    IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, settings::run);
    assertTrue(String.valueOf(refusal.getMessage()).startsWith(field + ":"), refusal::getMessage);
  }
}
