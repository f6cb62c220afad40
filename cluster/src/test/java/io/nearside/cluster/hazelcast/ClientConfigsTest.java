package io.nearside.cluster.hazelcast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.config.ClassFilter;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ClientConfigsTest {
  private static final List<String> MEMBERS = List.of("hz-0.hz:5701");

  @Test
  void config_any_isLeanAndSendsNothingTwice() {
    ClientSettings settings = new ClientSettings("hz", MEMBERS, "fleet", 8, 700, 3_000);
    ClientConfig config = ClientConfigs.of(settings, "node");
    assertEquals("hz", config.getClusterName());
    assertEquals(MEMBERS, config.getNetworkConfig().getAddresses());
    assertFalse(config.getNetworkConfig().isRedoOperation());
    assertFalse(config.getMetricsConfig().isEnabled());
    assertEquals("1", config.getProperty("hazelcast.client.event.thread.count"));
    assertEquals("1", config.getProperty("hazelcast.client.io.input.thread.count"));
    assertEquals("700", config.getProperty("hazelcast.client.heartbeat.interval"));
    assertEquals("3000", config.getProperty("hazelcast.client.heartbeat.timeout"));
  }

  @Test
  void filter_classes_admitsHazelcastsAndItsExceptionsOnly() {
    ClassFilter admitted = SerializationFilter.config().getWhitelist();
    assertTrue(SerializationFilter.config().isDefaultsDisabled());
    assertTrue(admitted.isListed("com.hazelcast.core.HazelcastException"));
    assertTrue(admitted.isListed("java.lang.IllegalStateException"));
    assertTrue(admitted.isListed("java.util.ArrayList"));
    assertFalse(admitted.isListed("java.net.URL"));
    assertFalse(admitted.isListed("javax.management.BadAttributeValueExpException"));
    assertFalse(admitted.isListed("io.nearside.cluster.Member"));
  }

  @Test
  void settings_outOfRange_areRefusedByName() {
    assertRefused("clusterName", () -> new ClientSettings("", MEMBERS, "f", 1, 1, 2));
    assertRefused("members", () -> new ClientSettings("c", List.of(), "f", 1, 1, 2));
    assertRefused("fleet", () -> new ClientSettings("c", MEMBERS, " ", 1, 1, 2));
    assertRefused("shards", () -> new ClientSettings("c", MEMBERS, "f", 0, 1, 2));
    assertRefused("shards", () -> new ClientSettings("c", MEMBERS, "f", 65, 1, 2));
    assertRefused("heartbeatMillis", () -> new ClientSettings("c", MEMBERS, "f", 1, 0, 2));
    assertRefused("heartbeatLossMillis", () -> new ClientSettings("c", MEMBERS, "f", 1, 2, 2));
  }

  private static void assertRefused(String field, Runnable settings) {
    IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, settings::run);
    assertTrue(String.valueOf(refusal.getMessage()).startsWith(field + ":"), refusal::getMessage);
  }
}
