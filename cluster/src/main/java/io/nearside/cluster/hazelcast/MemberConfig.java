package io.nearside.cluster.hazelcast;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.InterfacesConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.config.TopicConfig;
import com.hazelcast.spi.properties.ClusterProperty;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * The configuration of an embedded member that stores nothing, calls nobody at home, listens to
 * members only, on one interface, and takes few threads.
 */
final class MemberConfig {
  private static final String ANY = "0.0.0.0";
  private static final int CONNECT_TIMEOUT_SECONDS = 2;

  private MemberConfig() {}

  /**
   * A new one at each start.
   *
   * @throws IllegalStateException when the host to bind to has no address
   */
  static Config of(HazelcastSettings settings, String topic) {
    Config config = new Config();
    config.setClusterName(settings.clusterName());
    quiet(config);
    small(config);
    failureDetection(config, settings);
    network(config, settings);
    config.addTopicConfig(
        new TopicConfig(topic)
            .setStatisticsEnabled(false)
            .setGlobalOrderingEnabled(false)
            .setMultiThreadingEnabled(false));
    return config;
  }

  private static void quiet(Config config) {
    set(config, ClusterProperty.PHONE_HOME_ENABLED.getName(), false);
    set(config, ClusterProperty.SHUTDOWNHOOK_ENABLED.getName(), false);
    set(config, ClusterProperty.LOGGING_TYPE.getName(), "slf4j");
    set(config, ClusterProperty.LOGGING_ENABLE_DETAILS.getName(), false);
    set(config, ClusterProperty.LOG_EMOJI_ENABLED.getName(), false);
    set(config, ClusterProperty.MOBY_NAMING_ENABLED.getName(), false);
    set(config, ClusterProperty.HEALTH_MONITORING_LEVEL.getName(), "OFF");
    set(config, ClusterProperty.SLOW_OPERATION_DETECTOR_ENABLED.getName(), false);
    config.getJetConfig().setEnabled(false);
    config.getMetricsConfig().setEnabled(false);
    config.getManagementCenterConfig().setConsoleEnabled(false).setDataAccessEnabled(false);
    config.getSerializationConfig().setJavaSerializationFilterConfig(SerializationFilter.config());
  }

  private static void small(Config config) {
    // All members must agree on the number of partitions; nothing is stored in them.
    set(config, ClusterProperty.PARTITION_COUNT.getName(), 31);
    set(config, ClusterProperty.PARTITION_OPERATION_THREAD_COUNT.getName(), 1);
    set(config, ClusterProperty.GENERIC_OPERATION_THREAD_COUNT.getName(), 2);
    set(config, ClusterProperty.RESPONSE_THREAD_COUNT.getName(), 1);
    set(config, ClusterProperty.IO_THREAD_COUNT.getName(), 1);
    set(config, ClusterProperty.CLIENT_ENGINE_THREAD_COUNT.getName(), 1);
    set(config, ClusterProperty.CLIENT_ENGINE_QUERY_THREAD_COUNT.getName(), 1);
    set(config, ClusterProperty.CLIENT_ENGINE_BLOCKING_THREAD_COUNT.getName(), 1);
    // One, so that what a member sends is heard in the order in which it was sent.
    set(config, ClusterProperty.EVENT_THREAD_COUNT.getName(), 1);
  }

  private static void failureDetection(Config config, HazelcastSettings settings) {
    set(
        config,
        ClusterProperty.HEARTBEAT_INTERVAL_SECONDS.getName(),
        seconds(settings.heartbeatMillis()));
    set(
        config,
        ClusterProperty.MAX_NO_HEARTBEAT_SECONDS.getName(),
        seconds(settings.heartbeatLossMillis()));
    set(config, ClusterProperty.WAIT_SECONDS_BEFORE_JOIN.getName(), 0);
    set(config, ClusterProperty.MAX_WAIT_SECONDS_BEFORE_JOIN.getName(), 0);
    set(config, ClusterProperty.MAX_JOIN_SECONDS.getName(), 30);
    set(config, ClusterProperty.MERGE_FIRST_RUN_DELAY_SECONDS.getName(), 5);
    set(config, ClusterProperty.MERGE_NEXT_RUN_DELAY_SECONDS.getName(), 5);
    set(config, ClusterProperty.MEMBER_LIST_PUBLISH_INTERVAL_SECONDS.getName(), 10);
    set(config, ClusterProperty.GRACEFUL_SHUTDOWN_MAX_WAIT.getName(), 5);
  }

  private static void network(Config config, HazelcastSettings settings) {
    boolean any = settings.bindHost().equals(ANY);
    set(config, ClusterProperty.SOCKET_BIND_ANY.getName(), any);
    set(config, ClusterProperty.SOCKET_SERVER_BIND_ANY.getName(), any);
    set(config, ClusterProperty.PREFER_IPv4_STACK.getName(), !settings.bindHost().contains(":"));
    set(config, ClusterProperty.TCP_JOIN_PORT_TRY_COUNT.getName(), settings.portCount());
    ServerSocketEndpointConfig members = new ServerSocketEndpointConfig();
    members.setPort(settings.bindPort());
    members.setPortCount(settings.portCount());
    members.setPortAutoIncrement(settings.portCount() > 1);
    members.setReuseAddress(true);
    members.setSocketConnectTimeoutSeconds(CONNECT_TIMEOUT_SECONDS);
    if (!any) {
      members.setInterfaces(
          new InterfacesConfig().setEnabled(true).addInterface(addressOf(settings.bindHost())));
    }
    // The advanced form, because it opens no door to clients unless told to.
    AdvancedNetworkConfig network = config.getAdvancedNetworkConfig();
    network.setEnabled(true);
    network.setMemberEndpointConfig(members);
    join(network.getJoin(), settings);
  }

  private static void join(JoinConfig join, HazelcastSettings settings) {
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    switch (settings.join()) {
      case HazelcastSettings.Join.Tcp tcp -> tcpIp(join, tcp.members());
      // The joiner resolves a host name to all its addresses, each time it tries.
      case HazelcastSettings.Join.Dns dns ->
          tcpIp(join, List.of(dns.name() + ":" + settings.bindPort()));
      case HazelcastSettings.Join.Kubernetes kubernetes ->
          join.getKubernetesConfig()
              .setEnabled(true)
              .setProperty(
                  "service-dns",
                  kubernetes.service() + "." + kubernetes.namespace() + ".svc.cluster.local")
              .setProperty("service-port", Integer.toString(settings.bindPort()));
    }
  }

  private static void tcpIp(JoinConfig join, List<String> members) {
    join.getTcpIpConfig()
        .setEnabled(true)
        .setMembers(new ArrayList<>(members))
        .setConnectionTimeoutSeconds(CONNECT_TIMEOUT_SECONDS);
  }

  private static String addressOf(String host) {
    try {
      return InetAddress.getByName(host).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("no address known for " + host, e);
    }
  }

  private static long seconds(long millis) {
    return Math.ceilDiv(millis, 1_000);
  }

  private static void set(Config config, String property, Object value) {
    config.setProperty(property, value.toString());
  }
}
